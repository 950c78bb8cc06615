"""Terms of one or two chunks: names, numbers, hashes, links. Most of a vocabulary is made of them.

A packed segment keeps no postings of these but, for each, the *block* of 64 chunks that holds it,
under a fingerprint of 17 bits: one sorted set of numbers `fingerprint × blocks + block`, Rice
coded, about 10 bits a term. Looking one up gives blocks to read; what the text does not hold was
another term with that fingerprint and has cost time only.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import pairwise

import apsw
import numpy as np

from ..coding import rice
from ..coding.arrays import Ids
from ..coding.blobs import seal, unseal
from ..values.errors import StoreDamaged
from .analysis import KEY_BITS
from .segments import Segment

BLOCK_CHUNKS = 64
FEWEST_CHUNKS = 3
"""From so many chunks on a term has postings."""
_FINGERPRINT_BITS = 17
KEYS_TOGETHER = 1 << KEY_BITS - _FINGERPRINT_BITS
"""Keys that share a fingerprint are neighbours."""
_ROW_ENTRIES = 24 * 1024
END_OF_KEYS = 1 << KEY_BITS
"""Above every key. Added to fingerprints in row ids: these rows follow the segment's postings."""
_HEADER = struct.Struct("<IBq")
"""Entries, width of gaps, first entry."""


def blocks_of(chunks: int) -> list[int]:
    """Cut so many chunks into blocks."""
    return [min(BLOCK_CHUNKS, chunks - start) for start in range(0, chunks, BLOCK_CHUNKS)]


def entries(keys: Ids, chunks: Ids, segment: Segment) -> Ids:
    """Return the sorted entries of terms, given pairs of key and chunk id."""
    ends = segment.first_chunk + np.cumsum(segment.blocks)
    blocks = np.searchsorted(ends, chunks, side="right")
    return join(keys // KEYS_TOGETHER, blocks, segment)


def join(fingerprints: Ids, blocks: Ids, segment: Segment) -> Ids:
    """Return the sorted entries of pairs of fingerprint and block."""
    return np.unique(fingerprints * len(segment.blocks) + blocks)


def write_entries(connection: apsw.Connection, segment: Segment, entries: Ids) -> None:
    """Add entries to a segment; their fingerprints come after those it has."""
    fingerprints = entries // max(len(segment.blocks), 1)
    starts = np.flatnonzero(np.diff(fingerprints, prepend=-1))
    edges = [*starts[np.flatnonzero(np.diff(starts // _ROW_ENTRIES, prepend=-1))], entries.size]
    for first, end in pairwise(edges):
        row = segment.base | END_OF_KEYS + int(fingerprints[first])
        connection.execute(
            "INSERT INTO postings VALUES (?, ?)", (row, seal(encode_entries(entries[first:end])))
        )


def read_entries(connection: apsw.Connection, segment: Segment, low: int, high: int) -> Ids:
    """Return the entries of the keys from `low` to before `high`. Raises StoreDamaged.

    Both must be multiples of KEYS_TOGETHER.
    """
    first, end = low // KEYS_TOGETHER, high // KEYS_TOGETHER
    base = segment.base | END_OF_KEYS
    rows = connection.execute(
        """SELECT data FROM postings WHERE id < ?2 AND id >=
        (SELECT coalesce(max(id), ?1) FROM postings WHERE id >= ?3 AND id <= ?1) ORDER BY id""",
        (base + first, base + end, base),
    )
    parts = [decode_entries(data, segment) for (data,) in rows]
    entries = np.concatenate([np.empty(0, dtype=np.int64), *parts])
    inside = np.searchsorted(entries, np.array([first, end]) * len(segment.blocks))
    return entries[slice(*inside)]


def find_blocks(connection: apsw.Connection, segment: Segment, key: int) -> list[range]:
    """Return the ranges of chunks that may hold a rare term. Raises StoreDamaged."""
    low = key // KEYS_TOGETHER * KEYS_TOGETHER
    entries = read_entries(connection, segment, low, low + KEYS_TOGETHER)
    edges = segment.first_chunk + np.concatenate(([0], np.cumsum(segment.blocks)))
    return [
        range(int(edges[block]), int(edges[block + 1]))
        for block in entries % max(len(segment.blocks), 1)
    ]


def encode_entries(entries: Ids) -> bytes:
    """Pack ascending entries; the inverse of `decode_entries`, but for the seal."""
    gaps = np.diff(entries, prepend=entries[:1])
    width = rice.best_width(gaps.size, int(gaps.sum()))
    head = _HEADER.pack(gaps.size, width, int(entries[0]))
    return head + rice.encode(gaps, np.full_like(gaps, width))


def decode_entries(blob: bytes, segment: Segment) -> Ids:
    """Return the entries of a row. Raises StoreDamaged."""
    data = unseal(blob, f"a block of rare terms (segment {segment.id})")
    if len(data) < _HEADER.size:
        raise StoreDamaged("a block of rare terms in the index is too short")
    count, width, first = _HEADER.unpack_from(data)
    rice.check_count(count, width, data)
    gaps = rice.decode(data[_HEADER.size :], np.full(count, width, dtype=np.int64))
    return np.asarray(np.cumsum(gaps) + first, dtype=np.int64)


def regroup(parts: Sequence[Segment], numbers: Ids | None) -> tuple[tuple[int, ...], list[Ids]]:
    """Return the blocks of the segment that replaces `parts`, and for each part its blocks' places.

    `numbers` gives live chunks new ids (dead ones 0): blocks shrink then, and neighbours that
    fit together become one.
    """
    sizes = np.concatenate([np.array(part.blocks, dtype=np.int64) for part in parts])
    if numbers is not None:
        first = parts[0].first_chunk
        living = np.concatenate(([0], np.cumsum(numbers[first : first + int(sizes.sum())] > 0)))
        edges = np.concatenate(([0], np.cumsum(sizes)))
        sizes = np.diff(living[edges])
    places = np.zeros(sizes.size, dtype=np.int64)
    joined: list[int] = []
    for block, size in enumerate(sizes.tolist()):
        if numbers is not None and joined and joined[-1] + size <= BLOCK_CHUNKS:
            joined[-1] += size
        else:
            joined.append(size)
        places[block] = len(joined) - 1
    edges = np.cumsum([0, *(len(part.blocks) for part in parts)])
    return tuple(joined), [places[a:b] for a, b in pairwise(edges)]
