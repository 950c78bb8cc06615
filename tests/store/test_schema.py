"""Formats of the index: an older one is brought up to date, nothing else is touched."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import apsw
import pytest
import sqlite_vec

from store import IndexModel, Store, StoreBusy, StoreDamaged
from store.database.lock import WriterLock
from store.database.schema import APPLICATION_ID, MIGRATIONS
from tests.store.fakes import Library


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return an index as the first version left it, with one folder."""
    path = tmp_path / "thimble.db"
    with closing(apsw.Connection(str(path))) as connection:
        connection.enable_load_extension(True)
        connection.load_extension(sqlite_vec.loadable_path())
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL").fetchall()
        MIGRATIONS[0](connection)
        connection.execute(f"PRAGMA user_version = 1; PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(
            "INSERT INTO folder (name, path, include, exclude) VALUES ('notes', ?, '[]', '[]')",
            (b"/home/ada/notes",),
        )
        connection.execute("INSERT INTO directory VALUES (1, 1, x'')")
        connection.execute(
            "INSERT INTO file VALUES (1, 1, x'61', 9, 1, 1, x'', 'text', 'utf-8', x'', x'', 1)"
        )
    return path


def test_an_index_of_the_first_format_keeps_its_folders(old: Path) -> None:
    store = Store(old)
    assert [folder.name for folder in store.folders()] == ["notes"]
    assert store.status().files == 0
    store.close()
    with store.writer() as writer:
        assert not writer.adopt_models(IndexModel("test"))


def test_an_older_format_is_not_migrated_under_a_writer(old: Path) -> None:
    with WriterLock.beside(old), pytest.raises(StoreBusy):
        Store(old).folders()
    assert Store(old).folders()


def test_pages_of_a_migrated_index_have_checksums(old: Path) -> None:
    Store(old).folders()
    content = bytearray(old.read_bytes())
    content[content.index(b"/home/ada/notes") + 7] ^= 1
    old.write_bytes(content)
    with pytest.raises(StoreDamaged, match=r"checksum.*thimble doctor"):
        Store(old).folders()


def test_pages_of_a_new_index_have_checksums(library: Library) -> None:
    library.put(one=["words"])
    content = bytearray(library.store.path.read_bytes())
    content[content.index(b"one.txt")] ^= 1
    library.store.path.write_bytes(content)
    with pytest.raises(StoreDamaged, match=r"checksum.*thimble doctor"):
        library.store.file_at(library.folder, library.path("one"))


def test_checksums_cannot_be_switched_off_by_a_flipped_bit(library: Library) -> None:
    content = bytearray(library.store.path.read_bytes())
    content[20] ^= 8
    library.store.path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="no checksums"):
        library.store.folders()
