"""Fill short holes in a series; leave long ones alone."""

from collections.abc import Sequence

MAX_HOLE = 36  # ten-minute steps: six hours, half a tide


def fill(values: Sequence[float | None], max_hole: int = MAX_HOLE) -> list[float | None]:
    """Draw a straight line across each run of ``None`` not longer than ``max_hole``.

    Holes at either end have only one shore and stay open. So do long ones: a straight line
    through a missing flood looks convincing and is a lie.
    """
    filled = list(values)
    start = None
    for i, value in enumerate(values):
        if value is None:
            start = i if start is None else start
            continue
        if start is not None and start > 0 and i - start <= max_hole:
            _bridge(filled, start - 1, i)
        start = None
    return filled


def _bridge(values: list[float | None], left: int, right: int) -> None:
    a, b = values[left], values[right]
    if a is None or b is None:
        return
    for i in range(left + 1, right):
        values[i] = a + (b - a) * (i - left) / (right - left)
