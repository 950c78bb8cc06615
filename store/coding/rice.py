"""Golomb–Rice and Elias-gamma codes, encoded and decoded as whole numpy arrays.

A Rice code of width w writes a number as its quotient by 2**w in unary and its last w bits as
they are; it is within a few per cent of the least possible for gaps between random places
(Golomb, "Run-length encodings", 1966; Rice, "Some practical universal noiseless coding
techniques", 1979). Quotients and last bits lie apart, so that both are found without a loop:
a stream is the unary bits, filled to a byte, then the last bits, filled to a byte.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..values.errors import StoreDamaged
from .arrays import Ids

_WIDEST = 48
"""Bits; a window of 8 bytes then holds any remainder, wherever in a byte it begins."""


def best_width(values: int, total: int) -> int:
    """Return the width that suits `values` numbers of the sum `total`, spread geometrically."""
    mean = total / max(values, 1)
    return min(_WIDEST, max(0, int(0.69 * mean).bit_length() - 1))


def check_count(count: int, width: int, data: bytes) -> None:
    """Raise StoreDamaged if `data` cannot hold so many numbers: each takes at least a bit."""
    if not 0 <= count <= 8 * len(data) or width > _WIDEST:
        raise StoreDamaged("a packed block of the index states an impossible count of numbers")


def encode(values: Ids, widths: Ids) -> bytes:
    """Encode non-negative integers, each with its own width; both shape (n,)."""
    ends = np.cumsum((values >> widths) + 1) - 1
    unary = np.zeros(int(ends[-1]) + 1 if ends.size else 0, dtype=np.uint8)
    unary[ends] = 1
    return np.packbits(unary, bitorder="little").tobytes() + _pack(values, widths)


def encode_few(values: Sequence[int], widths: Sequence[int]) -> bytes:
    """As `encode`, bit by bit: faster for up to a hundred numbers."""
    unary = ones = last = place = 0
    for value, width in zip(values, widths, strict=True):
        ones += value >> width
        unary |= 1 << ones
        ones += 1
        last |= (value & ((1 << width) - 1)) << place
        place += width
    return unary.to_bytes((ones + 7) // 8, "little") + last.to_bytes((place + 7) // 8, "little")


def decode(data: bytes, widths: Ids, part: slice = slice(None)) -> Ids:
    """Decode the numbers that `encode` wrote with `widths`, or a part of them.

    Raises StoreDamaged if `data` does not hold as many numbers as there are widths.
    """
    last_bytes = (int(widths.sum()) + 7) // 8
    unary = np.frombuffer(data, dtype=np.uint8, count=max(0, len(data) - last_bytes))
    ends = _ones(unary)
    if ends.size != widths.size or last_bytes > len(data):
        raise StoreDamaged("a packed block of the index holds a wrong count of numbers")
    first, stop, _ = part.indices(widths.size)
    before = ends[first - 1] if first else -1
    quotients = np.diff(ends[first:stop], prepend=before) - 1
    wanted = widths[first:stop]
    starts = widths[:first].sum() + np.cumsum(wanted) - wanted
    return quotients << wanted | _unpack(data[len(unary) :], starts, wanted)


def decode_few(data: bytes, widths: Sequence[int]) -> list[int]:
    """As `decode`, bit by bit: faster for up to a hundred numbers. Raises StoreDamaged."""
    last_bytes = (sum(widths) + 7) // 8
    split = max(0, len(data) - last_bytes)
    unary, last = int.from_bytes(data[:split], "little"), int.from_bytes(data[split:], "little")
    values: list[int] = []
    while unary and len(values) < len(widths):
        width, end = widths[len(values)], (unary & -unary).bit_length()
        values.append((end - 1) << width | last & ((1 << width) - 1))
        unary >>= end
        last >>= width
    if unary or len(values) < len(widths) or last_bytes > len(data):
        raise StoreDamaged("a packed block of the index holds a wrong count of numbers")
    return values


def encode_gamma(values: Ids) -> bytes:
    """Encode non-negative integers of unknown size, small ones shorter; shape (n,)."""
    widths = _bit_lengths(values + 1) - 1
    return encode(widths, np.zeros_like(widths)) + _pack(values + 1, widths)


def decode_gamma(data: bytes, count: int) -> Ids:
    """Decode the `count` numbers that `encode_gamma` wrote. Raises StoreDamaged."""
    ends = _ones(np.frombuffer(data, dtype=np.uint8))[:count]
    if ends.size != count:
        raise StoreDamaged("a packed block of the index ends in the middle of a number")
    widths = np.diff(ends, prepend=-1) - 1
    used = (int(ends[-1]) // 8 + 1) if count else 0
    if count and (int(widths.max()) > _WIDEST or (int(widths.sum()) + 7) // 8 > len(data) - used):
        raise StoreDamaged("a packed block of the index ends in the middle of a number")
    last = _unpack(data[used:], np.cumsum(widths) - widths, widths)
    return np.asarray((np.int64(1) << widths | last) - 1, dtype=np.int64)


def _ones(data: NDArray[np.uint8]) -> Ids:
    """Return the offsets of the bits that are set; numpy finds these of Booleans the fastest."""
    return np.flatnonzero(np.unpackbits(data, bitorder="little").view(np.bool_))


def pack(values: Ids, width: int) -> bytes:
    """Write integers below 2**width, all of that many bits."""
    return _pack(values, np.full_like(values, width))


def unpack(data: bytes, width: int, part: slice) -> Ids:
    """Read the numbers that `pack` wrote, from `part.start` to before `part.stop`."""
    starts = np.arange(part.start, part.stop) * width
    if starts.size and int(starts[-1]) + width > 8 * len(data):
        raise StoreDamaged("a packed block of the index holds a wrong count of numbers")
    return _unpack(data, starts, np.full_like(starts, width))


def _pack(values: Ids, widths: Ids) -> bytes:
    """Write the last `widths` bits of each value, one after the other."""
    starts = np.cumsum(widths) - widths
    last = values.astype(np.uint64) & _masks(widths)
    places, shifts = starts >> 6, (starts & 63).astype(np.uint64)
    words = np.zeros(int(widths.sum()) // 64 + 2, dtype="<u8")
    groups = np.flatnonzero(np.diff(places, prepend=-1))
    if groups.size:
        words[places[groups]] = np.bitwise_or.reduceat(last << shifts, groups)
    split = np.flatnonzero((starts & 63) + widths > 64)  # at most one across each edge of words
    words[places[split] + 1] |= last[split] >> (np.uint64(64) - shifts[split])
    return words.tobytes()[: (int(widths.sum()) + 7) // 8]


def _unpack(data: bytes, starts: Ids, widths: Ids) -> Ids:
    """Read `widths` bits at each of the bit offsets `starts`."""
    padded = data + bytes(8)
    # One overlapping 8-byte number for each byte.
    windows = np.ndarray((len(padded) - 7,), dtype="<u8", buffer=padded, strides=(1,))
    shifted = np.asarray(windows[starts >> 3] >> (starts & 7).astype(np.uint64))
    return np.asarray(shifted & _masks(widths), dtype=np.int64)


def _masks(widths: Ids) -> NDArray[np.uint64]:
    return (np.uint64(1) << widths.astype(np.uint64)) - np.uint64(1)


def _bit_lengths(values: Ids) -> Ids:
    """Return the number of bits of positive integers below 2**53."""
    return np.asarray(np.frexp(values.astype(np.float64))[1], dtype=np.int64)
