"""Where the pages, slides, sheets, messages or chapters of an extracted text begin."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from . import varint
from .blobs import seal, unseal
from .errors import StoreDamaged

_WHAT = "a file's list of pages"


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a document, as far as one passage is concerned."""

    offset: int
    """Character of the passage's text from which on it lies in this part."""
    number: int
    """1-based."""
    label: str
    """The part of an address that names it: `page=3`, `sheet=Costs`."""


@dataclass(frozen=True, slots=True)
class Places:
    """The parts of an extracted text. Offsets are bytes of the text in UTF-8."""

    unit: str
    """`page`, `slide`, `sheet`, `message`, `chapter`, `visit`; empty if there are no parts."""
    starts: tuple[int, ...]
    """Where each part begins, ascending; parts are numbered from 1."""
    names: tuple[str, ...]
    """Of each part, without line feeds; empty if parts have no names."""
    text_bytes: int
    """Length of the text."""

    def within(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Return (offset, number) of the parts that have some of the bytes from start to end."""
        first = bisect_right(self.starts, start)
        last = bisect_right(self.starts, max(start, end - 1))
        return tuple(
            (max(start, self.starts[number - 1]), number)
            for number in range(max(first, 1), last + 1)
        )

    def label(self, number: int) -> str:
        """Return the address of a part: `page=3`."""
        name = self.names[number - 1] if self.names else ""
        return f"{self.unit}={name or number}"


def pack_places(places: Places) -> bytes:
    """Pack where parts begin: about two bytes each, and their names."""
    starts = np.array([*places.starts, places.text_bytes], dtype=np.int64)
    head = "\n".join([places.unit, *places.names]).encode("utf-8", "replace")
    numbers = np.concatenate(([len(head)], np.diff(starts, prepend=0)))
    if (numbers < 0).any():
        raise ValueError("parts must ascend within the text")
    return seal(head + b"\0" + varint.encode(numbers))


def unpack_places(blob: bytes) -> Places:
    """Return what `pack_places` packed. Raises StoreDamaged."""
    head, _, packed = unseal(blob, _WHAT).partition(b"\0")
    numbers = varint.decode(packed)
    if numbers.size < 2 or int(numbers[0]) != len(head):
        raise StoreDamaged(f"{_WHAT} in the index has a wrong length")
    *starts, text_bytes = np.cumsum(numbers[1:]).tolist()
    unit, *names = head.decode().split("\n")
    return Places(unit, tuple(starts), tuple(names), text_bytes)
