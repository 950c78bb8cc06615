"""Chunk spans and outlines, delta-packed: about three bytes a chunk, four a heading."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from . import varint
from .blobs import seal, unseal
from .errors import StoreDamaged
from .types import Heading, Span


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
    packed = varint.encode(rows)
    return seal(varint.encode(pairs), packed), packed


def unpack_layout(spans: bytes, outline: bytes) -> tuple[tuple[Span, ...], tuple[Heading, ...]]:
    """Return the spans and headings that `pack_layout` packed. Raises StoreDamaged."""
    pairs = _rows(unseal(spans, "a file's list of chunks and headings", outline), 2)
    rows = _rows(outline, 3)
    ends = np.cumsum(pairs.sum(axis=1))
    starts = np.cumsum(rows[:, 0])
    return (
        tuple(
            Span(int(end - length), int(length))
            for end, (_, length) in zip(ends, pairs, strict=True)
        ),
        tuple(
            Heading(Span(int(start), int(length)), int(level))
            for start, (_, length, level) in zip(starts, rows, strict=True)
        ),
    )


def _rows(payload: bytes, width: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    numbers = varint.decode(payload)
    if numbers.size % width:
        raise StoreDamaged("a packed list in the index has a wrong length")
    return numbers.reshape(-1, width)
