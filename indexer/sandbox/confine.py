"""What a sandboxed process may not do, once it has loaded what it needs.

On Linux it can make only the system calls that it needs, see `syscalls`, and open only files that
it may load code from, see `landlock`. Elsewhere, and on kernels without these, the limits on file
sizes and open files are all there is. Which walls stand is tried, not assumed.
"""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .confinement import FILES, MEMORY, NETWORK, SIGNALS, SYSTEM_CALLS, WALLS, Confinement
from .landlock import TRUNCATE_SINCE, restrict_files
from .seccomp import restrict_calls

MOST_MEMORY_BYTES = 2**30
_MOST_DESCRIPTORS = 64
_SET_NO_NEW_PRIVILEGES, _SET_DUMPABLE = 38, 4
_IS_LINUX = sys.platform.startswith("linux")
_MEMORY_FILE = "/proc/self/statm"


class MemoryGauge:
    """Tells how much memory this process has, also once it can open no file any more."""

    def __init__(self) -> None:
        """Open what tells it."""
        self._descriptor: int | None = None
        with suppress(OSError):
            self._descriptor = os.open(_MEMORY_FILE, os.O_RDONLY | os.O_CLOEXEC)

    def resident_bytes(self) -> int:
        """Return what it has in memory now; the most so far where the present is not told."""
        if self._descriptor is not None:
            with suppress(OSError):
                return int(os.pread(self._descriptor, 128, 0).split()[1]) * resource.getpagesize()
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most * 1024 if _IS_LINUX else most


def confine() -> Confinement:
    """Confine this process for good; returns the walls that stand from now on."""
    parent = os.getppid()
    _limit()
    landlock = 0
    if _IS_LINUX:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
        if not libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            landlock = restrict_files(libc)
            restrict_calls(libc)
    calls = _is_refused(lambda: os.getsid(0))  # harmless, and nothing needs it
    files = _is_refused(lambda: os.close(os.open("/", os.O_RDONLY)))
    stands = {
        SYSTEM_CALLS: calls,
        FILES: files and (calls or landlock >= TRUNCATE_SINCE),
        NETWORK: _is_refused(lambda: socket.socket().close()),
        SIGNALS: _is_refused(lambda: os.kill(parent, 0)),
        MEMORY: _is_memory_limited(),
    }
    return Confinement(tuple(wall for wall in WALLS if stands[wall]))


def _is_refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except PermissionError:
        return True
    return False


def _is_memory_limited() -> bool:
    """Ask for the limit; only Linux is known to keep to it."""
    return _IS_LINUX and resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


def _limit() -> None:
    mapped = 0
    with suppress(OSError):
        mapped = int(Path(_MEMORY_FILE).read_text().split()[0]) * resource.getpagesize()
    wanted = {
        resource.RLIMIT_AS: mapped + MOST_MEMORY_BYTES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: _MOST_DESCRIPTORS,
    }
    for what, limit in wanted.items():
        with suppress(OSError, ValueError):
            resource.setrlimit(what, (limit, limit))
