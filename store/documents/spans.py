"""Chunk spans and outlines, Rice coded: less than two bytes a chunk, about three a heading."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from ..coding import rice, varint
from ..coding.blobs import seal, unseal
from ..errors import StoreDamaged
from ..types import Heading, Span

_FEW = 96
"""Numbers up to which decoding them one by one is faster than setting up arrays."""
_LATELY = 64
"""Files whose layouts are kept unpacked: while somebody types, every key finds many of the last."""
_WHAT = "a file's list of chunks and headings"


def pack_layout(spans: Sequence[Span], outline: Sequence[Heading]) -> tuple[bytes, bytes]:
    """Pack where a file's chunks and headings are; the first blob's checksum covers both.

    Ascending, non-overlapping spans become (gap since the last end, length) pairs; headings in
    document order become (gap since the last start, length, level) triples.
    """
    starts = np.array([span.start for span in spans], dtype=np.int64)
    pairs = np.empty((len(spans), 2), dtype=np.int64)
    pairs[:, 1] = [span.length for span in spans]
    pairs[:, 0] = starts - np.concatenate(([0], (starts + pairs[:, 1])[:-1]))[: len(spans)]
    if (pairs < 0).any():
        raise ValueError("spans must ascend without overlap")
    starts = np.array([heading.span.start for heading in outline], dtype=np.int64)
    rows = np.empty((len(outline), 3), dtype=np.int64)
    rows[:, 0] = np.diff(starts, prepend=0)
    rows[:, 1] = [heading.span.length for heading in outline]
    rows[:, 2] = [heading.level for heading in outline]
    if (rows < 0).any():
        raise ValueError("headings must be in document order")
    packed = _pack(rows)
    return seal(_pack(pairs), packed), packed


@lru_cache(_LATELY)
def unpack_layout(spans: bytes, outline: bytes) -> tuple[tuple[Span, ...], tuple[Heading, ...]]:
    """Return the spans and headings that `pack_layout` packed. Raises StoreDamaged."""
    gaps, lengths = _unpack(unseal(spans, _WHAT, outline), 2)
    found, end = [], 0
    for gap, length in zip(gaps, lengths, strict=True):
        found.append(Span(end + gap, length))
        end += gap + length
    gaps, lengths, levels = _unpack(outline, 3)
    headings = (
        Heading(Span(start, length), level)
        for start, length, level in zip(accumulate(gaps), lengths, levels, strict=True)
    )
    return tuple(found), tuple(headings)


def _pack(rows: NDArray[np.int64]) -> bytes:
    """Pack non-negative integers, shape (n, columns): widths, n, one column after another."""
    if not len(rows):
        return b""
    widths = [rice.best_width(len(rows), int(column.sum())) for column in rows.T]
    stream = rice.encode(rows.T.ravel(), np.repeat(widths, len(rows)))
    return bytes(widths) + varint.encode([len(rows)]) + stream


def _unpack(data: bytes, columns: int) -> list[list[int]]:
    """Return the columns."""
    if not data:
        return [[]] * columns
    if len(data) <= columns:
        raise StoreDamaged(f"{_WHAT} in the index is too short")
    count, end = varint.decode_one(data, columns)
    stream = data[end:]
    rice.check_count(columns * count, max(data[:columns]), stream)
    widths = [width for width in data[:columns] for _ in range(count)]
    if len(widths) <= _FEW:
        values = rice.decode_few(stream, widths)
    else:
        values = rice.decode(stream, np.array(widths, dtype=np.int64)).tolist()
    return [values[at * count : (at + 1) * count] for at in range(columns)]
