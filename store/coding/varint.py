"""LEB128 variable-length integers, encoded and decoded as whole numpy arrays.

Seven bits a byte, least significant first; the high bit says that more follow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..values.errors import StoreDamaged

_LONGEST = 9
"""Bytes of the largest value, 2**63 - 1."""


def encode(values: ArrayLike) -> bytes:
    """Encode non-negative integers below 2**63, one after the other."""
    numbers = np.asarray(values, dtype=np.uint64).ravel()
    if numbers.size == 0:
        return b""
    lengths = np.ones(numbers.size, dtype=np.int64)
    for shift in range(7, 7 * _LONGEST, 7):
        longer = numbers >= np.uint64(1 << shift)
        if not longer.any():
            break
        lengths += longer
    ends = np.cumsum(lengths)
    starts = ends - lengths
    encoded = np.empty(int(ends[-1]), dtype=np.uint8)
    for index in range(int(lengths.max())):
        here = lengths > index
        septets = (numbers[here] >> np.uint64(7 * index)) & np.uint64(0x7F)
        more = (lengths[here] > index + 1).astype(np.uint8) << 7
        encoded[starts[here] + index] = septets.astype(np.uint8) | more
    return encoded.tobytes()


def encode_one(value: int) -> bytes:
    """Encode one non-negative integer, as `encode` does, without setting up arrays."""
    octets = bytearray()
    while value >= 0x80:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*octets, value))


def decode_one(data: bytes, start: int) -> tuple[int, int]:
    """Decode the integer at `start`; return it and where it ends. Raises StoreDamaged."""
    value = 0
    for place, octet in enumerate(data[start : start + _LONGEST]):
        value |= (octet & 0x7F) << (7 * place)
        if octet < 0x80:
            return value, start + place + 1
    raise StoreDamaged("a packed block of the index ends in the middle of a number")


def decode(data: bytes) -> NDArray[np.int64]:
    """Decode every integer in `data`. Raises StoreDamaged if it does not end with one."""
    octets = np.frombuffer(data, dtype=np.uint8)
    if octets.size == 0:
        return np.empty(0, dtype=np.int64)
    last = np.flatnonzero(octets < 0x80)
    if last.size == 0 or last[-1] != octets.size - 1:
        raise StoreDamaged("a packed block of the index ends in the middle of a number")
    starts = np.empty_like(last)
    starts[0] = 0
    starts[1:] = last[:-1] + 1
    lengths = last - starts + 1
    if int(lengths.max()) > _LONGEST:
        raise StoreDamaged("a packed block of the index holds a number that is too long")
    places = np.arange(octets.size) - np.repeat(starts, lengths)
    septets = (octets & 0x7F).astype(np.int64) << (7 * places)
    return np.asarray(np.add.reduceat(septets, starts), dtype=np.int64)
