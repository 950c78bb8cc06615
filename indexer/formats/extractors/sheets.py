"""XLSX: every sheet's rows as they are shown, but for number formats; dates in ISO form.

Comments and text boxes follow their sheet; formulas are read as their last value. Charts and
pictures are left out. Own code: calamine reads neither titles, comments nor text boxes, and two
cells far apart in a file of 1.2 kB make it take all memory.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import BinaryIO

from ..document import Unreadable
from ..extract import Builder, Extract
from .package import Attributes, Handler, Package, attribute
from .properties import add_title

_WORKBOOK = "xl/workbook.xml"
_NOTES = re.compile(r"xl/(?:comments|drawings/drawing)\w*\.xml")
_ROWS_AT_ONCE = 64
"""Rows that make one block of text."""
_EPOCH = datetime(1899, 12, 30)
_DATE_FORMATS = frozenset((*range(14, 23), *range(45, 48)))
_DATE_LETTERS = re.compile(r"[ymdh]", re.I)
_NOT_DATE = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.|general", re.I)


def extract(file: BinaryIO, name: str) -> Extract:
    """Extract a workbook. `name` is not needed."""
    del name
    package = Package(file)
    if _WORKBOOK not in package.names:
        raise Unreadable("damaged: no workbook in it", failed=True)
    builder = Builder("xlsx", "sheet")
    add_title(package, builder)
    sheets, strings, styles = _Sheets(), _Strings(), _Styles()
    package.parse(_WORKBOOK, sheets)
    package.parse("xl/sharedStrings.xml", strings)
    package.parse("xl/styles.xml", styles)
    relations = package.relations(_WORKBOOK)
    has_text = False
    for title, id_ in sheets.entries:
        builder.begin_part(title)
        rows = _Rows(builder, title, strings.texts, styles.dates)
        sheet = relations.get(id_, "")
        package.parse(sheet, rows)
        has_text |= rows.has_cells
        for part in sorted(package.relations(sheet).values()):
            if _NOTES.fullmatch(part):
                notes = _Notes(builder)
                package.parse(part, notes)
                has_text |= notes.has_text
    if not has_text:
        raise Unreadable("no text in it")
    return builder.finish()


class _Sheets(Handler):
    """(name, relation id) of the sheets, in order."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            id_ = next((v for k, v in attributes.items() if k.endswith("relationships id")), "")
            self.entries.append((attribute(attributes, "name"), id_))


class _Strings(Handler):
    """The texts that cells refer to by number."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._words: list[str] = []
        self._inside = False

    def start(self, name: str, attributes: Attributes) -> None:
        del attributes
        self._inside = name == "t"

    def end(self, name: str) -> None:
        self._inside = False
        if name == "si":
            self.texts.append("".join(self._words))
            self._words = []
        elif name == "rPh":
            self._words = []  # how it is pronounced, not what it says

    def text(self, data: str) -> None:
        if self._inside:
            self._words.append(data)


class _Notes(Handler):
    """Adds the comments or text boxes of a sheet."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._words: list[str] = []
        self._inside = False
        self.has_text = False

    def start(self, name: str, attributes: Attributes) -> None:
        del attributes
        self._inside = name == "t"

    def end(self, name: str) -> None:
        self._inside = False
        if name in ("p", "comment"):
            text, self._words = "".join(self._words).strip(), []
            self._builder.add(text)
            self.has_text |= bool(text)

    def text(self, data: str) -> None:
        if self._inside:
            self._words.append(data)


class _Styles(Handler):
    """Which cell styles show a number as a date."""

    def __init__(self) -> None:
        self.dates: list[bool] = []
        self._formats: dict[str, bool] = {str(number): True for number in _DATE_FORMATS}
        self._in_cells = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            code = _NOT_DATE.sub("", attribute(attributes, "formatCode"))
            is_date = bool(_DATE_LETTERS.search(code))
            self._formats[attribute(attributes, "numFmtId")] = is_date
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self.dates.append(self._formats.get(attribute(attributes, "numFmtId"), False))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False


class _Rows(Handler):
    """Adds the rows of a sheet, some at once."""

    def __init__(self, builder: Builder, title: str, strings: list[str], dates: list[bool]) -> None:
        self._builder = builder
        self._title = title
        self._strings = strings
        self._dates = dates
        self._rows: list[list[str]] = []
        self._value: list[str] = []
        self._type = self._style = ""
        self._inside = False
        self.has_cells = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            self._rows.append([])
        elif name == "c":
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._value = []
        self._inside = name in ("v", "t")

    def end(self, name: str) -> None:
        self._inside = False
        if name == "c" and self._value and self._rows:
            self._rows[-1].append(self._shown("".join(self._value)))
        if name == "sheetData" or (name == "row" and len(self._rows) >= _ROWS_AT_ONCE):
            self._flush()

    def text(self, data: str) -> None:
        if self._inside:
            self._value.append(data)

    def _flush(self) -> None:
        rows, self._rows = [row for row in self._rows if any(row)], []
        if rows and not self.has_cells:
            self.has_cells = True
            self._builder.add_heading(self._title, 2)
        self._builder.add_rows(rows)

    def _shown(self, value: str) -> str:
        if self._type == "s":
            number = int(value) if value.isdecimal() else -1
            return self._strings[number] if 0 <= number < len(self._strings) else ""
        if self._type == "n" and self._is_date():
            with suppress(ValueError, OverflowError):
                moment = _EPOCH + timedelta(days=float(value))
                is_day = float(value).is_integer()
                return moment.date().isoformat() if is_day else moment.isoformat(" ", "minutes")
        if self._type == "b":
            return "TRUE" if value == "1" else "FALSE"
        return "" if self._type == "e" else value

    def _is_date(self) -> bool:
        style = int(self._style) if self._style.isdecimal() else -1
        return 0 <= style < len(self._dates) and self._dates[style]
