from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.engine.engine import Engine
from app.user.paths import Paths
from app.user.settings import Settings
from indexer import Embedder, ModelError
from indexer.sandbox import Confinement, pool
from store import Hit, Mode, ModelMismatch, Query, Store
from tests.indexer import making


@pytest.fixture
def settings(own_home: Path) -> Settings:
    return Settings(Paths.find({"THIMBLE_HOME": str(own_home)}))


@pytest.fixture
def real(settings: Settings) -> Iterator[Engine]:
    with Engine(settings) as engine:
        yield engine


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    root.mkdir()
    (root / "lease.md").write_text("# Lease\n\nThe deposit is returned within thirty days.\n")
    (root / "soup.md").write_text("# Soup\n\nSimmer carrots and celery for an hour.\n")
    (root / "key.pem").write_text("x")
    return root


def best(engine: Engine, text: str) -> Hit:
    return [*engine.search(Query(text))][-1].hits[0]


def index(engine: Engine) -> None:
    assert engine.index(lambda progress: None).phase == "done"


def test_a_folder_is_added_indexed_and_searched(real: Engine, notes: Path) -> None:
    folder = real.add_folder(notes)
    assert folder.name == "notes"
    index(real)
    assert best(real, "deposit").path == notes / "lease.md"
    assert real.status().files == 2
    assert real.size().text_bytes > 0


