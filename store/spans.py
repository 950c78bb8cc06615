"""Chunk spans and outlines, delta-packed: about three bytes a chunk, four a heading."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from . import varint
from .blobs import seal, unseal
from .errors import StoreDamaged
from .types import Heading, Span


def pack_spans(spans: Sequence[Span]) -> bytes:
    """Pack ascending, non-overlapping spans as (gap since the last end, length) pairs."""
    starts = np.array([span.start for span in spans], dtype=np.int64)
    lengths = np.array([span.length for span in spans], dtype=np.int64)
    pairs = np.empty((len(spans), 2), dtype=np.int64)
    pairs[:, 0] = starts - np.concatenate(([0], (starts + lengths)[:-1]))[: len(spans)]
    pairs[:, 1] = lengths
    if (pairs < 0).any():
        raise ValueError("spans must ascend without overlap")
    return seal(varint.encode(pairs))


def unpack_spans(blob: bytes) -> tuple[Span, ...]:
    """Return the spans that `pack_spans` packed. Raises StoreDamaged."""
    pairs = _rows(unseal(blob, "a file's chunk list"), 2)
    ends = np.cumsum(pairs.sum(axis=1))
    return tuple(
        Span(int(end - length), int(length)) for end, (_, length) in zip(ends, pairs, strict=True)
    )


def pack_outline(outline: Sequence[Heading]) -> bytes:
    """Pack headings in document order as (gap since the last start, length, level) triples."""
    if not outline:
        return b""
    starts = np.array([heading.span.start for heading in outline], dtype=np.int64)
    rows = np.empty((len(outline), 3), dtype=np.int64)
    rows[:, 0] = np.diff(starts, prepend=0)
    rows[:, 1] = [heading.span.length for heading in outline]
    rows[:, 2] = [heading.level for heading in outline]
    if (rows < 0).any():
        raise ValueError("headings must be in document order")
    return seal(varint.encode(rows))


def unpack_outline(blob: bytes) -> tuple[Heading, ...]:
    """Return the headings that `pack_outline` packed. Raises StoreDamaged."""
    if not blob:
        return ()
    rows = _rows(unseal(blob, "a file's outline"), 3)
    starts = np.cumsum(rows[:, 0])
    return tuple(
        Heading(Span(int(start), int(length)), int(level))
        for start, (_, length, level) in zip(starts, rows, strict=True)
    )


def _rows(payload: bytes, width: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    numbers = varint.decode(payload)
    if numbers.size % width:
        raise StoreDamaged("a packed list in the index has a wrong length")
    return numbers.reshape(-1, width)
