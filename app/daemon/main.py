"""The daemon's life: one for each index, from taking its lock to giving it back."""

from __future__ import annotations

import logging
import os
import resource
import signal
import threading
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

import indexer
from store import make_private

from .. import __version__
from ..user.paths import Paths
from .indexing_process import IndexingProcess
from .lock import DaemonLock
from .requests import Requests
from .server import DaemonServer
from .socket_path import check_private, choose_socket
from .state import DaemonState

ALREADY_RUNNING = 3
RESTART = 75
"""Exit code that has whoever watches over us start the newer version (EX_TEMPFAIL)."""
FAILED = 70
"""Exit code after a bug of our own (EX_SOFTWARE)."""

_TICK_S = 5.0
_FAREWELL_S = 4.0
_IDLE_S = 300.0
"""After so long without a question the models are let go."""
_LOG_BYTES = 1 << 20
_OLD_LOGS = 2
_log = logging.getLogger("thimble")


def log_path(paths: Paths) -> Path:
    """Return where the daemon writes what happened to it; never text, names or queries."""
    return paths.index / "daemon.log"


def run(paths: Paths) -> int:
    """Be the daemon until told to stop; returns the exit code. Raises OSError or ValueError."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold text
    make_private(paths.index)
    check_private(paths.index)
    socket = choose_socket(paths, os.environ.get("XDG_RUNTIME_DIR"))
    lock = DaemonLock(paths)
    if not lock.acquire(__version__, socket):
        return ALREADY_RUNNING
    handler = _open_log(log_path(paths))
    try:
        return _serve(DaemonState(paths, IndexingProcess(), _IDLE_S), socket)
    finally:
        _log.removeHandler(handler)
        handler.close()
        lock.release()


def _serve(state: DaemonState, socket: Path) -> int:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: state.stop())
    upkeep = threading.Thread(target=state.upkeep.work, name="upkeep", daemon=True)
    upkeep.start()
    server = DaemonServer(socket, Requests(state), Requests.is_long)
    state.clients = lambda: server.clients
    _log.info("started: pid %d, thimble %s", os.getpid(), __version__)
    threading.Thread(target=_log_walls, name="walls", daemon=True).start()
    while not state.is_stopping.wait(_TICK_S) and upkeep.is_alive():
        state.rest_if_idle()
    has_failed = not state.is_stopping.is_set()
    server.close()
    state.upkeep.close()
    upkeep.join(_FAREWELL_S)
    _log.info("stopped%s", " because watching failed" if has_failed else "")
    if has_failed:
        return FAILED
    return RESTART if state.is_for_newer else 0


def _log_walls() -> None:
    """Note what stands around documents while they are taken apart; a worker tells."""
    with suppress(OSError):
        confinement = indexer.walls()
        missing = ", ".join(confinement.missing) or "none"
        _log.info("sandbox: %s stand; missing: %s", confinement, missing)


def _open_log(path: Path) -> logging.Handler:
    handler = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=_OLD_LOGS, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False
    return handler
