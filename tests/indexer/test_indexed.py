"""Texts are embedded again as they were the first time, or not at all."""

from __future__ import annotations

import os

import pytest

from indexer import CurrentTexts, read_indexed
from store import FileRecord
from tests.indexer.conftest import Notes


def record_of(notes: Notes, name: str) -> FileRecord:
    record = notes.store.file_at(notes.folder, notes.root / name)
    assert record is not None
    return record


@pytest.fixture
def library(notes: Notes) -> Notes:
    notes.write("plan.md", "# Plan\n\nFirst.\n\n## Costs\n\n" + "A lamp is dear. " * 400)
    notes.write("letter.txt", "Dear aunt, the café is shut.\n" * 200)
    notes.write("page.html", "<title>Birds</title><h1>Owls</h1><p>They <b>hoot</b> at night.</p>")
    notes.write("mail.eml", "Subject: Trip\nFrom: a@b.c\n\nWe sail on Monday.\n")
    notes.index()
    return notes


@pytest.mark.parametrize("name", ["plan.md", "letter.txt", "page.html", "mail.eml"])
def test_they_are_those_that_a_search_recomputes(library: Notes, name: str) -> None:
    record = record_of(library, name)
    kept = library.store.read_kept(record)
    every = range(len(record.spans))
    found = read_indexed(record, every, kept)
    assert found == [
        one.indexed_text for one in CurrentTexts().read_back(record, every, kept).passages
    ]
    assert found
    assert read_indexed(record, every[-1:], kept) == found[-1:]


def test_a_file_that_only_looks_changed_is_read(library: Notes) -> None:
    record = record_of(library, "letter.txt")
    os.utime(record.path, (1, 1))
    assert read_indexed(record, range(1), library.store.read_kept(record)) is not None


def test_a_text_that_changed_or_is_gone_is_not(library: Notes) -> None:
    record = record_of(library, "letter.txt")
    kept = library.store.read_kept(record)
    library.write("letter.txt", "Dear uncle")
    assert read_indexed(record, range(1), kept) is None
    record.path.unlink()
    assert read_indexed(record, range(1), kept) is None
    record.path.mkdir()
    assert read_indexed(record, range(1), kept) is None


def test_text_that_is_kept_needs_no_file(library: Notes) -> None:
    record = record_of(library, "mail.eml")
    record.path.unlink()
    (text,) = read_indexed(record, range(1), library.store.read_kept(record)) or [""]
    assert "We sail on Monday" in text
