"""The progress of an index run: a line on a terminal that is redrawn, and a summary at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from store import Progress, safe_line

from .diagnostics import Diagnostics
from .layout import columns, shorten
from .quantities import count, duration, size

if TYPE_CHECKING:
    from store import Progress

_BAR_COLUMNS = 16
_REDRAW_S = 0.1


class ProgressLine:
    """Draws reports of an index run, at most ten a second, and only on a terminal."""

    def __init__(
        self, diagnostics: Diagnostics, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._diagnostics = diagnostics
        self._clock = clock
        self._next = clock()

    def report(self, progress: Progress) -> None:
        """Show how far the run has come, if it is time to."""
        now = self._clock()
        if self._diagnostics.is_terminal and now >= self._next:
            self._next = now + _REDRAW_S
            self._diagnostics.draw(progress_line(progress, self._diagnostics.width - 1))


def progress_line(progress: Progress, width: int) -> str:
    """Return a report as one line of at most `width` columns; what matters least goes first."""
    if progress.phase == "scanning":
        parts = ["looking for changes"]
        if progress.files_total:
            parts.append(f"{count(progress.files_total, 'file')} to read")
    elif progress.phase == "relinking":
        parts = [_bar(progress.relinked), "linking all passages anew"]
    else:
        parts = [
            f"{_bar(_share(progress))} {count(progress.files_done)}/{count(progress.files_total)}",
            f"{size(_rate(progress))}/s",
            _time_left(progress),
        ]
    line = "  ".join(parts)
    room = width - columns(line) - 2
    if progress.current and room >= 8:
        line += "  " + shorten(safe_line(progress.current.name), room, keep_end=True)
    return shorten(line, width)


def summary(progress: Progress) -> str:
    """Return what a finished run did, in one sentence."""
    took = duration(progress.elapsed_s)
    done = {
        "indexed": progress.indexed,
        "moved": progress.moved,
        "removed": progress.removed,
        "skipped": progress.skipped,
        "failed": progress.failed,
    }
    told = [f"{what} {count(number, 'file')}" for what, number in done.items() if number]
    if progress.away:
        told.append(_away(progress))
    if not told:
        return f"everything is up to date ({took})"
    text = f"{', '.join(told)} in {took}"
    return f"{text}; for the reasons: thimble status --skipped" if progress.failed else text


def _away(progress: Progress) -> str:
    """Say what could not be looked into."""
    first, *others = progress.away
    more = f" and {count(len(others), 'more folder')}" if others else ""
    return f"could not look into {safe_line(str(first.path))} ({first.reason}){more}"


def _share(progress: Progress) -> float:
    if progress.bytes_total:
        return progress.bytes_done / progress.bytes_total
    return progress.files_done / progress.files_total if progress.files_total else 0.0


def _bar(share: float) -> str:
    halves = round(min(max(share, 0.0), 1.0) * _BAR_COLUMNS * 2)
    done = "━" * (halves // 2) + "╸" * (halves % 2)
    return done + "─" * (_BAR_COLUMNS - len(done))


def _rate(progress: Progress) -> int:
    return round(progress.bytes_done / progress.elapsed_s) if progress.elapsed_s > 0 else 0


def _time_left(progress: Progress) -> str:
    left = progress.remaining_s
    return "time left unknown" if left is None else f"{duration(max(left, 0.0))} left"
