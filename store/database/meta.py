"""Single values that the index keeps about itself."""

from __future__ import annotations

from typing import Any

import apsw


def get_meta(connection: apsw.Connection, key: str) -> Any:
    """Return a value of the meta table, or None."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else row[0]


def set_meta(connection: apsw.Connection, key: str, value: apsw.SQLiteValue) -> None:
    """Store a value in the meta table."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def get_number(connection: apsw.Connection, key: str) -> int:
    """Return a whole number of the meta table, 0 if there is none."""
    return int(get_meta(connection, key) or 0)


def add_to_number(connection: apsw.Connection, key: str, more: int) -> int:
    """Add to a number of the meta table and return the sum."""
    number = get_number(connection, key) + more
    if more:
        set_meta(connection, key, number)
    return number
