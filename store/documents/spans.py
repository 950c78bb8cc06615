"""Chunk spans and outlines, Rice coded: less than two bytes a chunk, about three a heading."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, chain

import numpy as np

from ..coding import rice, varint
from ..coding.blobs import seal, unseal
from ..values.errors import StoreDamaged
from ..values.files import Heading, Span

_FEW = 96
"""Numbers up to which taking them one by one is faster than setting up arrays."""
_LATELY = 64
"""Files whose layouts are kept unpacked: while somebody types, every key finds many of the last."""
_WHAT = "a file's list of chunks and headings"


def pack_layout(spans: Sequence[Span], outline: Sequence[Heading]) -> tuple[bytes, bytes]:
    """Pack where a file's chunks and headings are; the first blob's checksum covers both.

    Ascending, non-overlapping spans become (gap since the last end, length) pairs; headings in
    document order become (gap since the last start, length, level) triples. Raises ValueError if
    they are in another order.
    """
    ends = [span.end for span in spans]
    gaps = [span.start - end for span, end in zip(spans, (0, *ends), strict=False)]
    packed_spans = _pack(gaps, [span.length for span in spans])
    starts = [heading.span.start for heading in outline]
    gaps = [start - before for start, before in zip(starts, (0, *starts), strict=False)]
    lengths, levels = [heading.span.length for heading in outline], [one.level for one in outline]
    packed_outline = _pack(gaps, lengths, levels)
    return seal(packed_spans, packed_outline), packed_outline


@lru_cache(_LATELY)
def unpack_layout(spans: bytes, outline: bytes) -> tuple[tuple[Span, ...], tuple[Heading, ...]]:
    """Return the spans and headings that `pack_layout` packed. Raises StoreDamaged."""
    gaps, lengths = _unpack(unseal(spans, _WHAT, outline), 2)
    unpacked, end = [], 0
    for gap, length in zip(gaps, lengths, strict=True):
        unpacked.append(Span(end + gap, length))
        end += gap + length
    gaps, lengths, levels = _unpack(outline, 3)
    headings = (
        Heading(Span(start, length), level)
        for start, length, level in zip(accumulate(gaps), lengths, levels, strict=True)
    )
    return tuple(unpacked), tuple(headings)


def _pack(*columns: Sequence[int]) -> bytes:
    """Pack columns of as many non-negative integers: widths, count, one column after another."""
    count, values = len(columns[0]), [*chain(*columns)]
    if not count:
        return b""
    if min(values) < 0:
        raise ValueError("spans must ascend without overlap, headings be in document order")
    best = [rice.best_width(count, sum(column)) for column in columns]
    widths = [width for width in best for _ in range(count)]
    if len(widths) <= _FEW:
        stream = rice.encode_few(values, widths)
    else:
        stream = rice.encode(np.array(values), np.array(widths))
    return bytes(best) + varint.encode_one(count) + stream


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
