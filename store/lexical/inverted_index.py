"""The index of words as the rest of the store sees it: chunks go in, terms are looked up.

New chunks go into raw segments, which are packed once there are enough of them: small changes
stay cheap, and what is large is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf

import apsw
import numpy as np

from ..coding.arrays import Ids, Mask
from . import rare_terms
from .merging import merge_segments
from .packing import pack_segments
from .postings import Postings, concatenate, decode_block, living, write_postings
from .segments import Segment, close_segment, open_segment, segments

_FEWEST_TO_PACK = 1024
"""Raw chunks that are packed the first time; an index of fewer keeps all its postings."""
_FEWEST_TO_PACK_NEXT = 256
_SHARE_TO_PACK = 1 / 32
"""Raw chunks are packed when there are at least so many, and this share of all."""
_MOST_RAW = 1 << 18
"""Raw chunks that are packed while a run goes on, to bound what packing holds in memory."""
_SMALL_BYTES = 4096
"""A block up to this size, as of a file saved today, is decoded whole and kept: all terms that are
looked up in its segment are looked up in it."""
_MOST_SMALL = 64
_decode_small = lru_cache(_MOST_SMALL)(decode_block)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What packed segments may take on disk, before SQLite adds its pages.

    A small index gets a larger share, up to a fixed number of bytes: pruning would save little
    there and cost much, since few postings are too few to lose any.
    """

    share: float = 0.028
    """Of the size of the source files."""
    small_share: float = 0.08
    small_bytes: int = 600_000

    def bytes_for(self, text_bytes: int) -> float:
        """Return the bytes that the words of so much text may take."""
        return self.share * text_bytes + min(self.small_share * text_bytes, self.small_bytes)


ALLOWANCE = Allowance()


@dataclass(frozen=True, slots=True)
class Term:
    """What the index knows of one term."""

    chunks: Ids
    """Live chunks that are known to hold it, ascending."""
    frequency: int
    """Live chunks that hold it, apart from those in `unsure`."""
    is_complete: bool
    """Whether `chunks` and `unsure` are all the live chunks that may hold it."""
    unsure: tuple[range, ...]
    """Chunks that may hold it; only their text can tell. None of a term that is no rare one."""


def add_chunks(
    connection: apsw.Connection, first_chunk: int, terms: Sequence[Sequence[int] | Ids]
) -> None:
    """Store the terms of consecutive new chunks."""
    postings = Postings.collect(first_chunk, terms)
    segment = open_segment(connection, first_chunk, first_chunk + len(terms))
    write_postings(connection, segment, postings)
    close_segment(connection, segment, len(postings))


def merge(connection: apsw.Connection, live: Mask) -> None:
    """Merge segments of about one size; pack if very many chunks wait for it."""
    merge_segments(connection, live)
    if _raw_chunks(segments(connection)) >= _MOST_RAW:
        pack(connection, live)


def is_packing_due(connection: apsw.Connection, next_chunk: int) -> bool:
    """Tell, when a run has ended, whether there are enough raw segments to pack."""
    present = segments(connection)
    is_first = not any(one.packed for one in present)
    fewest = _FEWEST_TO_PACK if is_first else _FEWEST_TO_PACK_NEXT
    return _raw_chunks(present) >= max(fewest, int(_SHARE_TO_PACK * next_chunk))


def pack(connection: apsw.Connection, live: Mask) -> None:
    """Pack all raw segments into their share of the text's size."""
    present = segments(connection)
    raw = [one for one in present if not one.packed]
    packed = [one for one in present if one.packed]
    all_bytes, raw_bytes = connection.execute(
        """SELECT coalesce(sum(size), 0), coalesce(sum(size) FILTER (WHERE first_chunk >= ?), 0)
        FROM file""",
        (raw[0].first_chunk,),
    ).get
    room = ALLOWANCE.bytes_for(all_bytes) - ALLOWANCE.bytes_for(all_bytes - raw_bytes)
    pack_segments(connection, raw, packed, live, 8 * room)
    merge_segments(connection, live)


def _raw_chunks(present: Sequence[Segment]) -> int:
    return sum(one.end_chunk - one.first_chunk for one in present if not one.packed)


def look_up(
    connection: apsw.Connection,
    among: Sequence[Segment],
    key: int,
    live: Mask,
    *,
    rare_up_to: float = inf,
) -> Term:
    """Return what some segments know of a term; `rare_up_to` so many chunks it may be a rare one.

    Raises StoreDamaged.
    """
    chunks, unsure = [np.empty(0, dtype=np.int64)], list[range]()
    frequency, is_complete = 0, True
    for segment in among:
        entry = find_term(connection, segment, key)
        held = entry.chunks[live[entry.chunks]]
        chunks.append(held)
        frequency += int(living(entry.frequencies, entry.counts, np.array([held.size])).sum())
        is_complete &= bool((entry.frequencies == entry.counts).all())
    if frequency <= rare_up_to:
        for segment in among:
            unsure += rare_terms.find_blocks(connection, segment, key) if segment.packed else ()
    return Term(np.concatenate(chunks), frequency, is_complete, tuple(unsure))


def find_term(connection: apsw.Connection, segment: Segment, key: int) -> Postings:
    """Return the postings of one term in a segment: one term or none. Raises StoreDamaged."""
    row = connection.execute(
        "SELECT data FROM postings WHERE id <= ? AND id >= ? ORDER BY id DESC LIMIT 1",
        (segment.base | key, segment.base),
    ).fetchone()
    if row is None:
        return concatenate([])
    (blob,) = row
    if len(blob) > _SMALL_BYTES:
        return decode_block(blob, segment, key)
    block = _decode_small(blob, segment)
    first, end = map(int, np.searchsorted(block.keys, [key, key + 1]))
    return block.terms(first, end)
