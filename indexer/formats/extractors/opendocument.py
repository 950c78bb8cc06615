"""ODT, ODS and ODP: paragraphs, headings, tables, notes and comments.

Deleted text of tracked changes, charts and pictures are left out. Own code for sheets, too: of
`12.5%` calamine gives 0.125, and no comments.
"""

from __future__ import annotations

from typing import BinaryIO

from ..document import Unreadable
from ..extract import Builder, Extract
from .package import Attributes, Handler, Package, attribute
from .properties import Title

_UNITS = {"odt": "", "ods": "sheet", "odp": "slide"}
_KINDS = {"t": "odt", "s": "ods", "p": "odp"}
"""By the letter of a suffix: `.ods`, and `.ots` for a template."""
_ROWS_AT_ONCE = 64
_MOST_SPACES = 100
_SKIPPED = frozenset(("tracked-changes", "object", "sequence-decls", "forms", "scripts", "styles"))


def extract(file: BinaryIO, name: str) -> Extract:
    """Extract an OpenDocument file; `name` tells which kind."""
    package = Package(file)
    manifest = _Manifest()
    package.parse("META-INF/manifest.xml", manifest)
    if manifest.is_encrypted:
        raise Unreadable("is encrypted (a password is needed)")
    if "content.xml" not in package.names:
        raise Unreadable("damaged: no OpenDocument content in it", failed=True)
    kind = _KINDS.get(name[-1:].lower() if name[-2:-1].lower() in "dt" else "", "odt")
    builder = Builder(kind, _UNITS[kind])
    title = Title()
    package.parse("meta.xml", title)
    builder.add_title(title.title)
    package.parse("content.xml", _Text(builder, kind))
    return builder.finish()


class _Manifest(Handler):
    def __init__(self) -> None:
        self.is_encrypted = False

    def start(self, name: str, attributes: Attributes) -> None:
        del attributes
        self.is_encrypted |= name == "encryption-data"


class _Text(Handler):
    """Collects the paragraphs of the content."""

    def __init__(self, builder: Builder, kind: str) -> None:
        self._builder = builder
        self._kind = kind
        self._paragraphs: list[list[str]] = []
        """Those open now: a note or comment lies inside the paragraph it belongs to."""
        self._level = 0
        self._skipped = 0
        self._tables = 0
        self._rows: list[list[str]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if self._skipped or name in _SKIPPED:
            self._skipped += 1
        elif name in ("p", "h"):
            self._paragraphs.append([])
            level = attribute(attributes, "outline-level", "1")
            self._level = int(level) if name == "h" and level.isdecimal() else 0
        elif name in ("s", "tab", "line-break") and self._paragraphs:
            count = attribute(attributes, "c", "1")
            spaces = min(int(count), _MOST_SPACES) if count.isdecimal() else 1
            self._paragraphs[-1].append("\n" if name == "line-break" else " " * spaces)
        elif name == "page" and self._kind == "odp":
            self._builder.begin_part()
        elif name == "table":
            self._begin_table(attribute(attributes, "name"))
        elif name == "table-row" and self._tables:
            self._rows.append([])
        elif name in ("table-cell", "covered-table-cell") and self._rows:
            self._rows[-1].append("")

    def end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
        elif name in ("p", "h") and self._paragraphs:
            self._end_paragraph("".join(self._paragraphs.pop()), self._level if name == "h" else 0)
        elif name == "table-row" and self._tables == 1 and len(self._rows) >= _ROWS_AT_ONCE:
            self._flush()
        elif name == "table":
            self._tables -= 1
            if not self._tables:
                self._flush()

    def text(self, data: str) -> None:
        if self._paragraphs and not self._skipped:
            self._paragraphs[-1].append(data)

    def _begin_table(self, name: str) -> None:
        self._tables += 1
        if self._kind == "ods" and self._tables == 1:
            self._builder.begin_part(name)
            self._builder.add_heading(name, 2)

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        self._builder.add_rows(rows)

    def _end_paragraph(self, text: str, level: int) -> None:
        if self._tables and self._rows and self._rows[-1]:
            self._rows[-1][-1] += f" {text}"
        elif self._paragraphs:
            self._paragraphs[-1].append(f" {text.strip()} ")
        elif level:
            self._builder.add_heading(text, level)
        else:
            self._builder.add(text)
