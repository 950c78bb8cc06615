"""Browser histories: each page visited with its title, address and last visit.

They are Firefox's (`places.sqlite`), Safari's (`History.db`) and that of Chrome and its kin
(`History`).

SQLite's home is the store; here a foreign file is looked at in memory, inside the sandbox, with
what its schema could do switched off. Visits that only the browser's log (`-wal`) has are not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

import apsw

from ..document import Unreadable
from ..extract import Builder, Extract

_MOST_PAGES = 500_000
_LONGEST_ADDRESS = 300
_STEPS = 100_000
_MOST_STEPS = 20_000 * _STEPS
_UNIX, _WINDOWS, _APPLE = (datetime(year, 1, 1, tzinfo=UTC) for year in (1970, 1601, 2001))
_VERSION_BYTES = slice(18, 20)
"""Of a database's head: 2 means that there is a log, which a copy in memory has not."""

_BROWSERS = (
    (
        "moz_places",
        "SELECT title, url, last_visit_date, visit_count FROM moz_places WHERE visit_count > 0",
        _UNIX,
        1e6,
    ),
    (
        "urls",
        "SELECT title, url, last_visit_time, visit_count FROM urls WHERE visit_count > 0",
        _WINDOWS,
        1e6,
    ),
    (
        "history_items",
        """SELECT max(title), url, max(visit_time), count(*) FROM history_items
        JOIN history_visits ON history_item = history_items.id GROUP BY url""",
        _APPLE,
        1.0,
    ),
)
"""(a table only this browser has, query, what times count from, units a second)"""


def extract(file: BinaryIO, name: str) -> Extract:
    """Extract a history. `name` is not needed."""
    del name
    builder = Builder("history", "visit")
    try:
        for title, address, time, count in _pages(_open(bytearray(file.read()))):
            builder.begin_part()
            times = "once" if count == 1 else f"{count} times"
            builder.add(f"{title or ''}\n{address}\nlast visited {time}, {times} in all")
    except (apsw.Error, TypeError, ValueError, OverflowError) as error:
        raise Unreadable(f"damaged: no history that can be read ({error})", failed=True) from error
    return builder.finish()


def _open(data: bytearray) -> apsw.Connection:
    data[_VERSION_BYTES] = b"\1\1"
    connection = apsw.Connection(":memory:")
    connection.deserialize("main", bytes(data))
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA query_only = ON")
    connection.set_progress_handler(_Steps().take, _STEPS)
    return connection


class _Steps:
    """Ends a query that takes for ever."""

    def __init__(self) -> None:
        self._left = _MOST_STEPS

    def take(self) -> bool:
        self._left -= _STEPS
        return self._left < 0


def _pages(connection: apsw.Connection) -> Iterator[tuple[str, str, str, int]]:
    """Yield (title, address, last visit, visits), the last visited page first."""
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    tables = {name for (name,) in rows}
    for table, query, epoch, units in _BROWSERS:
        if table in tables:
            for title, address, time, count in connection.execute(
                f"{query} ORDER BY 3 DESC LIMIT {_MOST_PAGES}"
            ):
                moment = epoch + timedelta(seconds=float(str(time or 0)) / units)
                shown = moment.strftime("%Y-%m-%d %H:%M")
                yield str(title or ""), str(address)[:_LONGEST_ADDRESS], shown, int(str(count))
            return
    raise Unreadable("binary file (SQLite database)")
