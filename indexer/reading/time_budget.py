"""Taking documents apart for a query: only as long as somebody would wait for an answer."""

from __future__ import annotations

import atexit
from functools import cache
from threading import Lock
from time import monotonic

from ..formats.document import Unreadable
from ..formats.extract import Extract
from ..sandbox import SandboxWorker

_REGAINED = 0.2
"""Seconds regained in each second."""
_LEAST_S = 0.1


class TimeBudget:
    """A sandbox worker whose time is limited and refills slowly: no query waits for long."""

    def __init__(self, most_s: float = 2.0) -> None:
        """Spend at most so many seconds at a stretch."""
        self._lock = Lock()
        self._worker = SandboxWorker()
        self._most_s = self._left_s = most_s
        self._since = monotonic()
        atexit.register(self._worker.close)

    def extract(self, descriptor: int, kind: str, name: str, size: int) -> Extract:
        """Extract a document; see `SandboxWorker.extract`.

        Raises Unreadable, also if there is no time.
        """
        del size
        with self._lock:
            now = monotonic()
            self._left_s = min(self._most_s, self._left_s + (now - self._since) * _REGAINED)
            self._since = now
            if self._left_s < _LEAST_S:
                raise Unreadable("there is no time to read it")
            try:
                return self._worker.extract(descriptor, kind, name, self._left_s)
            finally:
                self._left_s -= monotonic() - now


@cache
def time_budget() -> TimeBudget:
    """Return that of this process."""
    return TimeBudget()
