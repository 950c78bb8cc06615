"""XLS of Excel 2 to 2003, by xlrd: every sheet's rows, dates in ISO form.

Not by calamine, which knows none before Excel 5.
"""

from __future__ import annotations

import io

import xlrd

from ..document import Unreadable
from ..extract import Builder, Extract

_ROWS_AT_ONCE = 64


def extract(data: bytes) -> Extract:
    """Extract a workbook. Raises Unreadable, or anything if it is damaged."""
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise Unreadable("is encrypted (a password is needed)") from error
        raise
    builder = Builder("xls", "sheet")
    has_cells = False
    for sheet in book.sheets():
        builder.begin_part(sheet.name)
        for first in range(0, sheet.nrows, _ROWS_AT_ONCE):
            block = range(first, min(first + _ROWS_AT_ONCE, sheet.nrows))
            rows = [[_shown(cell, book.datemode) for cell in sheet.row(row)] for row in block]
            if not first:
                builder.add_heading(sheet.name, 2)
            builder.add_rows(rows)
            has_cells |= any(map(any, rows))
    if not has_cells:
        raise Unreadable("no text in it")
    return builder.finish()


def _shown(cell: xlrd.sheet.Cell, datemode: int) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(cell.value, datemode)
        except (ValueError, OverflowError):
            return str(cell.value)
        is_day = float(cell.value).is_integer()
        return str(moment.date()) if is_day else str(moment.isoformat(" ", "minutes"))
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return f"{cell.value:.15g}"
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    return str(cell.value) if cell.ctype == xlrd.XL_CELL_TEXT else ""
