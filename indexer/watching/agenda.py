"""What is to be looked at, and when: many events in, few looks out.

All times are on the monotonic clock, so that setting the clock starts nothing. An event means
"look there again" and nothing else; what became of a file is for the scan to say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from time import monotonic

from ..scanning.scope import Scope

SETTLE_S = 0.4
"""So long nothing must happen before a look, as one save is several events."""
LONGEST_S = 2.0
"""So long a look is put off at most while things keep happening."""
_MOST_PLACES = 512
"""From so many directories of a folder on, the whole folder is looked at."""


class Agenda:
    """Directories that may have changed, by the id of their folder. May be used by many threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._flat: dict[int, set[str]] = {}
        self._deep: dict[int, set[str]] = {}
        self._first = 0.0
        self._last = 0.0
        self._not_before = 0.0
        self._is_urgent = False
        self._is_closed = False

    def note(self, folder_id: int, directory: str, *, deep: bool = False) -> None:
        """Have a directory looked at once things settle, with all below it if `deep`."""
        with self._changed:
            self._stamp()
            places = (self._deep if deep else self._flat).setdefault(folder_id, set())
            if "" in self._deep.get(folder_id, ()):
                return
            places.add(directory)
            if len(places) > _MOST_PLACES:
                self._flat.pop(folder_id, None)
                self._deep[folder_id] = {""}
            self._changed.notify_all()

    def look_at_all(self, folder_ids: Iterable[int], *, urgent: bool = True) -> None:
        """Have whole folders looked at, at once or once things settle."""
        with self._changed:
            for folder_id in folder_ids:
                self._stamp()
                self._is_urgent |= urgent
                self._flat.pop(folder_id, None)
                self._deep[folder_id] = {""}
            self._changed.notify_all()

    def put_back(self, scopes: Mapping[int, Scope | None]) -> None:
        """Have looked at again what was taken and not finished."""
        for folder_id, scope in scopes.items():
            flat, deep = (frozenset(), {""}) if scope is None else (scope.flat, scope.deep)
            for directory in flat:
                self.note(folder_id, directory)
            for directory in deep:
                self.note(folder_id, directory, deep=True)

    def rest(self, seconds: float) -> None:
        """Take nothing from now for so long, urgent things excepted."""
        with self._changed:
            self._not_before = self._clock() + seconds

    def due_in(self) -> float | None:
        """Return in how many seconds something is due, None if nothing is noted."""
        with self._changed:
            return self._due_in()

    def wait(self, timeout_s: float) -> bool:
        """Wait until something is due, but not longer; returns whether something is."""
        end = self._clock() + timeout_s
        with self._changed:
            while not self._is_closed:
                due_in = self._due_in()
                if due_in is not None and due_in <= 0:
                    return True
                left = end - self._clock()
                if left <= 0:
                    return False
                self._changed.wait(left if due_in is None else min(left, due_in))
            return False

    def take(self) -> dict[int, Scope | None]:
        """Return what is to be looked at by folder, None meaning all of it, and forget it here."""
        with self._changed:
            ids = self._flat.keys() | self._deep.keys()
            taken = {folder_id: self._scope(folder_id) for folder_id in ids}
            self._flat, self._deep = {}, {}
            self._is_urgent = False
            return taken

    def wake(self) -> None:
        """End a `wait` as if something were due."""
        with self._changed:
            self._is_urgent = True
            self._changed.notify_all()

    def close(self) -> None:
        """End every wait, now and later."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _stamp(self) -> None:
        self._last = self._clock()
        if not (self._flat or self._deep):
            self._first = self._last

    def _due_in(self) -> float | None:
        if self._is_urgent:
            return 0.0
        if not (self._flat or self._deep):
            return None
        settled = min(self._last + SETTLE_S, self._first + LONGEST_S)
        return max(settled, self._not_before) - self._clock()

    def _scope(self, folder_id: int) -> Scope | None:
        deep = frozenset(self._deep.get(folder_id, ()))
        if "" in deep:
            return None
        return Scope(frozenset(self._flat.get(folder_id, ())), deep)
