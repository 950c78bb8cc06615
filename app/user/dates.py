"""Points in time as people type them: `2w`, `yesterday`, `2026-01-31`."""

from __future__ import annotations

import calendar
import re
from datetime import datetime, time, timedelta

_AGO = re.compile(r"(\d{1,5}) ?(h|hours?|d|days?|w|weeks?|m|months?|y|years?)")
_STEPS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_EXAMPLES = "2w, 3d, 12h, 6m (months), 1y, today, yesterday, 2026-01-31 or 2026-01-31T10:00"


def parse_since(text: str, now: datetime) -> float:
    """Return the seconds since the epoch that `text` means as a start; a day starts at midnight.

    `now` and dates without a zone are local time. Raises ValueError with examples.
    """
    return _parse(text, now, time.min)


def parse_until(text: str, now: datetime) -> float:
    """Return the seconds since the epoch that `text` means as an end; a day is included whole."""
    return _parse(text, now, time.max)


def _parse(text: str, now: datetime, day_at: time) -> float:
    try:
        return _moment(text.strip().lower(), now, day_at).timestamp()
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{text!r} is not a date; try {_EXAMPLES}") from None


def _moment(text: str, now: datetime, day_at: time) -> datetime:
    if text == "today":
        return datetime.combine(now, day_at)
    if text == "yesterday":
        return datetime.combine(now - timedelta(days=1), day_at)
    if ago := _AGO.fullmatch(text):
        return _earlier(now, int(ago[1]), ago[2][0])
    moment = datetime.fromisoformat(text.upper())
    return datetime.combine(moment, day_at) if len(text) <= len("2026-01-31") else moment


def _earlier(now: datetime, number: int, unit: str) -> datetime:
    if unit in _STEPS:
        return now - number * _STEPS[unit]
    months = now.year * 12 + now.month - 1 - number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return now.replace(year=year, month=month + 1, day=min(now.day, last_day))
