"""The words: which chunks hold which terms, in immutable segments that get merged.

A segment covers a range of chunk ids. Its postings, sorted by term key and chunk, are cut into
blocks of about `_BLOCK_POSTINGS`; a block is one stream of varints:

    number of terms · key gaps · numbers of chunks · (chunk gap << 1 | occurs more than once) …
    · occurrences - 2, for those flagged

A term's first chunk counts from the segment's first. Merging neighbours keeps the number of
segments logarithmic and drops the postings of dead chunks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import apsw
import numpy as np
from numpy.typing import NDArray

from . import varint
from .blobs import seal, unseal
from .errors import StoreDamaged

_BLOCK_POSTINGS = 4096
MERGE_FACTOR = 8
"""Segments of about one size that become one."""

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Postings:
    """Triples (term key, chunk id, occurrences), sorted by key, then chunk."""

    keys: Ids
    chunks: Ids
    counts: Ids

    def __len__(self) -> int:
        return self.keys.size

    @classmethod
    def collect(cls, first_chunk: int, terms_of_chunks: Sequence[Sequence[int]]) -> Postings:
        """Invert the terms of consecutive chunks."""
        lengths = [len(terms) for terms in terms_of_chunks]
        keys = np.fromiter(
            (key for terms in terms_of_chunks for key in terms), dtype=np.int64, count=sum(lengths)
        )
        places = np.repeat(np.arange(len(lengths)), lengths)
        pairs, counts = np.unique(keys << 32 | places, return_counts=True)
        return cls(pairs >> 32, (pairs & 0xFFFFFFFF) + first_chunk, counts.astype(np.int64))

    def only(self, live: NDArray[np.bool_]) -> Postings:
        """Return the postings of live chunks, `live` being indexed by chunk id."""
        kept = live[self.chunks]
        return Postings(self.keys[kept], self.chunks[kept], self.counts[kept])


@dataclass(frozen=True, slots=True)
class Segment:
    """A row of the segment table."""

    id: int
    first_chunk: int
    end_chunk: int
    postings: int

    @property
    def tier(self) -> int:
        """Size class; segments of one tier get merged."""
        return int(np.log(max(self.postings, 4096)) / np.log(MERGE_FACTOR))


def write_segment(
    connection: apsw.Connection, first_chunk: int, end_chunk: int, postings: Postings
) -> None:
    """Store the postings of the chunk ids from `first_chunk` to before `end_chunk`."""
    segment = open_segment(connection, first_chunk, end_chunk)
    write_blocks(connection, segment, first_chunk, postings)
    connection.execute("UPDATE segment SET postings = ? WHERE id = ?", (len(postings), segment))


def segments(connection: apsw.Connection) -> list[Segment]:
    """Return all segments in the order of their chunks."""
    rows = connection.execute(
        "SELECT id, first_chunk, end_chunk, postings FROM segment ORDER BY first_chunk"
    )
    return [Segment(*row) for row in rows]


def drop_segment(connection: apsw.Connection, segment: Segment) -> None:
    """Forget a segment and its postings."""
    connection.execute(
        "DELETE FROM postings WHERE id >= ? AND id < ?", (segment.id << 32, segment.id + 1 << 32)
    )
    connection.execute("DELETE FROM segment WHERE id = ?", (segment.id,))


def look_up(connection: apsw.Connection, among: Sequence[Segment], key: int) -> tuple[Ids, Ids]:
    """Return the chunks of some segments that hold a term, ascending, and how often each does."""
    chunks, counts = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for segment in among:
        row = connection.execute(
            "SELECT data FROM postings WHERE id <= ? AND id >= ? ORDER BY id DESC LIMIT 1",
            (segment.id << 32 | key, segment.id << 32),
        ).fetchone()
        if row is None:
            continue
        block = decode_block(row[0], segment)
        first, end = np.searchsorted(block.keys, [key, key + 1])
        chunks.append(block.chunks[first:end])
        counts.append(block.counts[first:end])
    return np.concatenate(chunks), np.concatenate(counts)


def open_segment(connection: apsw.Connection, first_chunk: int, end_chunk: int) -> int:
    """Register a segment without postings; returns its id."""
    connection.execute(
        "INSERT INTO segment (first_chunk, end_chunk, postings) VALUES (?, ?, 0)",
        (first_chunk, end_chunk),
    )
    return connection.last_insert_rowid()


def write_blocks(
    connection: apsw.Connection, segment: int, first_chunk: int, postings: Postings
) -> None:
    """Add postings to a segment; their terms come after those it has."""
    connection.executemany(
        "INSERT INTO postings VALUES (?, ?)", _encode_blocks(segment, first_chunk, postings)
    )


def _encode_blocks(segment: int, first_chunk: int, postings: Postings) -> list[tuple[int, bytes]]:
    if not len(postings):
        return []
    starts = np.flatnonzero(np.diff(postings.keys, prepend=-1))
    edges = np.flatnonzero(np.diff(starts // _BLOCK_POSTINGS, prepend=-1))
    ends = [*starts[edges[1:]], len(postings)]
    blocks = []
    for begin, end in zip(starts[edges], ends, strict=True):
        part = slice(begin, end)
        key = int(postings.keys[begin])
        data = _encode_block(
            postings.keys[part], postings.chunks[part] - first_chunk, postings.counts[part]
        )
        blocks.append((segment << 32 | key, seal(data)))
    return blocks


def _encode_block(keys: Ids, chunks: Ids, counts: Ids) -> bytes:
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    gaps = np.diff(chunks, prepend=0)
    gaps[starts] = chunks[starts]
    repeated = counts > 1
    return varint.encode(
        np.concatenate(
            [
                [starts.size],
                np.diff(keys[starts], prepend=0),
                np.diff(starts, append=keys.size),
                gaps << 1 | repeated,
                counts[repeated] - 2,
            ]
        )
    )


def decode_block(data: bytes, segment: Segment) -> Postings:
    """Return the postings of a block. Raises StoreDamaged."""
    numbers = varint.decode(unseal(data, f"a block of postings (segment {segment.id})"))
    terms = int(numbers[0])
    gaps, sizes, rest = np.split(numbers[1:], [terms, 2 * terms])
    total = int(sizes.sum())
    if rest.size < total:
        raise StoreDamaged("a block of postings in the index is too short")
    flagged, extra = rest[:total], rest[total:]
    repeated = (flagged & 1).astype(bool)
    counts = np.ones(total, dtype=np.int64)
    counts[repeated] = extra + 2
    running = np.cumsum(flagged >> 1)
    before = np.cumsum(sizes) - sizes
    restart = np.concatenate(([0], running))[before]
    chunks = running - np.repeat(restart, sizes) + segment.first_chunk
    return Postings(np.repeat(np.cumsum(gaps), sizes), chunks, counts)


def concatenate(parts: Sequence[Postings]) -> Postings:
    """Join postings sorted each by itself; stable, so chunks stay ascending within a term."""
    if not parts:
        empty = np.empty(0, dtype=np.int64)
        return Postings(empty, empty, empty)
    keys = np.concatenate([part.keys for part in parts])
    order = np.argsort(keys, kind="stable")
    chunks = np.concatenate([part.chunks for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    return Postings(keys[order], chunks[order], counts[order])
