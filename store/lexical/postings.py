"""The words: which chunks hold which terms, in immutable segments that get merged.

A segment covers a range of chunk ids. It is *raw* at first: every posting is there, with its
weight. Packing (`packing.py`) makes *packed* segments of raw ones: without weight, without
the postings that matter least, and with the terms of one or two chunks in another form
(`rare_terms.py`). How many chunks hold a term stays known when some of its postings are gone.

Postings, sorted by term key and chunk, are cut into blocks of about `_BLOCK_POSTINGS`:

    header · key gaps (Rice) · postings of each term (gamma) · postings pruned (gamma)
    · chunk gaps (Rice, the width follows from the number of postings) · weight if raw

A term's first chunk counts from the segment's first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import apsw
import numpy as np

from ..coding import rice
from ..coding.arrays import Ids, Mask
from ..coding.blobs import seal, unseal
from ..values.errors import StoreDamaged
from .segments import Segment
from .term_weights import WEIGHT_BITS, term_weights

_BLOCK_POSTINGS = 24 * 1024
"""About 30 KB, so that little of SQLite's pages stays empty."""
_HEADER = struct.Struct("<IIIIB")
"""Terms; bytes of keys, of counts, of pruned counts; width of key gaps."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Terms ascending by key, and the chunks of each, ascending."""

    keys: Ids
    """Shape (terms,)."""
    frequencies: Ids
    """Chunks that hold each term, with or without a posting; shape (terms,)."""
    counts: Ids
    """Postings of each term, shape (terms,); fewer than its frequency if it was pruned."""
    chunks: Ids
    """Shape (postings,)."""
    term_weights: Ids
    """Shape (postings,); zeros in packed segments."""

    def __len__(self) -> int:
        return self.chunks.size

    @property
    def starts(self) -> Ids:
        """Where the postings of each term begin."""
        return np.cumsum(self.counts) - self.counts

    @classmethod
    def collect(cls, first_chunk: int, terms_of_chunks: Sequence[Sequence[int] | Ids]) -> Postings:
        """Invert the terms of consecutive chunks."""
        lengths = np.array([len(terms) for terms in terms_of_chunks], dtype=np.int64)
        keys = np.concatenate([np.asarray(one, np.int64) for one in ((), *terms_of_chunks)])
        places = np.repeat(np.arange(lengths.size), lengths)
        pairs, firsts, repeats = np.unique(
            keys << 32 | places, return_index=True, return_counts=True
        )
        places = pairs & 0xFFFFFFFF
        positions = firsts - (np.cumsum(lengths) - lengths)[places]
        terms, counts = np.unique(pairs >> 32, return_counts=True)
        return cls(terms, counts, counts, places + first_chunk, term_weights(repeats, positions))

    def only(self, live: Mask) -> Postings:
        """Drop the postings of dead chunks, `live` being indexed by chunk id.

        Of pruned postings it is not known whether their chunks live: they are taken to die as
        often as the postings that were kept.
        """
        kept = self.keep(live[self.chunks])
        frequencies = living(self.frequencies, self.counts, kept.counts)
        some = frequencies > 0
        return Postings(
            self.keys[some], frequencies[some], kept.counts[some], kept.chunks, kept.term_weights
        )

    def keep(self, kept: Mask) -> Postings:
        """Prune the postings that are not `kept`, shape (postings,); terms stay known."""
        running = np.concatenate(([0], np.cumsum(kept)))
        counts = running[self.starts + self.counts] - running[self.starts]
        return Postings(
            self.keys, self.frequencies, counts, self.chunks[kept], self.term_weights[kept]
        )

    def terms(self, first: int, end: int) -> Postings:
        """Return the terms at places `first` to before `end`."""
        begin = int(self.counts[:first].sum())
        part = slice(begin, begin + int(self.counts[first:end].sum()))
        return self._part(slice(first, end), part)

    def choose(self, wanted: Mask) -> Postings:
        """Return the `wanted` terms, shape (terms,)."""
        return self._part(wanted, np.repeat(wanted, self.counts))

    def _part(self, terms: slice | Mask, postings: slice | Mask) -> Postings:
        keys, frequencies, counts = self.keys[terms], self.frequencies[terms], self.counts[terms]
        return Postings(
            keys, frequencies, counts, self.chunks[postings], self.term_weights[postings]
        )


def living(frequencies: Ids, counts: Ids, live_counts: Ids) -> Ids:
    """Return frequencies among live chunks: exact if all postings live or none was pruned."""
    shares = live_counts / np.maximum(counts, 1)
    return np.where(counts > 0, np.rint(frequencies * shares), frequencies).astype(np.int64)


def write_postings(connection: apsw.Connection, segment: Segment, postings: Postings) -> None:
    """Add postings to a segment; their terms come after those it has."""
    connection.executemany("INSERT INTO postings VALUES (?, ?)", _encode_blocks(segment, postings))


def read_postings(connection: apsw.Connection, segment: Segment, low: int, high: int) -> Postings:
    """Return the postings of the keys from `low` to before `high`. Raises StoreDamaged."""
    rows = connection.execute(
        """SELECT data FROM postings WHERE id < ?2 AND id >=
        (SELECT coalesce(max(id), ?1) FROM postings WHERE id >= ?3 AND id <= ?1) ORDER BY id""",
        (segment.base | low, segment.base + high, segment.base),
    )
    parts = []
    for (data,) in rows:
        block = decode_block(data, segment)
        first, end = np.searchsorted(block.keys, [low, high])
        parts.append(block.terms(int(first), int(end)))
    return concatenate(parts)


