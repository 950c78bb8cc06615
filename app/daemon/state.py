"""The state of a running daemon: its engine, its upkeep, and whether it is to stop."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from store import DaemonReport, Folder

from .. import __version__
from ..engine.engine import Engine
from ..user.paths import Paths
from ..user.settings import Settings, load
from .power import reason_to_wait
from .upkeep import Runner, Upkeep

_log = logging.getLogger("thimble")


class DaemonState:
    """What the threads of the daemon share."""

    def __init__(self, paths: Paths, runner: Runner, idle_s: float) -> None:
        """Let go of models that no search needed for `idle_s` seconds."""
        self._paths = paths
        self._idle_s = idle_s
        self._started_at = self._asked_at = monotonic()
        self._lock = threading.Lock()
        self._settings = self._load()
        self._engine = Engine(self._settings)
        self._asking = 0
        self._is_loaded = False
        self.clients: Callable[[], int] = lambda: 0
        self.is_stopping = threading.Event()
        self.is_for_newer = False
        self.upkeep = Upkeep(
            self._folders,
            runner,
            lambda scopes: self._engine.is_current(scopes),
            lambda: reason_to_wait(self._settings),
        )

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Give the engine for one question."""
        with self._lock:
            self._asking += 1
            self._is_loaded = True
            engine = self._engine
        try:
            yield engine
        finally:
            with self._lock:
                self._asking -= 1
                self._asked_at = monotonic()

    def fits(self, fingerprint: str) -> bool:
        """Return whether a client has the settings that we have; ours are read again if not."""
        if self._settings.fingerprint == fingerprint:
            return True
        try:
            settings = self._load()
        except (OSError, ValueError):
            return False
        if settings != self._settings:
            with self._lock:
                self._settings, self._engine = settings, Engine(settings)
        return settings.fingerprint == fingerprint

    def renew(self) -> None:
        """Open the index anew: somebody may have put another file in its place."""
        with self._lock:
            self._engine = Engine(self._settings)

    def rest_if_idle(self) -> None:
        """Give the memory of the models back if nobody has asked for a while."""
        with self._lock:
            is_idle = not self._asking and monotonic() - self._asked_at > self._idle_s
            if not (self._is_loaded and is_idle):
                return
            self._engine.rest()
            self._is_loaded = False
        gc.collect()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:  # glibc keeps what was freed
            trim(0)

    def report(self) -> DaemonReport:
        """Return what the daemon says about itself."""
        return DaemonReport(
            pid=os.getpid(),
            version=__version__,
            uptime_s=monotonic() - self._started_at,
            status=self.upkeep.daemon_status(),
            progress=self.upkeep.progress,
            problem=self.upkeep.problem,
            polled=self.upkeep.polled(),
            clients=self.clients(),
            memory_bytes=_memory_bytes(),
        )

    def stop(self, *, for_newer: bool = False) -> None:
        """Have the daemon end; for a newer version, so that whoever watches over it starts that."""
        self.is_for_newer = for_newer
        self.is_stopping.set()

    def note_bug(self, error: Exception) -> None:
        """Log that a question failed, without its words."""
        _log.warning("a question failed: %s", type(error).__name__)

    def _load(self) -> Settings:
        return load(self._paths, os.environ, {}).settings

    def _folders(self) -> tuple[Folder, ...]:
        with self._lock:
            engine = self._engine
        return engine.folders()


def _memory_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize()
    except OSError:  # macOS tells the most it ever was, in bytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
