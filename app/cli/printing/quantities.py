"""Numbers as people read them: counts, bytes, durations."""

from __future__ import annotations

_UNITS = ("kB", "MB", "GB", "TB", "PB")


def count(number: int, noun: str = "", plural: str = "") -> str:
    """Return `1,204`, or with a noun `1 file` or `1,204 files`."""
    if not noun:
        return f"{number:,}"
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number: int) -> str:
    """Return bytes as `812 B` or `11.8 MB` (a thousand kB are a MB)."""
    if number < 1000:
        return f"{number} B"
    value = float(number)
    for unit in _UNITS:
        value /= 1000
        if value < 999.95 or unit == _UNITS[-1]:
            break
    return f"{value:,.1f} {unit}"


def duration(seconds: float) -> str:
    """Return `0.3 s`, `12.3 s`, `3 min` or `2 h 5 min`."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def percent(part: float, whole: float) -> str:
    """Return `8.2 %`, or a dash if there is no whole."""
    return f"{100 * part / whole:.1f} %" if whole else "–"