def concatenate(parts: Sequence[Postings]) -> Postings:
    """Join postings of ascending ranges of chunks (or of terms)."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        none = np.empty(0, dtype=np.int64)
        return Postings(none, none, none, none, none)
    all_keys = np.concatenate([part.keys for part in parts])
    keys, places = np.unique(all_keys, return_inverse=True)
    counts = np.concatenate([part.counts for part in parts])
    # Stable, so that chunks stay ascending within a term.
    order = np.argsort(np.repeat(places, counts), kind="stable")
    return Postings(
        keys,
        _sums(places, np.concatenate([part.frequencies for part in parts]), keys.size),
        _sums(places, counts, keys.size),
        np.concatenate([part.chunks for part in parts])[order],
        np.concatenate([part.term_weights for part in parts])[order],
    )


def _sums(places: Ids, numbers: Ids, size: int) -> Ids:
    return np.bincount(places, weights=numbers, minlength=size).astype(np.int64)


def _encode_blocks(segment: Segment, postings: Postings) -> Iterator[tuple[int, bytes]]:
    """Cut between terms where a block is full."""
    ordinals = (postings.starts + np.arange(postings.keys.size)) // _BLOCK_POSTINGS
    edges = [*np.flatnonzero(np.diff(ordinals, prepend=-1)), postings.keys.size]
    for first, end in pairwise(edges):
        part = postings.terms(int(first), int(end))
        yield segment.base | int(part.keys[0]), seal(encode_block(part, segment))


def encode_block(postings: Postings, segment: Segment) -> bytes:
    """Pack postings; the inverse of `decode_block`, but for the seal."""
    gaps = np.diff(postings.keys, prepend=postings.keys[:1])
    width = rice.best_width(gaps.size, int(gaps.sum()))
    keys = rice.encode(gaps, np.full_like(gaps, width))
    counts = rice.encode_gamma(postings.counts)
    pruned = rice.encode_gamma(postings.frequencies - postings.counts)
    places = postings.chunks - segment.first_chunk
    steps = np.diff(places, prepend=-1) - 1
    firsts = postings.starts[postings.counts > 0]
    steps[firsts] = places[firsts]
    chunks = rice.encode(steps, _widths(postings.counts, segment))
    head = _HEADER.pack(gaps.size, len(keys), len(counts), len(pruned), width)
    first_key = int(postings.keys[0]).to_bytes(4, "little")
    end = b"" if segment.packed else rice.pack(postings.term_weights, WEIGHT_BITS)
    return head + first_key + keys + counts + pruned + chunks + end


def decode_block(blob: bytes, segment: Segment, key: int | None = None) -> Postings:
    """Return the postings of a block, or of one term of it. Raises StoreDamaged."""
    data = unseal(blob, f"a block of postings (segment {segment.id})")
    if len(data) < _HEADER.size + 4:
        raise StoreDamaged("a block of postings in the index is too short")
    terms, *sizes, width = _HEADER.unpack_from(data)
    rice.check_count(terms, width, data)
    ends = np.cumsum([_HEADER.size + 4, *sizes])
    key_data, count_data, pruned_data = (data[start:end] for start, end in pairwise(ends))
    keys = np.cumsum(rice.decode(key_data, np.full(terms, width, dtype=np.int64)))
    keys += int.from_bytes(data[_HEADER.size : _HEADER.size + 4], "little")
    counts = rice.decode_gamma(count_data, terms)
    total = int(counts.sum())
    rice.check_count(total, 0, data)
    frequencies = counts + rice.decode_gamma(pruned_data, terms)
    first, end = (0, terms) if key is None else map(int, np.searchsorted(keys, [key, key + 1]))
    part = slice(int(counts[:first].sum()), int(counts[:end].sum()))
    weight_bytes = 0 if segment.packed else (total * WEIGHT_BITS + 7) // 8
    body = data[ends[-1] :]
    edge = len(body) - weight_bytes
    steps = rice.decode(body[:edge], _widths(counts, segment), part)
    levels = np.zeros_like(steps)
    if not segment.packed:
        levels = rice.unpack(body[edge:], WEIGHT_BITS, part)
    counts = counts[first:end]
    return Postings(
        keys[first:end],
        frequencies[first:end],
        counts,
        _undo_steps(steps, counts) + segment.first_chunk,
        levels,
    )


def _undo_steps(steps: Ids, counts: Ids) -> Ids:
    """Add up, for each term anew, the distances between its places."""
    running = np.cumsum(steps + 1)
    before = np.concatenate(([0], running))[np.cumsum(counts) - counts]
    return np.asarray(running - np.repeat(before, counts) - 1, dtype=np.int64)


def _widths(counts: Ids, segment: Segment) -> Ids:
    """Return the width of each posting's code, known from how many chunks hold its term."""
    span = segment.end_chunk - segment.first_chunk
    mean = np.maximum(0.69 * span / np.maximum(counts, 1), 1)
    return np.repeat(np.log2(mean).astype(np.int64), counts)
