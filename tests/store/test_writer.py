from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from store import (
    Changes,
    Hit,
    IndexModel,
    Mode,
    MovedFile,
    Query,
    Signature,
    SkippedFile,
    Store,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreTooNew,
    Vectors,
)
from store.database.connection import open_writer
from tests.store.fakes import MODELS, QUANTISER, Library, embed, signature

NONE = embed([""])[:0]


def apply(library: Library, changes: Changes) -> None:
    with library.store.writer() as writer:
        writer.apply(library.folder, changes, NONE, QUANTISER)


def found(library: Library, text: str) -> list[str]:
    query = Query(text, mode=Mode.LEXICAL)
    return [
        hit.path.name for hit in [*library.store.search(query, MODELS, *library.sources)][-1].hits
    ]


def search(library: Library, text: str) -> tuple[Hit, ...]:
    return [*library.store.search(Query(text), MODELS, *library.sources)][-1].hits


def test_a_second_writer_is_told_who_has_the_lock(library: Library) -> None:
    hold = (
        "import sys; from pathlib import Path; from store import Store\n"
        f"with Store(Path({str(library.store.path)!r})).writer():\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert f"pid {holder.pid}" in str(library.store.status().writer)
        with pytest.raises(StoreBusy, match=f"pid {holder.pid}"), library.store.writer():
            pass
        holder.kill()
    with library.store.writer():
        pass
    assert library.store.status().writer is None


def test_a_moved_file_keeps_its_chunks(library: Library) -> None:
    library.put(old=["words to be found"])
    record = library.store.file_at(library.folder, library.path("old"))
    assert record is not None
    library.documents["new"] = library.documents.pop("old")
    moved = MovedFile(library.path("old"), library.path("new"), signature(2))
    apply(library, Changes(moved=(moved,)))
    again = library.store.file_at(library.folder, library.path("new"))
    assert again is not None
    assert again.first_chunk == record.first_chunk
    assert again.signature == signature(2)
    assert found(library, "words") == ["new.txt"]


def test_a_file_may_move_onto_another(library: Library) -> None:
    library.put(old=["the survivor"], target=["the overwritten"])
    library.documents["target"] = library.documents.pop("old")
    moved = MovedFile(library.path("old"), library.path("target"), signature(2))
    apply(library, Changes(moved=(moved,)))
    assert found(library, "survivor") == ["target.txt"]
    assert not found(library, "overwritten")


def test_a_skipped_file_is_remembered_until_it_is_indexed(library: Library) -> None:
    path = library.path("odd")
    skipped = SkippedFile(path, library.folder.id, signature(), "binary file", failed=False)
    apply(library, Changes(skipped=(skipped,)))
    assert library.store.skipped() == (skipped,)
    assert library.store.status().skipped == 1
    library.put(odd=["now it is text"])
    assert library.store.skipped() == ()


def test_known_files_are_those_indexed_and_those_skipped(library: Library) -> None:
    library.put(one=["text"])
    skipped = SkippedFile(
        library.path("two"), library.folder.id, signature(5), "empty", failed=False
    )
    apply(library, Changes(skipped=(skipped,)))
    with library.store.writer() as writer:
        assert writer.known_files(library.folder) == {
            "texts/one.txt": signature(),
            "texts/two.txt": signature(5),
        }


def test_a_removed_folder_takes_everything_with_it(library: Library) -> None:
    library.put(one=["words"], two=["more words"])
    with library.store.writer() as writer:
        writer.remove_folder(library.folder)
    assert library.store.folders() == ()
    assert library.store.status().files == 0
    assert not found(library, "words")


def test_a_failed_write_leaves_nothing_behind(library: Library) -> None:
    library.put(one=["words"])
    wrong = Changes(files=(library.new_file("two", ["three", "chunks", "here"]),))
    with pytest.raises(ValueError, match="3 chunks but 1"), library.store.writer() as writer:
        writer.apply(library.folder, wrong, embed(["only one"]), QUANTISER)
    assert library.store.status().files == 1
    library.put(two=["still works"])
    assert found(library, "works") == ["two.txt"]


@pytest.mark.parametrize(
    "wrong", [embed(["x"])[:, :-1], embed(["x"]) * np.nan, embed(["x"]) * np.inf]
)
def test_vectors_that_cannot_be_are_refused_before_anything_is_written(
    library: Library, wrong: Vectors
) -> None:
    library.put(one=["words"])
    before = library.store.status()
    changes = Changes(files=(library.new_file("one", ["x"]),))
    with pytest.raises(StoreError, match="nothing was written"), library.store.writer() as writer:
        writer.apply(library.folder, changes, wrong, QUANTISER)
    assert library.store.status() == before
    assert library.store.check() == ()
    assert found(library, "words") == ["one.txt"]


def test_many_small_writes_end_in_few_segments(library: Library) -> None:
    with library.store.writer() as writer:
        for number in range(100):
            own = f"{chr(97 + number % 10)}x{chr(97 + number // 10)}q"
            library.put(writer, **{f"note{number}": [f"common word {own}"]})
    assert len(found(library, "common")) == 10
    assert found(library, "hxfq") == ["note57.txt"]
    with sqlite3.connect(library.store.path) as raw:
        (segments,) = raw.execute("SELECT count(*) FROM segment").fetchone()
    raw.close()
    assert segments < 20


def test_another_model_starts_the_index_anew(library: Library) -> None:
    library.put(one=["words"])
    with library.store.writer() as writer:
        assert not writer.adopt_models(IndexModel("test"))
        assert writer.adopt_models(IndexModel("other"))
    assert library.store.status().files == 0
    assert library.store.folders() == (library.folder,)


def test_sizes_add_up_to_the_files_on_disk(library: Library) -> None:
    library.put(one=["words " * 50])
    size = library.store.size(dims=128)
    on_disk = sum(path.stat().st_size for path in library.store.path.parent.glob("thimble.db*"))
    assert sum(size.parts.values()) == size.index_bytes == on_disk
    assert size.stored_vectors_bytes == 128 * 4


def test_a_file_that_is_no_index_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "thimble.db"
    path.write_bytes(b"my diary, not a database" * 10)
    for action in (lambda: Store(path).writer().__enter__(), lambda: Store(path).folders()):
        with pytest.raises(StoreForeign, match="left as it is"):
            action()
    assert path.read_bytes() == b"my diary, not a database" * 10


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "thimble.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(StoreForeign), Store(path).writer():
        pass
    with sqlite3.connect(path) as check:
        assert check.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    check.close()


def test_a_newer_index_is_not_touched(library: Library) -> None:
    connection = open_writer(library.store.path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    library.store.close()
    with pytest.raises(StoreTooNew, match="update thimble"):
        library.store.folders()
    with pytest.raises(StoreTooNew), library.store.writer():
        pass


@pytest.mark.parametrize("table", ["codes", "postings"])
def test_a_damaged_block_is_found_before_it_is_believed(library: Library, table: str) -> None:
    library.put(one=["some words to find"])
    connection = open_writer(library.store.path)
    key, data = connection.execute(f"SELECT * FROM {table}").get
    damaged = data[:-1] + bytes([data[-1] ^ 1])
    columns = "block = ?2, data = ?1" if table == "codes" else "id = ?2, data = ?1"
    connection.execute(f"UPDATE {table} SET {columns}", (damaged, key))
    connection.close()
    with pytest.raises(StoreDamaged, match="damaged"):
        found(library, "words")


def test_a_cut_off_database_is_called_damaged(library: Library) -> None:
    library.put(**{f"note{number}": [f"text {number}"] for number in range(300)})
    library.store.close()
    content = library.store.path.read_bytes()
    library.store.path.write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreDamaged, match="documents are untouched"):
        found(library, "text")


def test_a_store_that_was_never_written_is_empty(tmp_path: Path) -> None:
    store = Store(tmp_path / "thimble.db")
    assert store.folders() == ()
    assert store.status().files == 0
    assert not list(tmp_path.iterdir())


def test_the_index_can_be_read_by_its_owner_only(library: Library) -> None:
    library.put(one=["secret"])
    folder = library.store.path.parent
    assert folder.stat().st_mode & 0o077 == 0


def test_signatures_tell_states_apart() -> None:
    assert Signature(1, 2, 3) == Signature(1, 2, 3) != Signature(1, 2, 4)


def test_compaction_gives_room_back_and_changes_no_answer(library: Library) -> None:
    for round_ in range(3):
        library.put(
            **{f"note{n}": [f"topic{n} round{round_} {w}" for w in "ab"] for n in range(90)}
        )
    library.remove(*(f"note{n}" for n in range(0, 90, 3)))
    before = {n: found(library, f"topic{n}") for n in range(90)}
    semantic = [hit.path for hit in search(library, "topic7 round2")]
    with library.store.writer() as writer:
        assert writer.compact()
        assert not writer.compact()
    assert {n: found(library, f"topic{n}") for n in range(90)} == before
    assert [hit.path for hit in search(library, "topic7 round2")] == semantic
    record = library.store.file_at(library.folder, library.path("note1"))
    assert record is not None
    assert record.first_chunk == 1
    library.put(fresh=["a topic after compaction"])
    assert found(library, "after compaction") == ["fresh.txt"]
    with library.store.writer() as writer:
        assert writer.compact(force=True)


def test_an_emptied_index_compacts_to_nothing(library: Library) -> None:
    library.put(one=["words"])
    library.remove("one")
    with library.store.writer() as writer:
        assert writer.compact(force=True)
    assert not found(library, "words")
    library.put(one=["words again"])
    assert found(library, "again") == ["one.txt"]
