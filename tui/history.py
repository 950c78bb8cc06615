"""What was searched before, stepped through with the arrow keys."""

from __future__ import annotations

from .backend import Backend


class History:
    """Earlier queries, the latest first, and where among them the user is."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._typed: list[str] = []
        self._place = -1
        """Index of the query that was brought back last; -1 before the first."""

    def read(self) -> None:
        """Read what was searched; blocks."""
        self._typed = list(self._backend.history())

    def add(self, typed: str) -> None:
        """Remember a query as the latest one; blocks."""
        self._typed = [typed, *(one for one in self._typed if one != typed)]
        self._place = -1
        self._backend.remember(typed)

    def is_at(self, typed: str) -> bool:
        """Whether `typed` is the query that was brought back last."""
        return 0 <= self._place < len(self._typed) and self._typed[self._place] == typed

    def step(self, back: int, typed: str) -> str | None:
        """Return the query `back` steps earlier, empty after the latest, None beyond the first."""
        here = self._place if self.is_at(typed) else -1
        place = here + back
        if place >= len(self._typed) or place < -1:
            return None
        self._place = place
        return self._typed[place] if place >= 0 else ""
