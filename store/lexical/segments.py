"""Segments: the rows that say which postings cover which chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import apsw
import numpy as np

from ..coding import varint
from ..coding.blobs import seal, unseal

MERGE_FACTOR = 8
"""Segments of about one size that become one."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A row of the segment table."""

    id: int
    first_chunk: int
    end_chunk: int
    postings: int
    packed: bool
    blocks: tuple[int, ...] = ()
    """Chunk ids in each block of a packed segment, from the first chunk on; see `rare.py`."""

    @property
    def base(self) -> int:
        """What the row ids of its postings begin with."""
        return self.id << 32

    @property
    def tier(self) -> int:
        """Size class; segments of one tier get merged."""
        return int(np.log(max(self.postings, 4096)) / np.log(MERGE_FACTOR))


def open_segment(
    connection: apsw.Connection, first_chunk: int, end_chunk: int, blocks: Sequence[int] = ()
) -> Segment:
    """Register a segment without postings; it is packed if it has blocks."""
    packed = len(blocks) > 0
    connection.execute(
        "INSERT INTO segment (first_chunk, end_chunk, postings, blocks) VALUES (?, ?, 0, ?)",
        (first_chunk, end_chunk, seal(varint.encode(blocks)) if packed else b""),
    )
    id_ = connection.last_insert_rowid()
    return Segment(id_, first_chunk, end_chunk, 0, packed, tuple(blocks))


def close_segment(connection: apsw.Connection, segment: Segment, postings: int) -> None:
    """Note how many postings a segment got."""
    connection.execute("UPDATE segment SET postings = ? WHERE id = ?", (postings, segment.id))


def segments(connection: apsw.Connection) -> list[Segment]:
    """Return all segments in the order of their chunks: the packed, then the raw."""
    rows = connection.execute(
        "SELECT id, first_chunk, end_chunk, postings, blocks FROM segment ORDER BY first_chunk"
    )
    return [
        Segment(
            id_,
            first,
            end,
            postings,
            bool(blocks),
            tuple(varint.decode(unseal(blocks, f"segment {id_}")).tolist()) if blocks else (),
        )
        for id_, first, end, postings, blocks in rows
    ]


def drop_segment(connection: apsw.Connection, segment: Segment) -> None:
    """Forget a segment and its postings."""
    connection.execute(
        "DELETE FROM postings WHERE id >= ? AND id < ?", (segment.base, segment.id + 1 << 32)
    )
    connection.execute("DELETE FROM segment WHERE id = ?", (segment.id,))
