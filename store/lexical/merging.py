"""Merging segments of postings, as a log-structured tree does, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

import apsw
import numpy as np

from ..coding.arrays import Ids, Mask
from . import rare_terms
from .postings import Postings, concatenate, read_postings, write_postings
from .rare_terms import KEYS_TOGETHER
from .segments import MERGE_FACTOR, Segment, close_segment, drop_segment, open_segment, segments

_RANGE_POSTINGS = 1 << 20
"""Postings held in memory at a time while segments are merged."""
_CHEAP_POSTINGS = 1 << 16
"""Segments of so few postings together are merged whatever their balance."""


def merge_segments(connection: apsw.Connection, live: Mask) -> None:
    """Merge neighbouring segments of the same kind and tier while there are enough of them."""
    for packed in (True, False):
        while group := _mergeable([one for one in segments(connection) if one.packed is packed]):
            rewrite_segments(connection, group, live)


def renumber_segments(connection: apsw.Connection, live: Mask, numbers: Ids) -> None:
    """Give all live chunks new ids, which keep their order, and drop the dead ones."""
    for _, group in groupby(segments(connection), key=lambda segment: segment.packed):
        rewrite_segments(connection, list(group), live, numbers)


def rewrite_segments(
    connection: apsw.Connection,
    group: Sequence[Segment],
    live: Mask,
    numbers: Ids | None = None,
) -> None:
    """Replace neighbouring segments of one kind by one without dead chunks.

    Works through one range of terms after the other, so that memory does not grow with the size
    of the segments.
    """
    blocks, places = rare_terms.regroup(group, numbers)
    segment = open_segment(connection, *_ends(group, live, numbers), blocks)
    total = 0
    for low, high in term_ranges(connection, group):
        merged = read_range(connection, group, low, high).only(live)
        if numbers is not None:
            chunks = numbers[merged.chunks]
            merged = Postings(
                merged.keys, merged.frequencies, merged.counts, chunks, merged.term_weights
            )
        write_postings(connection, segment, merged)
        total += len(merged)
        if segment.packed:
            _move_entries(connection, group, places, segment, low, high)
    close_segment(connection, segment, total)
    for one in group:
        drop_segment(connection, one)


def read_range(
    connection: apsw.Connection, group: Sequence[Segment], low: int, high: int
) -> Postings:
    """Return the postings of the keys from `low` to before `high` in neighbouring segments."""
    return concatenate([read_postings(connection, one, low, high) for one in group])


def term_ranges(connection: apsw.Connection, group: Sequence[Segment]) -> Iterator[tuple[int, int]]:
    """Cut the term keys into ranges (low, high) that hold about `_RANGE_POSTINGS` each."""
    total = sum(segment.postings for segment in group)
    largest = max(group, key=lambda segment: segment.postings)
    firsts: list[Any] = connection.execute(
        "SELECT id & 0xffffffff FROM postings WHERE id >= ? AND id < ? ORDER BY id",
        (largest.base, largest.base + rare_terms.END_OF_KEYS),
    ).fetchall()
    step = max(1, len(firsts) * _RANGE_POSTINGS // max(total, 1))
    inner = {first // KEYS_TOGETHER * KEYS_TOGETHER for (first,) in firsts[step::step]}
    return pairwise(sorted({0, *inner, rare_terms.END_OF_KEYS}))


def _move_entries(
    connection: apsw.Connection,
    group: Sequence[Segment],
    places: Sequence[Ids],
    segment: Segment,
    low: int,
    high: int,
) -> None:
    """Copy the entries of rare terms, whose blocks have got other places."""
    fingerprints, blocks = [], []
    for old, place in zip(group, places, strict=True):
        entries = rare_terms.read_entries(connection, old, low, high)
        fingerprints.append(entries // len(old.blocks))
        blocks.append(place[entries % len(old.blocks)])
    moved = rare_terms.join(np.concatenate(fingerprints), np.concatenate(blocks), segment)
    rare_terms.write_entries(connection, segment, moved)


def _ends(group: Sequence[Segment], live: Mask, numbers: Ids | None) -> tuple[int, int]:
    """Return the range of chunk ids of the segment that replaces `group`."""
    first, end = group[0].first_chunk, group[-1].end_chunk
    if numbers is None:
        return first, end
    before = int(live[:first].sum())
    return before + 1, before + 1 + int(live[first:end].sum())


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
