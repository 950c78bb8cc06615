"""Take the tide out of a level series, so that what the river itself does can be seen."""

from collections.abc import Sequence

# Godin's recipe on hourly values: running means over 24, 24 and 25 hours, one after another.
WINDOWS_H = (24, 24, 25)


def running_mean(values: Sequence[float], width: int) -> list[float]:
    """Mean over ``width`` neighbours; the result is ``width - 1`` shorter."""
    if width > len(values):
        return []
    total = sum(values[:width])
    means = [total / width]
    for gone, new in zip(values, values[width:], strict=False):
        total += new - gone
        means.append(total / width)
    return means


def without_tide(hourly: Sequence[float]) -> list[float]:
    """Low-pass an hourly series; 70 hours are lost, 35 at either end.

    The half-daily and daily waves vanish almost wholly. A storm surge of a day and a half is
    damped to about half, so do not use this to look for surges.
    """
    series = list(hourly)
    for width in WINDOWS_H:
        series = running_mean(series, width)
    return series
