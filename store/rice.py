"""Rice codes, encoded and decoded as whole numpy arrays.

A value is cut into its low bits, kept as they are, and the rest, kept in unary (Rice, "Some
Practical Universal Noiseless Coding Techniques", 1979). For gaps between sorted random numbers
that is within a few per cent of the entropy.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import StoreDamaged

_MOST_LOW_BITS = 40


def encode(values: ArrayLike) -> bytes:
    """Encode non-negative integers: one byte for the number of low bits, low bits, unary rests."""
    numbers = np.asarray(values, dtype=np.int64).ravel()
    if numbers.size == 0:
        return b""
    low_bits = _best_low_bits(float(numbers.mean()))
    ends = np.cumsum((numbers >> low_bits) + 1)
    unary = np.zeros(int(ends[-1]), dtype=np.uint8)
    unary[ends - 1] = 1
    low = (numbers[:, None] >> np.arange(low_bits) & 1).astype(np.uint8)
    return bytes([low_bits]) + np.packbits(low).tobytes() + np.packbits(unary).tobytes()


def decode(data: bytes, count: int) -> NDArray[np.int64]:
    """Decode `count` integers. Raises StoreDamaged if `data` does not hold just so many."""
    if count == 0 and not data:
        return np.empty(0, dtype=np.int64)
    if not data or data[0] > _MOST_LOW_BITS:
        raise StoreDamaged("a packed block of the index has no valid header; run `thimble doctor`")
    low_bits = data[0]
    low_bytes = -(-count * low_bits // 8)
    octets = np.frombuffer(data, dtype=np.uint8, offset=1)
    ends = np.flatnonzero(np.unpackbits(octets[low_bytes:]))
    if octets.size < low_bytes or ends.size != count:
        raise StoreDamaged("a packed block of the index has a wrong length; run `thimble doctor`")
    low = np.unpackbits(octets[:low_bytes], count=count * low_bits).reshape(count, low_bits)
    rests = np.diff(ends, prepend=-1) - 1
    return np.asarray((rests << low_bits) + low @ (1 << np.arange(low_bits)), dtype=np.int64)


def _best_low_bits(mean: float) -> int:
    """Return the best split for geometrically distributed numbers of that mean."""
    best = math.ceil(math.log2(max(mean, 1e-9) * math.log(2))) if mean > 0 else 0
    return min(max(best, 0), _MOST_LOW_BITS)
