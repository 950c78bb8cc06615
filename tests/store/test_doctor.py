"""Checking and repairing: what is sound stays, what is damaged is named, and little is lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store import Finding, IndexPart, Query, Store, StoreBusy, StoreDamaged, StoreForeign
from store.database.connection import open_writer
from store.database.lock import WriterLock
from tests.store.fakes import MODELS, QUANTISER, Library
from tests.store.test_faults import index_again


@pytest.fixture
def filled(library: Library) -> Library:
    """Return a library of three batches, a removed and a replaced document."""
    for batch in range(3):
        library.put(**{f"note{batch}x{one}": [f"word{batch} w{one}", "more"] for one in range(50)})
    with library.store.writer() as writer:
        writer.link(QUANTISER)
    library.remove("note0x7")
    library.put(note1x3=["replaced by this"])
    return library


def damage(library: Library, sql: str) -> None:
    library.store.close()
    with closing(open_writer(library.store.path)) as connection:
        connection.execute(sql)


def parts(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.part.value for finding in findings}


def test_a_sound_index_gives_no_findings(filled: Library) -> None:
    assert filled.store.check() == ()
    [*filled.store.search(Query("word1"), MODELS, filled.read, filled.read_texts)]
    with filled.store.writer() as writer:
        writer.compact(force=True)
    assert filled.store.check() == ()


def test_an_index_that_was_never_made_is_sound(tmp_path: Path) -> None:
    assert Store(tmp_path / "thimble.db").check() == ()


@pytest.mark.parametrize(
    ("sql", "part"),
    [
        ("UPDATE codes SET data = zeroblob(length(data))", "codes"),
        ("DELETE FROM codes", "codes"),
        ("INSERT INTO codes VALUES (7, x'00')", "codes"),
        ("UPDATE postings SET data = x'' WHERE id = (SELECT min(id) FROM postings)", "postings"),
        ("DELETE FROM postings WHERE id = (SELECT min(id) FROM postings)", "postings"),
        ("DELETE FROM segment WHERE id = 1", "postings"),
        ("UPDATE segment SET end_chunk = end_chunk + 1 WHERE id = 1", "postings"),
        ("UPDATE file SET spans = zeroblob(length(spans)) WHERE first_chunk = 1", "catalogue"),
        ("UPDATE file SET outline = x'00' WHERE first_chunk = 1", "catalogue"),
        ("UPDATE file SET chunks = 3 WHERE first_chunk = 1", "catalogue"),
        ("UPDATE file SET first_chunk = 9000 WHERE first_chunk = 1", "catalogue"),
        ("DELETE FROM file WHERE first_chunk = 1", "catalogue"),
        ("DELETE FROM tombstone", "catalogue"),
        ("INSERT INTO tombstone VALUES (2, 1)", "catalogue"),
        ("UPDATE tombstone SET chunks = chunks + 1", "catalogue"),
        ("DELETE FROM directory", "catalogue"),
        ("DELETE FROM meta WHERE key = 'index_model'", "catalogue"),
        ("UPDATE meta SET value = 5 WHERE key = 'text_bytes'", "catalogue"),
        ("DELETE FROM meta WHERE key = 'next_chunk'", "database"),
        ("UPDATE meta SET value = 40 WHERE key = 'next_chunk'", "codes"),
        ("UPDATE hub_vector_chunks00 SET vectors = zeroblob(length(vectors))", "hubs"),
        ("DELETE FROM hub WHERE chunk = (SELECT min(rowid) FROM hub_rowids)", "hubs"),
        ("INSERT INTO cache VALUES (3, 0, x'00')", "cache"),
        ("DROP TABLE cache", "database"),
    ],
)  # fmt: skip
def test_damage_is_named_and_mended(filled: Library, sql: str, part: str) -> None:
    damage(filled, f"PRAGMA foreign_keys = OFF; {sql}")
    findings = filled.store.check()
    assert part in parts(findings)
    filled.store.repair(findings)
    index_again(filled)
    assert filled.store.check() == ()
    for text, name in (("word2 w9", "note2x9"), ("word0 w0", "note0x0"), ("replaced", "note1x3")):
        answers = [*filled.store.search(Query(text), MODELS, filled.read, filled.read_texts)]
        assert answers[-1].hits[0].path.stem == name
    assert filled.store.status().files == 149


@pytest.mark.parametrize(
    ("sql", "most"),
    [
        ("UPDATE file SET spans = x'00' WHERE first_chunk = 1", 1),
        ("DELETE FROM tombstone", 0),
        ("UPDATE segment SET postings = 1 WHERE id = (SELECT max(id) FROM segment)", 50),
        ("UPDATE cache SET vector = x''", 0),
        ("UPDATE hub_vector_chunks00 SET vectors = zeroblob(length(vectors))", 0),
        ("UPDATE edges SET data = x''", 0),
    ],
)
def test_only_files_that_lost_something_are_indexed_again(
    filled: Library, sql: str, most: int
) -> None:
    [*filled.store.search(Query("word1"), MODELS, filled.read, filled.read_texts)]
    damage(filled, sql)
    assert filled.store.repair(filled.store.check()).forgotten <= most


def test_a_damaged_file_is_named_by_its_path(filled: Library) -> None:
    damage(filled, "UPDATE file SET outline = x'01' WHERE first_chunk = 1")
    (finding,) = filled.store.check()
    assert str(filled.path("note0x0")) in finding.what


def test_a_database_that_cannot_be_read_is_moved_aside_and_keeps_its_folders(
    filled: Library,
) -> None:
    filled.store.close()
    path = filled.store.path
    path.write_bytes(b"\0" * 5000)
    damaged = path.read_bytes()
    with pytest.raises(StoreForeign):
        filled.store.folders()
    findings = filled.store.check()
    assert parts(findings) == {"database"}
    repair = filled.store.repair(findings)
    assert repair.moved_to is not None
    assert repair.moved_to.read_bytes() == damaged
    assert [folder.path for folder in filled.store.folders()] == [filled.root]
    index_again(filled)
    assert filled.store.check() == ()


def test_a_lost_database_is_made_anew_with_its_folders(filled: Library) -> None:
    filled.store.close()
    filled.store.path.unlink()
    findings = filled.store.check()
    assert [finding.part for finding in findings] == [IndexPart.DATABASE]
    assert filled.store.repair(findings).moved_to is None
    assert [folder.name for folder in filled.store.folders()] == ["library"]


@pytest.mark.parametrize("length", [0, 1, 15, 32, 99, 100, 4000])
def test_a_database_cut_to_its_beginning_is_no_new_one(filled: Library, length: int) -> None:
    filled.store.close()
    filled.store.path.write_bytes(filled.store.path.read_bytes()[:length])
    with pytest.raises(StoreDamaged):
        filled.store.folders()
    with pytest.raises(StoreDamaged), filled.store.writer():
        pass
    filled.store.repair(filled.store.check())
    assert [folder.name for folder in filled.store.folders()] == ["library"]


def test_folders_come_from_the_database_if_they_can_be_read(filled: Library) -> None:
    damage(filled, "DELETE FROM meta WHERE key = 'next_chunk'")
    copy = filled.store.path.with_name("folders.copy")
    copy.write_bytes(b"damaged too")
    filled.store.repair(filled.store.check())
    assert [folder.name for folder in filled.store.folders()] == ["library"]


def test_another_programs_file_is_not_repaired(tmp_path: Path) -> None:
    path = tmp_path / "thimble.db"
    path.write_bytes(b"my diary" * 100)
    with pytest.raises(StoreForeign):
        Store(path).check()
    assert path.read_bytes() == b"my diary" * 100


def test_nothing_is_repaired_while_another_process_writes(filled: Library) -> None:
    damage(filled, "DELETE FROM tombstone")
    findings = filled.store.check()
    with WriterLock.beside(filled.store.path), pytest.raises(StoreBusy):
        filled.store.repair(findings)


def test_checking_changes_nothing(filled: Library) -> None:
    damage(filled, "DELETE FROM tombstone")
    before = {p.name: p.read_bytes() for p in filled.store.path.parent.glob("thimble.db")}
    assert filled.store.check() == filled.store.check() != ()
    assert {p.name: p.read_bytes() for p in filled.store.path.parent.glob("thimble.db")} == before


def raises(ask: Callable[[], object]) -> str:
    with pytest.raises(StoreDamaged) as caught:
        ask()
    return str(caught.value)


def test_every_message_of_damage_says_what_to_do(filled: Library) -> None:
    search = lambda: [*filled.store.search(Query("word1"), MODELS, filled.read, filled.read_texts)]  # noqa: E731
    for sql in ("UPDATE codes SET data = x'00'", "DELETE FROM codes"):
        damage(filled, sql)
        assert "run `thimble doctor`" in raises(search)
