"""Where the pages, slides, sheets, messages or chapters of an extracted text begin."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PassagePart:
    """A part of a document, as far as one passage is concerned."""

    offset: int
    """Character of the passage's text from which on it lies in this part."""
    number: int
    """1-based."""
    label: str
    """The part of an address that names it: `page=3`, `sheet=Costs`."""


@dataclass(frozen=True, slots=True)
class DocumentParts:
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

    def find(self, label: str) -> tuple[int, int] | None:
        """Return (start, end) of the part with this address, by its name or else its number."""
        edges = (*self.starts, self.text_bytes)
        for address in (self.label, lambda number: f"{self.unit}={number}"):
            for number in range(1, len(edges)):
                if address(number) == label:
                    return edges[number - 1], edges[number]
        return None

    def label(self, number: int) -> str:
        """Return the address of a part: `page=3`."""
        name = self.names[number - 1] if self.names else ""
        return f"{self.unit}={name or number}"
