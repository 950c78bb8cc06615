"""The text of a document that is no text itself, as its extractor gives it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from store import DocumentParts

from .document import Document, Unreadable
from .encoding import byte_offsets
from .readers import Layout

LONGEST_TEXT_CHARS = 64 * 2**20
"""A document with more text than this is refused."""
LONGEST_NAME_CHARS = 200

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ENCODING = "utf-8"

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Extract:
    """A text with its headings and parts. Offsets are characters of `text`."""

    kind: str
    text: str
    """Without control characters but line feeds and tabs: what is read back is what lies here."""
    headings: tuple[tuple[int, int, int], ...] = ()
    """(start, end, level) in document order; level 0 is the title."""
    unit: str = ""
    """What a part is: `page`, `slide`, `sheet`, `message`, `chapter`; empty if there are none."""
    starts: tuple[int, ...] = ()
    """Where each part begins, ascending."""
    names: tuple[str, ...] = ()
    """Of each part, if parts have names; else empty."""

    def document(self) -> tuple[Document, DocumentParts]:
        """Lay out the text as a document in UTF-8. Raises ValueError if the parts do not fit."""
        self.check()
        layout = Layout(self.text)
        edges = sorted({0, *self.starts, len(self.text)})
        headings = iter([*self.headings, (len(self.text), len(self.text), 1)])
        start, end, level = next(headings)
        for at, following in pairwise(edges):
            while start < following:
                layout.add_paragraphs(at, start)
                layout.add_heading(start, end, level)
                at = end
                start, end, level = next(headings)
            layout.add_paragraphs(at, following)
        document = Document(
            kind=self.kind,
            encoding=_ENCODING,
            bom_length=0,
            text=self.text,
            blocks=tuple(layout.blocks),
            headings=tuple(layout.headings),
        )
        starts = byte_offsets(self.text, _ENCODING, self.starts)
        length = len(self.text.encode())
        return document, DocumentParts(self.unit, tuple(starts), self.names, length)

    def check(self) -> None:
        """Raise ValueError unless offsets ascend within the text: they come from a worker."""
        flat = [place for start, end, _ in self.headings for place in (start, end)]
        for offsets in (flat, [*self.starts]):
            bounded = [0, *offsets, len(self.text)]
            if any(one > two for one, two in pairwise(bounded)):
                raise ValueError("offsets do not ascend")
        if self.names and len(self.names) != len(self.starts):
            raise ValueError("names do not fit the parts")
        if any(not 0 <= level <= 6 for *_, level in self.headings) or _CONTROLS.search(self.text):
            raise ValueError("a heading or character that cannot be")


class Builder:
    """A text that grows by paragraphs. Raises Unreadable when it becomes too long."""

    def __init__(self, kind: str, unit: str = "") -> None:
        self._kind = kind
        self._unit = unit
        self._pieces: list[str] = []
        self._length = 0
        self._headings: list[tuple[int, int, int]] = []
        self._starts: list[int] = []
        self._names: list[str] = []
        self._depth = 0

    def begin_part(self, name: str = "") -> None:
        """Let the next page, slide, sheet, message or chapter begin here."""
        self._starts.append(self._length)
        self._names.append(one_line(name)[:LONGEST_NAME_CHARS])

    def add_title(self, text: str) -> None:
        """Name the document, before anything else is added."""
        if not self._length:
            self.add_heading(text, 0)

    def add_heading(self, text: str, level: int) -> None:
        """Add a heading of level 1 to 6 as a paragraph."""
        start, end = self._append(one_line(text))
        if end > start:
            self._headings.append((start, end, min(level, 6)))

    def add(self, text: str) -> Range:
        """Add one or more paragraphs; returns where they lie."""
        return self._append(clean(text).strip())

    def add_rows(self, rows: list[list[str]]) -> None:
        """Add a table, a line for each row with something in it."""
        cells = ([one_line(cell) for cell in row] for row in rows)
        self.add("\n".join(" | ".join(filter(None, row)) for row in cells if any(row)))

    def mark_heading(self, start: int, end: int, level: int) -> None:
        """Say that a range of what was added last is a heading."""
        self._headings.append((start, end, min(level, 6)))

    @property
    def is_empty(self) -> bool:
        """Whether there is no text so far."""
        return not self._length

    def finish(self, empty: str = "no text in it") -> Extract:
        """Return what was built. Raises Unreadable with the reason `empty` if that is nothing."""
        if self.is_empty:
            raise Unreadable(empty)
        return Extract(
            kind=self._kind,
            text="".join(self._pieces),
            headings=tuple(self._headings),
            unit=self._unit if self._starts else "",
            starts=tuple(self._starts),
            names=tuple(self._names) if any(self._names) else (),
        )

    def _append(self, text: str) -> Range:
        if not text:
            return self._length, self._length
        start = self._length
        self._pieces += (text, "\n\n")
        self._length += len(text) + 2
        if self._length > LONGEST_TEXT_CHARS:
            limit = LONGEST_TEXT_CHARS // 2**20
            raise Unreadable(f"holds more than {limit} million characters of text", failed=True)
        return start, start + len(text)


def clean(text: str) -> str:
    r"""Return text with `\n` line ends and without other control characters."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub(" ", text)


def one_line(text: str) -> str:
    """Return text without control characters and line ends."""
    return " ".join(clean(text).split())
