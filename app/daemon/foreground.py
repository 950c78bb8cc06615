"""`thimble index --watch`: what the daemon does for an index, in this process, with no socket."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping
from time import monotonic

from indexer import Scope
from store import Progress

from ..engine.engine import Engine
from ..user.settings import Settings
from .client import find_daemon
from .power import reason_to_wait
from .upkeep import Upkeep


class _InProcess:
    """Makes runs with the engine of this process, and tells of those that did something."""

    def __init__(self, engine: Engine, done: Callable[[Progress], None]) -> None:
        self._engine = engine
        self._done = done
        self._ran_at: float | None = None
        """When there was last something to do; None if nothing is left that could wait."""

    def run(
        self,
        scopes: Mapping[int, Scope | None] | None,
        *,
        is_careful: bool,
        report: Callable[[Progress], None],
        is_cancelled: Callable[[], bool],
    ) -> Progress:
        """Make one run; see `Engine.index`."""
        progress = self._engine.index(report, is_cancelled, scopes=scopes, is_careful=is_careful)
        self._ran_at = monotonic()
        if progress.indexed or progress.moved or progress.removed or progress.failed:
            self._done(progress)
        return progress

    def rest_if_idle(self, seconds: float, is_wanted: Callable[[], bool]) -> None:
        """Link anew if that is due; keep the models, as this process has nothing else to do."""
        if self._ran_at is None or monotonic() - self._ran_at <= seconds or is_wanted():
            return
        is_done = self._engine.relink(is_cancelled=is_wanted).phase == "done"
        self._ran_at = None if is_done else monotonic()

    def close(self) -> None:
        """Close nothing: the engine is the caller's."""


def watch(settings: Settings, say: Callable[[str], None], done: Callable[[Progress], None]) -> None:
    """Index what changes until Ctrl-C or a signal to end; `done` is told of each run that did.

    Raises ValueError if a daemon does it.
    """
    if find_daemon(settings) is not None:
        raise ValueError("the daemon is watching already; see: thimble daemon status")
    with Engine(settings) as engine:
        upkeep = Upkeep(
            engine.folders,
            _InProcess(engine, done),
            engine.is_current,
            lambda: reason_to_wait(settings),
        )
        say("watching; Ctrl-C ends it")
        stopping = threading.Event()

        before = {
            one: signal.signal(one, lambda *_: stopping.set())
            for one in (signal.SIGINT, signal.SIGTERM)
        }
        worker = threading.Thread(target=upkeep.work, name="upkeep", daemon=True)
        worker.start()
        try:
            while not stopping.wait(1.0) and worker.is_alive():
                pass
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            upkeep.close()
            worker.join()
