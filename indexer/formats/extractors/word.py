"""DOCX: paragraphs, headings, tables, notes and comments; the words of text boxes once.

Deleted text, field codes, pictures and embedded files are left out. A DOCX has no pages until it
is laid out, so a hit names none.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from ..document import Unreadable
from ..extract import Builder, Extract
from .package import Attributes, Handler, Package, attribute
from .properties import add_title

_BODY = re.compile(r"word/document\d*\.xml")
_EXTRAS = re.compile(r"word/(?:footnotes|endnotes|comments|header\d*|footer\d*)\.xml")
_HEADING = re.compile(r"heading ([1-9])", re.I)


def extract(file: BinaryIO, name: str) -> Extract:
    """Extract a Word document. `name` is not needed."""
    del name
    package = Package(file)
    bodies = sorted(filter(_BODY.fullmatch, package.names))
    if not bodies:
        raise Unreadable("damaged: no Word document in it", failed=True)
    builder = Builder("docx")
    add_title(package, builder)
    styles = _Styles()
    package.parse("word/styles.xml", styles)
    for part in (*bodies[:1], *sorted(filter(_EXTRAS.fullmatch, package.names))):
        package.parse(part, _Text(builder, styles.levels))
    return builder.finish()


class _Styles(Handler):
    """Which paragraph styles are headings: their ids depend on the language, their names do not."""

    def __init__(self) -> None:
        self.levels: dict[str, int] = {}
        self._style = ""

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "style":
            self._style = attribute(attributes, "styleId")
        elif name == "name" and (found := _HEADING.fullmatch(attribute(attributes, "val"))):
            self.levels[self._style] = int(found[1])
        elif name == "name" and attribute(attributes, "val").lower() == "title":
            self.levels[self._style] = 1
        elif name == "basedOn":
            base = self.levels.get(attribute(attributes, "val"))
            if base is not None:
                self.levels.setdefault(self._style, base)


class _Text(Handler):
    """Collects the paragraphs of one part."""

    def __init__(self, builder: Builder, levels: dict[str, int]) -> None:
        self._builder = builder
        self._levels = levels
        self._words: list[str] = []
        self._level = 0
        self._in_text = False
        self._hidden = 0
        """Depth inside what is a second version of something."""
        self._tables = 0
        self._rows: list[list[str]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        self._hidden += name == "Fallback"
        if name == "t":
            self._in_text = True
        elif name == "tab":
            self._words.append(" ")
        elif name in ("br", "cr"):
            self._words.append("\n")
        elif name == "pStyle":
            self._level = self._levels.get(attribute(attributes, "val"), 0)
        elif name == "outlineLvl" and not self._tables:
            self._level = self._outline_level(attribute(attributes, "val"))
        elif name == "tbl":
            self._tables += 1
        elif name == "tr" and self._tables:
            self._rows.append([])
        elif name == "tc" and self._rows:
            self._rows[-1].append("")

    def end(self, name: str) -> None:
        if name == "Fallback":
            self._hidden -= 1
        elif name == "t":
            self._in_text = False
        elif name == "p":
            self._end_paragraph()
        elif name == "tbl":
            self._tables -= 1
            if not self._tables:
                self._builder.add_rows(self._rows)
                self._rows = []

    def text(self, data: str) -> None:
        if self._in_text and not self._hidden:
            self._words.append(data)

    def _end_paragraph(self) -> None:
        text, self._words = "".join(self._words), []
        level, self._level = self._level, 0
        if self._tables and self._rows and self._rows[-1]:
            self._rows[-1][-1] += f" {text}"
        elif level:
            self._builder.add_heading(text, level)
        else:
            self._builder.add(text)

    def _outline_level(self, value: str) -> int:
        return int(value) + 1 if value.isdecimal() and int(value) < 6 else self._level
