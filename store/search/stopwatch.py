"""Where the time of a search goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Stopwatch:
    """Milliseconds by stage, in the order the stages first ran."""

    def __init__(self) -> None:
        self._started = perf_counter()
        self.milliseconds: dict[str, float] = {}

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the search began."""
        return (perf_counter() - self._started) * 1000

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of a block for a stage."""
        started = perf_counter()
        try:
            yield
        finally:
            spent = (perf_counter() - started) * 1000
            self.milliseconds[name] = self.milliseconds.get(name, 0.0) + spent
