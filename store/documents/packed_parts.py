"""The parts of an extracted text on disk: about two bytes each, and their names."""

from __future__ import annotations

import numpy as np

from ..coding import varint
from ..coding.blobs import seal, unseal
from ..values.errors import StoreDamaged
from ..values.parts import DocumentParts

_WHAT = "a file's list of pages"


def pack_parts(parts: DocumentParts) -> bytes:
    """Pack where parts begin: about two bytes each, and their names."""
    starts = np.array([*parts.starts, parts.text_bytes], dtype=np.int64)
    head = "\n".join([parts.unit, *parts.names]).encode("utf-8", "replace")
    numbers = np.concatenate(([len(head)], np.diff(starts, prepend=0)))
    if (numbers < 0).any():
        raise ValueError("parts must ascend within the text")
    return seal(head + b"\0" + varint.encode(numbers))


def unpack_parts(blob: bytes) -> DocumentParts:
    """Return what `pack_parts` packed. Raises StoreDamaged."""
    head, _, packed = unseal(blob, _WHAT).partition(b"\0")
    numbers = varint.decode(packed)
    if numbers.size < 2 or int(numbers[0]) != len(head):
        raise StoreDamaged(f"{_WHAT} in the index has a wrong length")
    *starts, text_bytes = np.cumsum(numbers[1:]).tolist()
    unit, *names = head.decode().split("\n")
    return DocumentParts(unit, tuple(starts), tuple(names), text_bytes)
