"""One table says of each format how it is told apart, read, left out and shown."""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from indexer.formats import extractors, readers
from indexer.formats.recognise import recognise
from indexer.formats.table import FORMATS, Access, Format, format_of
from indexer.scanning.ignore import Rules
from store import Folder

ROWS = pytest.mark.parametrize("row", FORMATS, ids=lambda row: f"{row.kind}-{row.title}")


@ROWS
def test_every_row_has_what_reads_its_files(row: Format) -> None:
    assert bool(row.reader or row.extractor) == (row.access in (Access.TEXT, Access.EXTRACTED))
    if row.reader:
        reader = import_module(f"{readers.__name__}.{row.reader}")
        assert callable(reader.read)
        assert callable(reader.plain)
        assert not row.part or callable(reader.starts)
    if row.extractor:
        assert callable(import_module(f"{extractors.__name__}.{row.extractor}").extract)


@ROWS
def test_every_row_is_told_apart(row: Format) -> None:
    assert row.suffixes or row.names or row.exports
    for suffix in row.suffixes:
        assert format_of(f"Some name.{suffix.upper()}") is row
    for name in row.names:
        assert format_of(name.title()) is row
    for mark in row.magic:
        assert recognise("a", mark) == row.kind
    if row.member:
        re.compile(row.member)


@ROWS
def test_what_is_left_out_says_why(row: Format, tmp_path: Path) -> None:
    if not row.suffixes:
        return
    name = f"a.{row.suffixes[0]}"
    rules = Rules.of(Folder(1, "a", tmp_path, (), ()), max_bytes=1)
    refusal = rules._refuse_unusual(name, name)
    is_read = row.access in (Access.TEXT, Access.EXTRACTED)
    if not is_read:
        assert refusal is not None
        assert row.title in refusal.reason
    elif refusal is not None:
        assert "secret" in refusal.reason


def test_no_name_belongs_to_two_rows() -> None:
    for names in ("suffixes", "names"):
        uses = Counter(name for row in FORMATS for name in getattr(row, names))
        assert {name for name, count in uses.items() if count > 1} == set()


def test_each_module_that_reads_is_in_the_table() -> None:
    shared = {"layout", "text", "code"}
    modules = {path.stem for path in Path(str(readers.__file__)).parent.glob("[a-z]*.py")}
    assert modules - shared <= {row.reader for row in FORMATS}
