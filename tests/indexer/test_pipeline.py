from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import Embedder
from indexer.formats.readers import read_document
from store import Mode
from store.database.meta import get_number
from tests.indexer.conftest import Notes


def embedded(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record every text that is embedded from now on."""
    texts: list[str] = []
    real = notes.embedder.embed_passages

    def record(passages: list[str], *before_batch: Callable[[], None]) -> object:
        texts.extend(passages)
        return real(passages, *before_batch)

    monkeypatch.setattr(notes.embedder, "embed_passages", record)
    return texts


def test_notes_are_found_by_their_words_and_by_their_meaning(notes: Notes) -> None:
    notes.write("lease.md", "# Lease\n\nThe deposit is returned within thirty days.")
    notes.write("soup.md", "# Soup\n\nSimmer carrots, onions and celery for an hour.")
    progress = notes.index()
    assert (progress.phase, progress.indexed, progress.failed) == ("done", 2, 0)
    assert notes.found("deposit") == ["lease.md"]
    assert notes.found("cooking vegetables", Mode.SEMANTIC)[0] == "soup.md"


def test_a_run_that_finds_nothing_new_writes_nothing(notes: Notes) -> None:
    notes.write("one.md", "alpha")
    notes.index()
    before = notes.store._ask(lambda one: get_number(one, "generation"), 0)
    notes.index()
    assert notes.store._ask(lambda one: get_number(one, "generation"), 0) == before > 0


def test_a_hit_says_where_it_is(notes: Notes) -> None:
    notes.write(
        "house.md",
        "---\ntitle: The house\n---\n# Rooms\n\n"
        + "Filler sentence here. " * 60
        + "\n\n## Cellar\n\n"
        + "The boiler is in the cellar, behind the wine. " * 20,
    )
    notes.index()
    hit = notes.search("boiler wine")[0]
    source = hit.path.read_bytes()
    assert "boiler" in hit.text
    assert hit.title == "The house"
    assert b"boiler" in source[hit.start : hit.end]
    assert source.splitlines()[hit.line - 1].startswith((b"## Cellar", b"The boiler"))


def test_nothing_is_read_again_if_nothing_changed(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.write("one.md", "text")
    notes.write("empty.md", "")
    notes.write("data.bin", b"\x00\x01\x02" * 100)
    notes.index()
    texts = embedded(notes, monkeypatch)
    progress = notes.index()
    assert (progress.files_total, progress.files_done, texts) == (0, 0, [])


def test_an_edit_reindexes_that_file_only(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    notes.write("one.md", "alpha")
    notes.write("two.md", "beta")
    notes.index()
    texts = embedded(notes, monkeypatch)
    notes.write("two.md", "gamma")
    assert notes.index().indexed == 1
    assert texts == ["gamma"]
    assert notes.found("beta") == []
    assert notes.found("gamma") == ["two.md"]


def test_renames_and_touches_embed_nothing(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    notes.write("old/one.md", "alpha")
    notes.write("two.md", "beta")
    notes.index()
    texts = embedded(notes, monkeypatch)
    (notes.root / "old").rename(notes.root / "new")
    os.utime(notes.root / "two.md", (1, 1))
    progress = notes.index()
    assert (progress.moved, progress.indexed, progress.removed) == (2, 0, 0)
    assert [text for text in texts if text] == []
    assert notes.search("alpha")[0].path == notes.root / "new" / "one.md"
    assert notes.index().files_done == 0


def test_deleted_files_are_forgotten(notes: Notes) -> None:
    notes.write("one.md", "alpha")
    notes.write("two.md", "beta").unlink()
    notes.write("three.md", "gamma")
    notes.index()
    (notes.root / "one.md").unlink()
    assert notes.index().removed == 1
    assert notes.store.status().files == 1


def test_a_stopped_run_keeps_what_it_did_and_the_next_goes_on(notes: Notes) -> None:
    for number in range(600):
        notes.write(f"note{number:03}.md", f"unique{number} text")
    stopped = notes.index(stop_after=300)
    assert stopped.phase == "indexing"
    kept = notes.store.status().files
    assert 256 <= kept <= 300
    resumed = notes.index()
    assert resumed.indexed == 600 - kept
    assert notes.store.status().files == 600


def test_a_stopped_run_forgets_nothing(notes: Notes) -> None:
    notes.write("one.md", "alpha")
    notes.write("two.md", "beta")
    notes.index()
    notes.write("one.md", "alpha changed")
    (notes.root / "two.md").unlink()
    notes.index(stop_after=0)
    assert notes.store.status().files == 2


def test_an_unplugged_folder_is_offline_not_deleted(notes: Notes, tmp_path: Path) -> None:
    notes.write("one.md", "alpha")
    notes.index()
    notes.root.rename(tmp_path / "elsewhere")
    notes.index()
    (status,) = notes.store.status().folders
    assert not status.folder.online
    assert status.files == 1
    assert notes.found("alpha") == []
    (tmp_path / "elsewhere").rename(notes.root)
    assert notes.index().files_done == 0
    assert notes.found("alpha") == ["one.md"]


def test_one_bad_file_costs_one_file(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    notes.write("good.md", "alpha")
    notes.write("bad.md", "boom")
    notes.write("key.txt", "-----BEGIN RSA PRIVATE KEY-----\n" + "QUJD" * 200)
    notes.write("picture.md", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00")

    def break_on_boom(data: bytes, name: str) -> object:
        if data == b"boom":
            raise RecursionError("a bug in a reader")
        return read_document(data, name)

    monkeypatch.setattr("indexer.reading.loading.read_document", break_on_boom)
    progress = notes.index()
    assert (progress.indexed, progress.failed) == (1, 1)
    reasons = notes.reasons()
    assert "RecursionError" in reasons["bad.md"]
    assert "private key" in reasons["key.txt"]
    assert "PNG" in reasons["picture.md"]
    assert notes.found("alpha") == ["good.md"]


def test_an_unreadable_file_is_listed_and_read_once_it_can_be(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = notes.write("locked.md", "alpha")

    def refuse(*args: object) -> object:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("indexer.reading.ahead.read_source", refuse)
        notes.index()
    assert notes.reasons() == {"locked.md": "cannot be read: Permission denied"}
    os.utime(path)
    notes.index()
    assert notes.reasons() == {}
    assert notes.found("alpha") == ["locked.md"]


def test_a_rule_that_changes_is_followed(notes: Notes) -> None:
    notes.write("big.md", "x " * (1 << 20))
    notes.write("draft.md", "alpha")
    notes.index()
    assert "larger than" in notes.reasons()["big.md"]
    notes.write(".thimbleignore", "draft.md")
    notes.write("big.md", "small now")
    notes.index()
    assert notes.found("alpha") == []
    assert notes.found("small") == ["big.md"]
    assert notes.reasons() == {}


@pytest.mark.parametrize(
    "name",
    [
        b"new\nline.md",
        "emoji 🐟.md".encode(),
        "\u202egnp.md".encode(),
        b"\x1b[31mred.md",
        b"-rf.md",
        b"\xff\xfe latin.md",
        b" .md",
        b"a" * 252 + b".md",
    ],
)
def test_odd_names_are_indexed_like_any_other(notes: Notes, name: bytes) -> None:
    Path(os.fsdecode(os.path.join(os.fsencode(notes.root), name))).write_text("alpha")
    assert notes.index().indexed == 1
    (hit,) = notes.search("alpha", Mode.LEXICAL)
    assert os.fsencode(hit.path.name) == name
    assert notes.index().files_done == 0


def test_search_works_while_a_run_is_under_way(notes: Notes) -> None:
    for number in range(400):
        notes.write(f"note{number:03}.md", f"common words {number}")
    seen: list[int] = []
    with notes.store.writer() as writer:
        from indexer import Run

        run = Run(
            writer,
            notes.embedder,
            notes.quantiser,
            max_bytes=1 << 20,
            report=lambda progress: seen.append(len(notes.found("common"))),
            is_cancelled=lambda: False,
        )
        run.run(notes.store.folders())
    assert seen[0] == 0
    assert seen[-1] == 10


def test_many_edits_leave_an_index_as_if_made_fresh(
    notes: Notes, tmp_path: Path, embedder: Embedder
) -> None:
    for round_ in range(6):
        for number in range(250):
            edition = "edition" + "abcdef"[round_]
            notes.write(f"n{number}.md", f"topic{number} {edition} " + "words " * 10)
        notes.index()
    other = tmp_path / "fresh"
    other.mkdir()
    fresh = Notes(other, embedder, notes.quantiser)
    shutil.copytree(notes.root, fresh.root, dirs_exist_ok=True)
    fresh.index()
    assert notes.found("editionf topic77") == fresh.found("editionf topic77")
    assert notes.found("editione") == []
    assert notes.store.size(256).index_bytes < 2.5 * fresh.store.size(256).index_bytes
