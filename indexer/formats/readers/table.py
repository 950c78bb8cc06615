"""Tables in text: CSV and TSV, whose first row names the columns."""

from __future__ import annotations

import re

from . import text as plain_text
from .layout import Layout

_ROW = re.compile(r"[^\n]+")
_LONGEST_HEADER_CHARS = 300


def read(text: str) -> Layout:
    """Lay out a table. Its column names become a heading, so that they go with every chunk."""
    layout = Layout(text)
    first = _ROW.search(text)
    rows = 0
    if first and _names_columns(first[0]):
        layout.add_heading(*first.span(), 1)
        rows = first.end()
    layout.add_paragraphs(rows, len(text))
    return layout


def plain(fragment: str) -> str:
    """Return the rows without quotation marks."""
    return plain_text.plain(fragment).replace('""', "'").replace('"', "")


def _names_columns(row: str) -> bool:
    delimiter = max("\t;|,", key=row.count)
    cells = [cell.strip().strip('"') for cell in row.split(delimiter)]
    return (
        len(cells) > 1
        and len(row) <= _LONGEST_HEADER_CHARS
        and all(cell and not cell[0].isdigit() and len(cell) < 50 for cell in cells)
    )
