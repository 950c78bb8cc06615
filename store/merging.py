"""Merging segments of postings, as a log-structured tree does, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

import apsw
import numpy as np
from numpy.typing import NDArray

from .postings import (
    MERGE_FACTOR,
    Ids,
    Postings,
    Segment,
    concatenate,
    decode_block,
    drop_segment,
    open_segment,
    segments,
    write_blocks,
)

_RANGE_POSTINGS = 1 << 20
"""Postings held in memory at a time while segments are merged."""
_CHEAP_POSTINGS = 1 << 16
"""Segments of so few postings together are merged whatever their balance."""


def merge_segments(connection: apsw.Connection, live: NDArray[np.bool_]) -> None:
    """Merge neighbouring segments of the same tier while there are enough of them."""
    while group := _mergeable(segments(connection)):
        rewrite_segments(connection, group, live)


def rewrite_segments(
    connection: apsw.Connection,
    group: Sequence[Segment],
    live: NDArray[np.bool_],
    numbers: Ids | None = None,
) -> None:
    """Replace neighbouring segments by one without dead chunks.

    Works through one range of terms after the other, so that memory does not grow with the size
    of the segments. `numbers` gives chunks new ids, which keep their order.
    """
    ends = (group[0].first_chunk, group[-1].end_chunk)
    if numbers is not None:
        ends = (1, int(numbers.max()) + 1)
    segment = open_segment(connection, *ends)
    total = 0
    for low, high in _term_ranges(connection, group):
        parts = [_read_terms(connection, one, low, high) for one in group]
        merged = concatenate(parts).only(live)
        if numbers is not None:
            merged = Postings(merged.keys, numbers[merged.chunks], merged.counts)
        write_blocks(connection, segment, ends[0], merged)
        total += len(merged)
    connection.execute("UPDATE segment SET postings = ? WHERE id = ?", (total, segment))
    for one in group:
        drop_segment(connection, one)


def _term_ranges(
    connection: apsw.Connection, group: Sequence[Segment]
) -> Iterator[tuple[int, int]]:
    """Cut the term keys into ranges (low, high) that hold about `_RANGE_POSTINGS` each."""
    total = sum(segment.postings for segment in group)
    largest = max(group, key=lambda segment: segment.postings)
    firsts: list[Any] = connection.execute(
        "SELECT id & 0xffffffff FROM postings WHERE id >= ? AND id < ? ORDER BY id",
        (largest.id << 32, largest.id + 1 << 32),
    ).fetchall()
    step = max(1, len(firsts) * _RANGE_POSTINGS // max(total, 1))
    edges = [0, *(first for (first,) in firsts[step::step]), 1 << 32]
    return pairwise(edges)


def _read_terms(connection: apsw.Connection, segment: Segment, low: int, high: int) -> Postings:
    """Return the postings of the terms from `low` to before `high`."""
    base = segment.id << 32
    rows: list[Any] = connection.execute(
        """SELECT data FROM postings WHERE id < ?2 AND id >=
        (SELECT coalesce(max(id), ?1) FROM postings WHERE id >= ?3 AND id <= ?1) ORDER BY id""",
        (base | low, base + high, base),
    ).fetchall()
    found = concatenate([decode_block(data, segment) for (data,) in rows])
    first, end = np.searchsorted(found.keys, [low, high])
    part = slice(int(first), int(end))
    return Postings(found.keys[part], found.chunks[part], found.counts[part])


def _mergeable(all_segments: list[Segment]) -> list[Segment]:
    """Return a run of neighbours of similar size that is long enough to merge, or nothing.

    A run that one large segment dominates waits, so that each posting is rewritten only a
    logarithmic number of times.
    """
    for tier in sorted({segment.tier for segment in all_segments}):
        for small, run in groupby(all_segments, key=lambda segment: segment.tier <= tier):
            group = list(run)
            sizes = [segment.postings for segment in group]
            balanced = 2 * max(sizes) <= sum(sizes) or sum(sizes) <= _CHEAP_POSTINGS
            if small and len(group) >= MERGE_FACTOR and balanced:
                return group
    return []
