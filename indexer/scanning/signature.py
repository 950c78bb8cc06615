"""What tells that a file is as it was, without reading it."""

from __future__ import annotations

import os
import struct
import zlib

from store import Signature

_CHANGE = struct.Struct("<QQ")
_LEAST, _MOST = -(2**63), 2**63 - 1
"""What the database and arrays can hold."""
_WORD = 2**64 - 1


def signature_of(status: os.stat_result) -> Signature:
    """Return the signature of a file from what `lstat` or `fstat` says.

    File systems and archives can state any number, such as a date in the year 5000. One that is out
    of range counts as the nearest that is not.
    """
    change = zlib.crc32(_CHANGE.pack(status.st_ctime_ns & _WORD, status.st_ino & _WORD))
    return Signature(_bounded(status.st_size), _bounded(status.st_mtime_ns), change)


def _bounded(number: int) -> int:
    return min(max(number, _LEAST), _MOST)
