"""Reference: the file formats that are read, from the readers' tables."""

from __future__ import annotations

import importlib.util

from docs.site.markup import code, page, table
from indexer.formats import readers
from indexer.formats.readers import kinds


def formats_page() -> str:
    """Return the page of all formats."""
    known = dict.fromkeys([*kinds._SUFFIXES, *kinds._NAMES])
    families = {
        "Text and data": [kind for kind in known if kind in readers._FORMATS],
        "Source code": [kind for kind in known if kind not in readers._FORMATS],
    }
    parts = [
        "What a file is, is told by its name; what is not listed here is looked at, and read as"
        " plain text if it is text (UTF-8, UTF-16, or an old 8-bit encoding). `--type` of"
        " `thimble search` takes a suffix or a name of the first column.",
        *_extracted(),
    ]
    for family, names in families.items():
        parts += [f"## {family}", table(("kind", "files"), map(_row, names))]
    left_out = [(group, _suffixes(suffixes)) for group, suffixes in kinds._NOT_READ_YET.items()]
    parts += [
        "## Not read",
        "These are listed as skipped, with the reason: `thimble status --skipped`.",
        table(("", "files"), left_out),
    ]
    return page("File formats", *parts)


def _extracted() -> list[str]:
    """Return what is read by taking a document apart, if this version does that."""
    if importlib.util.find_spec("indexer.formats.recognise") is None:
        return []
    recognise = importlib.import_module("indexer.formats.recognise")
    rows = [(code(kind), _suffixes(suffixes)) for kind, suffixes in recognise._SUFFIXES.items()]
    return ["## Taken apart", table(("kind", "files"), rows)]


def _row(kind: str) -> tuple[str, str]:
    names = [_suffixes(kinds._SUFFIXES.get(kind, ""))]
    names += [code(name) for name in kinds._NAMES.get(kind, "").split()]
    return code(kind), " ".join(filter(None, names))


def _suffixes(suffixes: str) -> str:
    return " ".join(code(f".{suffix}") for suffix in suffixes.split())
