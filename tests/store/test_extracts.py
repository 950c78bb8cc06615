"""The text of documents that are no text: kept in blocks, found again, gone with its file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import (
    DocumentParts,
    FileRecord,
    IndexModel,
    IndexPart,
    Mode,
    Query,
    Signature,
    Span,
    StoreDamaged,
)
from store.database.connection import open_writer
from store.documents.extracts import BLOCK_BYTES, insert, is_whole, reader
from store.documents.packed_parts import pack_parts, unpack_parts
from tests.store.fakes import MODELS, Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path)
    made.extracted = {"book", "letter"}
    made.put(book=["river bank", "violin lesson"], note=["plain oak"], letter=["dear lease"])
    return made


@pytest.fixture(scope="module")
def connection() -> apsw.Connection:
    made = apsw.Connection(":memory:")
    made.execute("CREATE TABLE extracted (id INTEGER PRIMARY KEY, data BLOB NOT NULL)")
    return made


def record(extract: int, length: int) -> FileRecord:
    parts = DocumentParts("", (), (), length)
    signature = Signature(0, 0, 0)
    return FileRecord(7, Path("x"), 1, signature, b"", "pdf", "utf-8", (), (), parts, extract)


@settings(max_examples=60, deadline=None)
@given(
    length=st.integers(0, 3 * BLOCK_BYTES),
    seed=st.binary(min_size=1, max_size=40),
    parts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 2 * BLOCK_BYTES)), max_size=8),
)
def test_any_range_of_a_text_is_read_back(
    connection: apsw.Connection, length: int, seed: bytes, parts: list[tuple[float, int]]
) -> None:
    connection.execute("DELETE FROM extracted")
    text = (seed * (length // len(seed) + 1))[:length]
    extract = insert(connection, text)
    assert is_whole(connection, extract, length)
    read = reader(connection, record(extract, length))
    for share, size in parts:
        start = int(share * length)
        span = Span(start, min(size, length - start))
        assert read(span) == text[span.start : span.end]


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9)


@given(
    unit=st.sampled_from(["", "page", "sheet"]),
    gaps=st.lists(st.tuples(st.integers(0, 1 << 20), names), max_size=30),
    named=st.booleans(),
)
def test_places_come_back_as_they_were(unit: str, gaps: list[tuple[int, str]], named: bool) -> None:
    starts, total = [], 0
    for gap, _ in gaps:
        total += gap
        starts.append(total)
    labels = tuple(name for _, name in gaps) if named else ()
    parts = DocumentParts(unit, tuple(starts), labels, total + 5)
    assert unpack_parts(pack_parts(parts)) == parts


@given(st.binary(max_size=60))
def test_damaged_places_are_never_believed(blob: bytes) -> None:
    with pytest.raises(StoreDamaged):
        unpack_parts(blob)


def test_a_place_is_that_of_the_parts_a_passage_touches() -> None:
    parts = DocumentParts("page", (0, 10, 10, 30), (), 50)
    assert parts.within(0, 5) == ((0, 1),)
    assert parts.within(5, 12) == ((5, 1), (10, 2), (10, 3))
    assert parts.within(12, 40) == ((12, 3), (30, 4))
    assert parts.label(4) == "page=4"
    assert DocumentParts("sheet", (0,), ("Costs",), 5).label(1) == "sheet=Costs"
    assert DocumentParts("page", (10,), (), 50).within(0, 5) == ()


def rows(library: Library) -> list[Any]:
    library.store.close()
    with closing(open_writer(library.store.path)) as connection:
        return connection.execute("SELECT id, length(data) FROM extracted ORDER BY id").fetchall()


def test_a_removed_document_leaves_no_text(library: Library) -> None:
    before = rows(library)
    library.remove("book")
    assert len(rows(library)) == len(before) - 1
    assert library.store.check() == ()


def test_a_document_indexed_again_keeps_one_text(library: Library) -> None:
    library.put(book=["another river"])
    assert len(rows(library)) == 2
    assert library.store.check() == ()


def test_forgetting_everything_forgets_the_texts(library: Library) -> None:
    with library.store.writer() as writer:
        writer.adopt_models(IndexModel("another"))
    assert rows(library) == []
    with library.store.writer() as writer:
        writer.remove_folder(library.folder)
    assert library.store.check() == ()


def test_renumbering_takes_texts_along(library: Library) -> None:
    library.put(book=["an end"])
    library.remove("note")
    with library.store.writer() as writer:
        writer.compact(force=True)
    assert library.store.check() == ()
    for first in library.store.file_ids():
        found = library.store.file(first)
        assert found is not None
        texts = library.documents[found.path.stem]
        read = library.store.read_kept(found)
        assert [read(span).decode() for span in found.spans] == texts


def test_a_hit_names_the_page(library: Library) -> None:
    query = Query("violin", mode=Mode.LEXICAL)
    *_, answer = library.store.search(query, MODELS, *library.sources)
    assert [(hit.path.stem, hit.page, hit.place) for hit in answer.hits] == [("book", 2, "page=2")]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("DELETE FROM extracted WHERE id >> 24 = 1", "extracted text of book.txt is damaged"),
        ("UPDATE extracted SET data = zeroblob(9)", "extracted text of book.txt is damaged"),
        ("UPDATE file SET places = NULL WHERE name = 'book.txt'", "extracted text of book.txt"),
        ("INSERT INTO extracted VALUES (1 << 40, x'00')", "text is kept of files"),
        ("UPDATE extracted SET id = id + 1 WHERE id >> 24 = 1", "extracted text of book.txt"),
    ],
)
def test_damage_is_told_and_mended(library: Library, damage: str, told: str) -> None:
    library.store.close()
    with closing(open_writer(library.store.path)) as connection:
        connection.execute(damage.replace("'book.txt'", "CAST('book.txt' AS BLOB)"))
    findings = library.store.check()
    assert any(told in one.what and one.part is IndexPart.EXTRACTED for one in findings)
    library.store.repair(findings)
    assert library.store.check() == ()


def test_text_is_counted(library: Library) -> None:
    assert library.store.size(128).parts["extracted"] > 0
