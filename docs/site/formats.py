"""Reference: the file formats that are read, from the table of formats."""

from __future__ import annotations

from docs.site.markup import code, page, table
from indexer.formats.table import FORMATS, Access, Format


def formats_page() -> str:
    """Return the page of all formats."""
    texts = [row for row in FORMATS if row.access is Access.TEXT]
    families = {
        "Taken apart": [row for row in FORMATS if row.access is Access.EXTRACTED],
        "Text and data": [row for row in texts if row.reader != "code"],
        "Source code": [row for row in texts if row.reader == "code"],
    }
    parts = [
        "What a file is, is told by its name; what is not listed here is looked at, and read as"
        " plain text if it is text (UTF-8, UTF-16, or an old 8-bit encoding). `--type` of"
        " `thimble search` takes a suffix or a name of the column `kind`.",
    ]
    for family, rows in families.items():
        parts += [f"## {family}", table(("format", "kind", "files"), map(_row, rows))]
    parts += [
        "## Not read",
        "Documents of these formats are listed as skipped, with the reason:"
        " `thimble status --skipped`. Files without text are counted.",
        table(("", "files"), [(row.title, _files(row)) for row in FORMATS if not _is_read(row)]),
    ]
    return page("File formats", *parts)


def _row(row: Format) -> tuple[str, str, str]:
    return row.title, code(row.kind), _files(row)


def _files(row: Format) -> str:
    suffixes = [code(f".{suffix}") for suffix in row.suffixes]
    return " ".join([*suffixes, *map(code, row.names)])


def _is_read(row: Format) -> bool:
    return row.access in (Access.TEXT, Access.EXTRACTED)
