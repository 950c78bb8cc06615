from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.user.dates import parse_since, parse_until

NOW = datetime(2026, 3, 31, 15, 30)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12h", NOW - timedelta(hours=12)),
        ("3d", NOW - timedelta(days=3)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2 Weeks", NOW - timedelta(weeks=2)),
        ("1m", datetime(2026, 2, 28, 15, 30)),
        ("6m", datetime(2025, 9, 30, 15, 30)),
        ("1y", datetime(2025, 3, 31, 15, 30)),
        ("today", datetime(2026, 3, 31)),
        ("yesterday", datetime(2026, 3, 30)),
        ("2026-01-31", datetime(2026, 1, 31)),
        ("2026-01-31T10:00", datetime(2026, 1, 31, 10)),
        ("2026-01-31 10:00", datetime(2026, 1, 31, 10)),
    ],
)
def test_a_start_may_be_typed_in_many_ways(typed: str, meant: datetime) -> None:
    assert parse_since(typed, NOW) == meant.timestamp()


def test_a_time_with_a_zone_is_that_moment() -> None:
    assert parse_since("2026-01-31T10:00Z", NOW) == 1_769_853_600


def test_an_end_includes_its_whole_day() -> None:
    midnight = datetime(2026, 2, 1).timestamp()
    assert midnight - 1 < parse_until("2026-01-31", NOW) < midnight
    assert parse_until("2026-01-31T10:00", NOW) == datetime(2026, 1, 31, 10).timestamp()


@pytest.mark.parametrize("typed", ["", "soon", "30min", "2026-13-01", "99999y", "-3d", "٣"])
def test_what_is_no_date_is_answered_with_examples(typed: str) -> None:
    with pytest.raises(ValueError, match="is not a date; try 2w, 3d"):
        parse_since(typed, NOW)
