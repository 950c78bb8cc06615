"""Giving back the room of dead chunks: the live ones are renumbered without holes."""

from __future__ import annotations

from typing import Any

import apsw
import numpy as np

from ..database.meta import get_number, set_meta
from ..documents import catalogue
from ..graph import edges, hubs
from ..lexical.merging import renumber_segments
from ..vectors import cache, codes

_FEWEST_DEAD = 256
_DEAD_SHARE = 0.05
"""Renumbering a chunk takes a hundredth of the time that embedding one does, so that an index may
be kept within a few per cent of a fresh one."""


def is_worthwhile(connection: apsw.Connection, next_chunk: int) -> bool:
    """Tell whether so many chunks are dead that renumbering pays."""
    dead = int(connection.execute("SELECT coalesce(sum(chunks), 0) FROM tombstone").get)
    return dead >= _FEWEST_DEAD and dead > _DEAD_SHARE * next_chunk


def compact(connection: apsw.Connection, next_chunk: int) -> None:
    """Renumber all live chunks in order. Part of a transaction."""
    live = codes.live_mask(connection, next_chunk)
    numbers = np.where(live, np.cumsum(live), 0)
    firsts: list[Any] = connection.execute(
        "SELECT first_chunk FROM file ORDER BY first_chunk"
    ).fetchall()
    # Ascending, and never upwards: no number is taken yet when it is given out.
    connection.executemany(
        "UPDATE file SET first_chunk = ? WHERE first_chunk = ?",
        [(int(numbers[first]), first) for (first,) in firsts],
    )
    codes.keep(connection, live)
    edges.keep(connection, live, numbers)
    hubs.renumber(connection, numbers)
    cache.renumber(connection, numbers)
    renumber_segments(connection, live, numbers)
    connection.execute("DELETE FROM tombstone")
    catalogue.prune_directories(connection)
    linked = get_number(connection, "next_unlinked")
    set_meta(connection, "next_unlinked", int(live[:linked].sum()) + 1)
    set_meta(connection, "next_chunk", int(live.sum()) + 1)