def test_documents_are_read_only_inside_all_walls_if_these_are_required(
    settings: Settings, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (notes / "trip.eml").write_bytes(making.mail("Boat trip", "We sail on Friday."))
    with monkeypatch.context() as patch:
        patch.setattr(pool, "receive_ready", lambda *_: Confinement(("files", "memory")))
        with Engine(replace(settings, sandbox="required")) as engine:
            engine.add_folder(notes)
            index(engine)
            assert engine.status().failed == 1
            (reason,) = (file.reason for file in engine.skipped() if file.failed)
            assert reason == "not read: the sandbox lacks system calls, network, signals"
    with Engine(settings) as engine:
        index(engine)  # and the file has not changed
        assert engine.status().failed == 0
        assert best(engine, "sail").path == notes / "trip.eml"


def test_numbers_that_are_none_leave_the_index_as_it_was(
    real: Engine, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real.add_folder(notes)
    index(real)
    before = real.status()
    (notes / "new.md").write_text("# New\n\nSomething to embed.\n")
    with monkeypatch.context() as patch:
        patch.setattr(Embedder, "_run", lambda _, tokens: np.full((len(tokens), 256), np.nan))
        with pytest.raises(ModelError, match="numbers that are not"):
            index(real)
        with pytest.raises(ModelError, match="numbers that are not"):
            best(real, "deposit")
    assert real.status() == before
    assert real.check() == ()
    assert best(real, "deposit").path == notes / "lease.md"


def test_a_small_index_is_measured_as_perfect(real: Engine, notes: Path) -> None:
    for number in range(12):
        (notes / f"{number}.md").write_text(f"# N{number}\n\nThe number {number} is said here.\n")
    real.add_folder(notes)
    index(real)
    told: list[tuple[int, int]] = []
    bench = real.bench(20, 60, lambda *done: told.append(done))
    assert (bench.documents, bench.share, told[-1]) == (14, 1.0, (14, 14))
    assert bench.recall == {3: 1.0, 10: 1.0}
    assert 0 < bench.recall_codes[3] <= 1
    assert bench.first.p50 <= bench.exact.p50 <= bench.exact.p95
    assert bench.recomputed == 14
    assert real.status().cache.asked == 0


def test_measuring_an_empty_index_is_an_error(real: Engine) -> None:
    with pytest.raises(ValueError, match="thimble add DIR"):
        real.bench(5, 60, lambda *_: None)


def test_compaction_gives_room_back(real: Engine, notes: Path) -> None:
    for number in range(300):
        (notes / f"{number}.md").write_text(f"# Note {number}\n\n" + f"word{number} " * 80)
    real.add_folder(notes)
    index(real)
    for number in range(250):
        (notes / f"{number}.md").unlink()
    index(real)
    before, after = real.compact()
    assert after < before
    assert after == real.size().index_bytes
    assert real.check() == ()
    assert best(real, "deposit").path == notes / "lease.md"


def test_damage_is_repaired_from_the_files(real: Engine, notes: Path, own_home: Path) -> None:
    real.add_folder(notes)
    index(real)
    database = own_home / "index" / "thimble.db"
    content = bytearray(database.read_bytes())
    content[content.index(b"lease.md")] ^= 1
    database.write_bytes(content)
    findings = real.check()
    assert findings
    real.repair(findings)
    index(real)
    assert real.check() == ()
    assert best(real, "deposit").path == notes / "lease.md"


def test_nothing_is_created_by_looking(real: Engine, own_home: Path) -> None:
    assert real.status().files == 0
    assert [*real.search(Query("anything"))] == []
    assert real.folders() == ()
    assert not own_home.exists()


def test_overlapping_folders_are_refused(real: Engine, notes: Path) -> None:
    (notes / "sub").mkdir()
    real.add_folder(notes)
    for path, sentence in (
        (notes, "indexed already"),
        (notes / "sub", "as part of the folder notes"),
        (notes.parent, "thimble remove notes"),
        (notes / "lease.md", "not a folder"),
    ):
        with pytest.raises(ValueError, match=sentence):
            real.add_folder(path)


def test_names_of_folders_are_told_apart(real: Engine, notes: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "notes"
    other.mkdir(parents=True)
    real.add_folder(notes)
    assert real.add_folder(other).name == "notes-2"
    third = tmp_path / "third"
    third.mkdir()
    with pytest.raises(ValueError, match="choose another --name"):
        real.add_folder(third, name="notes")


def test_why_says_what_decided(real: Engine, notes: Path, tmp_path: Path) -> None:
    outside = real.why(tmp_path / "x.md")
    assert (outside.indexed, "thimble add" in outside.reason) == (False, True)
    real.add_folder(notes)
    assert "thimble index" in real.why(notes / "lease.md").reason
    (notes / "empty.md").touch()
    index(real)
    assert real.why(notes / "lease.md").indexed
    assert real.why(notes / "lease.md").chunks == 1
    assert "secret" in real.why(notes / "key.pem").reason
    assert "empty" in real.why(notes / "empty.md").reason
    assert "no such file" in real.why(notes / "gone.md").reason


def test_a_preview_shows_the_passage_in_its_document(real: Engine, notes: Path) -> None:
    text = "\n\n".join(f"## Part {n}\n\n" + f"Sentence about topic{n}. " * 60 for n in range(30))
    (notes / "long.md").write_text(text)
    real.add_folder(notes)
    index(real)
    hit = best(real, "topic17")
    preview = real.preview(hit)
    start, end = preview.passage
    assert preview.text[start:end] == hit.text
    assert {preview.text[a:b] for a, b in preview.highlights} >= {"topic17"}
    assert "topic16" in preview.text[:start]
    hit.path.write_text("quite another text")
    assert real.preview(hit).text == "quite another text"
    hit.path.unlink()
    with pytest.raises(OSError, match="No such file"):
        real.preview(hit)


def test_a_rank_model_can_be_chosen_without_indexing(settings: Settings, notes: Path) -> None:
    from indexer import BUILT_IN

    with Engine(settings) as engine:
        engine.add_folder(notes)
        index(engine)
    with Engine(replace(settings, rank_model=BUILT_IN)) as engine:
        assert best(engine, "deposit").path == notes / "lease.md"
    with Engine(replace(settings, rank_model=notes)) as engine:
        with pytest.raises(ModelError, match=r"lacks model\.toml"):
            best(engine, "deposit")
        assert [*engine.search(Query("deposit", mode=Mode.LEXICAL, budget=0))]


@pytest.mark.parametrize(
    ("editor", "expected"),
    [
        ("vim", ["vim", "+3", "PATH"]),
        ("code --wait", ["code", "--wait", "--goto", "PATH:3"]),
        ("hx", ["hx", "PATH:3"]),
        ("pycharm", ["pycharm", "--line", "3", "PATH"]),
        ("xdg-open", ["xdg-open", "PATH"]),
    ],
)
def test_a_hit_opens_at_its_line(
    real: Engine, notes: Path, monkeypatch: pytest.MonkeyPatch, editor: str, expected: list[str]
) -> None:
    real.add_folder(notes)
    index(real)
    monkeypatch.setitem(os.environ, "VISUAL", editor)
    hit = replace(best(real, "deposit"), line=3)
    path = str(hit.path)
    opening = real.opening(hit)
    assert opening.takes_terminal
    assert list(opening.command) == [part.replace("PATH", path) for part in expected]


def test_an_editor_that_cannot_be_understood_is_a_sentence(
    real: Engine, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real.add_folder(notes)
    index(real)
    monkeypatch.setitem(os.environ, "VISUAL", "vim 'unbalanced")
    with pytest.raises(OSError, match="cannot understand the editor command"):
        real.opening(best(real, "deposit"))


@pytest.mark.parametrize("method", ["search", "topics"])
def test_an_index_of_another_model_may_come_in_its_place_at_any_moment(
    real: Engine, notes: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    real.add_folder(notes)
    index(real)
    usual, mismatches = getattr(Store, method), [ModelMismatch("the index is another's")]

    def replaced_meanwhile(self: Store, *arguments: object) -> object:
        if mismatches:
            raise mismatches.pop()
        return usual(self, *arguments)

    monkeypatch.setattr(Store, method, replaced_meanwhile)
    found = {"search": lambda: real.find(Query("lease")).hits, "topics": real.topics}[method]()
    assert found
    assert not mismatches
