"""Finding the postings of one term."""

from __future__ import annotations

from functools import lru_cache

import apsw
import numpy as np

from .postings import Postings, concatenate, decode_block
from .segments import Segment

_SMALL_BYTES = 4096
"""A block up to this size, as of a file saved today, is decoded whole and kept: all terms that are
looked up in its segment are looked up in it."""
_MOST_SMALL = 64

_decode_small = lru_cache(_MOST_SMALL)(decode_block)


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
