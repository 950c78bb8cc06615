"""Pair rising and falling crossings of a threshold: when was the water above the towpath?"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta


def spells(
    series: Iterable[tuple[datetime, float]], limit_m: float
) -> Iterator[tuple[datetime, datetime]]:
    """Yield (first, last) time of each stretch at or above ``limit_m``.

    A dip of less than an hour does not end a stretch; people moving sandbags do not go home
    for twenty minutes either.
    """
    first = last = None
    for time, level_m in series:
        if level_m < limit_m:
            continue
        if last is not None and time - last > timedelta(hours=1):
            if first is not None:
                yield first, last
            first = None
        first = first or time
        last = time
    if first is not None and last is not None:
        yield first, last
