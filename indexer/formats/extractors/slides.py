"""PPTX: each slide's title, texts and tables, with its speaker notes.

Charts, pictures and comments are left out.
"""

from __future__ import annotations

from typing import BinaryIO

from ..document import Unreadable
from ..extract import Builder, Extract
from .package import Attributes, Handler, Package, attribute
from .properties import add_title

_PRESENTATION = "ppt/presentation.xml"
_TITLES = ("title", "ctrTitle")


def extract(file: BinaryIO, name: str) -> Extract:
    """Extract a presentation. `name` is not needed."""
    del name
    package = Package(file)
    if _PRESENTATION not in package.names:
        raise Unreadable("damaged: no presentation in it", failed=True)
    builder = Builder("pptx", "slide")
    add_title(package, builder)
    order = _Order()
    package.parse(_PRESENTATION, order)
    relations = package.relations(_PRESENTATION)
    for slide in (relations[id_] for id_ in order.ids if id_ in relations):
        builder.begin_part()
        package.parse(slide, _Text(builder))
        for part in package.relations(slide).values():
            if "/notesSlides/" in f"/{part}":
                package.parse(part, _Text(builder))
    return builder.finish()


class _Order(Handler):
    """The relation ids of the slides, in the order they are shown."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sldId":
            relation = (v for k, v in attributes.items() if k.endswith("relationships id"))
            self.ids += relation


class _Text(Handler):
    """Collects the paragraphs of a slide or of its notes."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._words: list[str] = []
        self._in_text = self._is_title = self._in_table = False
        self._hidden = 0
        """Depth inside fields (slide numbers, dates) and second versions of something."""
        self._rows: list[list[str]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name in ("fld", "Fallback"):
            self._hidden += 1
        elif name == "sp":
            self._is_title = False
        elif name == "ph":
            self._is_title = attribute(attributes, "type") in _TITLES
        elif name == "t":
            self._in_text = True
        elif name == "br":
            self._words.append("\n")
        elif name == "tbl":
            self._in_table = True
        elif name == "tr" and self._in_table:
            self._rows.append([])
        elif name == "tc" and self._rows:
            self._rows[-1].append("")

    def end(self, name: str) -> None:
        if name in ("fld", "Fallback"):
            self._hidden -= 1
        elif name == "t":
            self._in_text = False
        elif name == "p":
            self._end_paragraph()
        elif name == "tbl":
            self._builder.add_rows(self._rows)
            self._rows, self._in_table = [], False

    def text(self, data: str) -> None:
        if self._in_text and not self._hidden:
            self._words.append(data)

    def _end_paragraph(self) -> None:
        text, self._words = "".join(self._words), []
        if self._in_table and self._rows and self._rows[-1]:
            self._rows[-1][-1] += f" {text}"
        elif self._is_title:
            self._builder.add_heading(text, 2)
        else:
            self._builder.add(text)
