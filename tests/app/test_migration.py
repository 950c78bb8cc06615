"""Another index model: the old index answers until the new one is complete."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from app.engine.engine import Engine
from app.user.paths import Paths
from app.user.settings import Settings
from indexer import describe
from store import Migration, Mode, Progress, Query, Store, StoreError, StoreFull
from store.maintenance import changing, model_migration
from tests.tiny_models import write_model

MEAN = {"pooling_mode_mean_tokens": True}
FILES = 22  # more than may vanish at once


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    root.mkdir()
    (root / "lease.md").write_text("# Lease\n\nthe deposit is returned in thirty days\n")
    for number in range(1, FILES):
        (root / f"{number}.md").write_text(f"# Note\n\nnote number {number} is said here\n")
    return root


@pytest.fixture
def settings(own_home: Path, notes: Path) -> Settings:
    """Settings of an index of the notes that the built-in model made."""
    made = Settings(Paths.find({"THIMBLE_HOME": str(own_home)}))
    with Engine(made) as engine:
        engine.add_folder(notes)
        index(engine)
    return made


@pytest.fixture
def changed(settings: Settings, tmp_path: Path) -> Settings:
    """The same with another index model."""
    return replace(settings, index_model=tiny(tmp_path / "tiny"))


@pytest.fixture
def engine(changed: Settings) -> Iterator[Engine]:
    with Engine(changed) as engine:
        yield engine


def tiny(folder: Path, seed: int = 0) -> Path:
    model = describe(write_model(folder, pooling=MEAN, seed=seed))
    (folder / "model.toml").write_text(model.to_toml(folder))
    return folder


def index(engine: Engine, is_cancelled: Callable[[], bool] = lambda: False) -> Progress:
    return engine.index(lambda _: None, is_cancelled)


def stopping_after(engine: Engine, files: int) -> Callable[[], bool]:
    """Stop a run when so many files were indexed with the other model."""

    def is_cancelled() -> bool:
        migration = engine.status().migration
        return migration is not None and migration.files >= files

    return is_cancelled


def made_with(engine: Engine) -> str:
    model = store(engine).index_model()
    assert model is not None
    return model.name


def store(engine: Engine) -> Store:
    return engine._store


def best(engine: Engine, text: str = "deposit returned", mode: Mode = Mode.SEMANTIC) -> Path:
    return [*engine.search(Query(text, mode=mode))][-1].hits[0].path


def assert_is_whole(engine: Engine, model: str, files: int = FILES) -> None:
    """The index is of one model, sound, and holds all files."""
    assert made_with(engine) == model
    assert engine.check() == ()
    assert engine.status().files == files
    assert best(engine).name == "lease.md"


def successor_files(engine: Engine) -> list[Path]:
    path = store(engine).path
    return [*path.parent.glob(f"{path.name}.next*")]


def test_the_old_index_answers_until_the_new_one_is_run(engine: Engine) -> None:
    assert_is_whole(engine, "thimble-index")
    assert engine.status().migration is None
    done = index(engine)
    assert (done.phase, done.indexed) == ("done", FILES)
    assert_is_whole(engine, "tiny")
    assert engine.status().migration is None
    assert successor_files(engine) == []
    assert index(engine).indexed == 0


def test_a_stopped_run_goes_on_where_it_was(
    engine: Engine, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.pipeline._TRANSACTION_FILES", 3)
    monkeypatch.setattr("indexer.intake._BATCH_FILES", 1)
    index(engine, stopping_after(engine, 3))
    migration = engine.status().migration
    assert migration is not None
    assert (migration.model, migration.files_total) == ("tiny", FILES)
    assert 3 <= migration.files < FILES
    assert_is_whole(engine, "thimble-index")
    assert index(engine).indexed == FILES - migration.files
    assert_is_whole(engine, "tiny")


def test_edits_during_the_migration_are_in_both(
    engine: Engine, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.pipeline._TRANSACTION_FILES", 3)
    monkeypatch.setattr("indexer.intake._BATCH_FILES", 1)
    index(engine, stopping_after(engine, 3))
    (notes / "1.md").write_text("# Soup\n\nsimmer carrots and celery for an hour\n")
    (notes / "2.md").unlink()
    more = tmp_path / "more"
    more.mkdir()
    (more / "cat.md").write_text("the cat and the kitten")
    engine.add_folder(more)
    index(engine, stopping_after(engine, FILES))  # this run stops before the last step
    for model in ("thimble-index", "tiny"):
        assert_is_whole(engine, model)
        assert best(engine, "carrots celery").name == "1.md"
        assert best(engine, "kitten cat", Mode.LEXICAL).name == "cat.md"
        index(engine)


def test_a_folder_removed_during_the_migration_is_in_neither(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    (more / "cat.md").write_text("the cat and the kitten")
    folder = engine.add_folder(more)
    index(engine, stopping_after(engine, FILES + 1))
    engine.remove_folder(folder)
    index(engine)
    assert_is_whole(engine, "tiny")
    assert [one.folder.name for one in engine.status().folders] == ["notes"]


def test_changing_back_keeps_the_old_index(engine: Engine, settings: Settings) -> None:
    index(engine, stopping_after(engine, FILES))
    assert successor_files(engine) != []
    with Engine(settings) as back:
        assert index(back).indexed == 0
        assert_is_whole(back, "thimble-index")
        assert successor_files(back) == []


def test_a_third_model_begins_anew(engine: Engine, changed: Settings, tmp_path: Path) -> None:
    index(engine, stopping_after(engine, FILES))
    third = replace(changed, index_model=tiny(tmp_path / "third", seed=3))
    with Engine(third) as other:
        assert index(other).indexed == FILES
        assert_is_whole(other, "third")


def test_another_process_answers_with_the_model_of_the_index(
    settings: Settings, changed: Settings
) -> None:
    with Engine(settings) as old, Engine(changed) as new:
        assert best(old).name == "lease.md"
        index(new)
        assert_is_whole(old, "tiny")


def test_a_process_that_stays_follows_the_settings(settings: Settings, changed: Settings) -> None:
    with Engine(settings) as stays:
        assert index(stays).indexed == 0
        stays.follow(lambda: changed)
        assert index(stays).indexed == FILES
        assert_is_whole(stays, "tiny")
        stays.follow(lambda: settings)
        index(stays)
        assert_is_whole(stays, "thimble-index")


def test_a_folder_that_is_not_there_is_waited_for(engine: Engine, notes: Path) -> None:
    away = notes.rename(notes.with_name("away"))
    index(engine)
    migration = engine.status().migration
    assert migration == Migration("tiny", 0, FILES, waits_for=("notes",))
    notes.mkdir()  # as where a disk is not mounted
    index(engine)
    assert engine.status().migration == migration
    notes.rmdir()
    away.rename(notes)
    assert_is_whole(engine, "thimble-index")
    index(engine)
    assert_is_whole(engine, "tiny")


def test_without_the_old_model_words_are_still_found(
    engine: Engine, changed: Settings, tmp_path: Path
) -> None:
    index(engine)
    (tmp_path / "tiny").rename(tmp_path / "gone")
    with Engine(replace(changed, index_model=None)) as later:
        with pytest.raises(StoreError, match="which is not there any more; run `thimble index`"):
            best(later)
        assert best(later, mode=Mode.LEXICAL).name == "lease.md"
        index(later)
        assert_is_whole(later, "thimble-index")


def test_a_model_that_is_not_there_leaves_the_old_index_searchable(
    engine: Engine, changed: Settings, tmp_path: Path
) -> None:
    (tmp_path / "tiny").rename(tmp_path / "gone")
    assert_is_whole(engine, "thimble-index")
    with pytest.raises(StoreError, match="there is no model at"):
        index(engine)
    assert_is_whole(engine, "thimble-index")


def test_a_broken_old_model_does_not_hold_up_the_new_one(engine: Engine, changed: Settings) -> None:
    index(engine)
    assert changed.index_model is not None
    (changed.index_model / "onnx" / "model.onnx").write_bytes(b"broken")
    note = engine.folders()[0].path / "new.md"
    note.write_text("simmer carrots and celery")
    with Engine(replace(changed, index_model=None)) as later:
        index(later)
        assert_is_whole(later, "thimble-index", FILES + 1)


def test_a_run_is_done_once(engine: Engine) -> None:
    phases: list[str] = []
    engine.index(lambda progress: phases.append(progress.phase))
    assert phases.count("done") == 1
    assert phases[-1] == "done"


def test_a_broken_model_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "tiny" / "onnx" / "model.onnx").write_bytes(b"broken")
    with pytest.raises(StoreError, match=r"model\.onnx is damaged or another one"):
        index(engine)
    assert successor_files(engine) == []
    (tmp_path / "tiny" / "model.toml").unlink()
    with pytest.raises(StoreError, match=r"lacks model\.toml"):
        index(engine)


def test_a_damaged_successor_is_begun_again(engine: Engine) -> None:
    index(engine, stopping_after(engine, FILES))
    path = store(engine).successor.path
    content = bytearray(path.read_bytes())
    content[content.index(b"lease.md")] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match="run `thimble index` to begin it again"):
        index(engine)
    assert_is_whole(engine, "thimble-index")
    index(engine)
    assert_is_whole(engine, "tiny")


@pytest.mark.parametrize(
    ("owner", "name"),
    [(model_migration, "move_in"), (changing, "insert")],
    ids=["moving in", "growing"],
)
def test_a_full_disk_leaves_the_old_index(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, owner: ModuleType, name: str
) -> None:
    write = getattr(owner, name)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def on_a_full_disk(*args: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (32 << 10, before[1]))
        write(*args)

    try:
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, on_a_full_disk)
            with pytest.raises(StoreFull, match="free some space"):
                index(engine)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert_is_whole(engine, "thimble-index")
    index(engine)
    assert_is_whole(engine, "tiny")


POINTS = {
    "as it begins": ("store.maintenance.model_migration:mirror_folders", 0, "before"),
    "at the first batch": ("store.maintenance.changing:insert", 0, "before"),
    "after some batches": ("store.maintenance.changing:insert", 3, "after"),
    "as the graph is made": ("store.writer:Writer.link", 1, "before"),
    "before it moves in": ("store.maintenance.model_migration:move_in", 0, "before"),
    "amid moving in": ("store.vectors.cache:clear", 1, "after"),
    "before what moved in is committed": ("store.maintenance.model_migration:move_in", 0, "after"),
    "before its file is deleted": ("store.maintenance.model_migration:discard", 0, "before"),
}
KILLED = """
import importlib, os, signal, sys
from dataclasses import replace
from pathlib import Path
import indexer.pipeline
from app.engine.engine import Engine
from app.user.paths import Paths
from app.user.settings import Settings
home, model, point, calls, when = sys.argv[1:]
indexer.pipeline._TRANSACTION_FILES = 3
indexer.intake._BATCH_FILES = 1
module, _, name = point.partition(":")
owner = importlib.import_module(module)
*outer, name = name.split(".")
for one in outer:
    owner = getattr(owner, one)
original, left = getattr(owner, name), int(calls)
def killing(*args, **keywords):
    global left
    left -= 1
    if left < 0 and when == "before":
        os.kill(os.getpid(), 9)
    result = original(*args, **keywords)
    if left < 0:
        os.kill(os.getpid(), 9)
    return result
setattr(owner, name, killing)
settings = Settings(Paths.find({"THIMBLE_HOME": home}), index_model=Path(model))
with Engine(settings) as engine:
    engine.index(lambda _: None)
"""


@pytest.mark.parametrize(("point", "calls", "when"), POINTS.values(), ids=POINTS.keys())
def test_killed_at_any_point_the_index_is_of_one_model(
    changed: Settings, own_home: Path, point: str, calls: int, when: str
) -> None:
    argv = [str(own_home), str(changed.index_model), point, str(calls), when]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *argv],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    with Engine(changed) as engine:
        assert_is_whole(engine, "tiny" if point.endswith(":discard") else "thimble-index")
        index(engine)
        assert_is_whole(engine, "tiny")
        assert successor_files(engine) == []
