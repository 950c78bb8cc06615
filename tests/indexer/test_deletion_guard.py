"""What is gone all at once is hidden at once and forgotten late; parts are looked at alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from indexer import Scope
from indexer.scanning import deletion_guard
from store import Status
from tests.indexer.conftest import Notes

MANY = 26


def word(number: int) -> str:
    return f"qu{chr(97 + number)}vex"


def filled(notes: Notes) -> Notes:
    for number in range(MANY):
        notes.write(f"{number}.md", f"about {word(number)} and more")
    notes.index()
    return notes


def state(notes: Notes) -> tuple[int, int, bool]:
    """Return how many files are indexed, how many of them miss, and whether it is online."""
    status: Status = notes.store.status()
    (folder,) = status.folders
    return folder.files, folder.missing, folder.folder.online


def remove(notes: Notes, *numbers: int) -> None:
    for number in numbers:
        (notes.root / f"{number}.md").unlink()


def test_most_of_a_folder_is_hidden_at_once_and_kept_until_somebody_asks(notes: Notes) -> None:
    filled(notes)
    remove(notes, *range(20))
    assert notes.index(is_careful=True).removed == 0
    assert state(notes) == (MANY, 20, True)
    assert notes.found(word(3)) == []
    assert notes.found(word(23)) == ["23.md"]
    assert notes.index().removed == 20
    assert state(notes) == (MANY - 20, 0, True)


def test_a_few_files_are_forgotten_at_once(notes: Notes) -> None:
    filled(notes)
    remove(notes, *range(12))
    assert notes.index(is_careful=True).removed == 12


def test_after_a_day_what_is_still_gone_is_forgotten(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(notes)
    remove(notes, *range(20))
    notes.index(is_careful=True)
    assert notes.index(is_careful=True).removed == 0
    since = notes.store.status().folders[0]
    assert since.missing == 20
    monkeypatch.setattr(
        deletion_guard, "time", lambda: os.stat(notes.root).st_mtime + deletion_guard.GRACE_S + 60
    )
    assert notes.index(is_careful=True).removed == 20


def test_what_comes_back_is_not_indexed_again(notes: Notes) -> None:
    filled(notes)
    aside = notes.root.parent / "aside"
    aside.mkdir()
    for number in range(20):
        (notes.root / f"{number}.md").rename(aside / f"{number}.md")
    notes.index(is_careful=True)
    for path in list(aside.iterdir()):
        path.rename(notes.root / path.name)
    progress = notes.index(is_careful=True)
    assert (progress.indexed, progress.removed) == (0, 0)
    assert state(notes) == (MANY, 0, True)


def test_a_look_at_a_part_does_not_lift_the_brake(notes: Notes) -> None:
    filled(notes)
    remove(notes, *range(20))
    notes.index(is_careful=True)
    notes.write("new.md", "fresh")
    part = Scope(flat=frozenset({""}))
    assert notes.index(is_careful=True, scope=part).removed == 0
    assert state(notes) == (MANY + 1, 20, True)
    assert notes.found("fresh") == ["new.md"]


@pytest.mark.parametrize("careful", [True, False])
def test_another_folder_in_the_place_of_a_root_is_an_unplugged_disk(
    notes: Notes, *, careful: bool
) -> None:
    filled(notes)
    away = notes.root.rename(notes.root.parent / "away")
    notes.root.mkdir()
    notes.write("README", "this is only the mount point")
    assert notes.index(is_careful=careful).removed == 0
    assert state(notes) == (MANY, 0, False)
    shutil.rmtree(notes.root)
    away.rename(notes.root)
    assert notes.index(is_careful=careful).indexed == 0
    assert state(notes) == (MANY, 0, True)


def test_a_restored_folder_is_taken_as_it_is(notes: Notes) -> None:
    filled(notes)
    copy = shutil.copytree(notes.root, notes.root.parent / "copy")
    shutil.rmtree(notes.root)
    copy.rename(notes.root)
    (notes.root / "0.md").unlink()
    progress = notes.index(is_careful=True)
    assert (progress.indexed, progress.moved, progress.removed) == (0, MANY - 1, 1)


def test_a_root_that_is_swapped_between_scan_and_commit_loses_nothing(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(notes)
    remove(notes, 1, 2)
    monkeypatch.setattr(deletion_guard, "root_identity", lambda path: "another")
    assert notes.index().removed == 0


def test_only_the_part_that_changed_is_looked_at(notes: Notes) -> None:
    for name in ("a/one.md", "a/deep/two.md", "b/three.md", "b/four.md"):
        notes.write(name, f"text of {Path(name).stem}")
    notes.index()
    notes.write("a/one.md", "changed")
    notes.write("a/deep/two.md", "altered")
    notes.write("b/five.md", "unheard")
    (notes.root / "b" / "three.md").unlink()
    progress = notes.index(scope=Scope(flat=frozenset({"a"})))
    assert (progress.indexed, progress.removed) == (1, 0)
    assert notes.found("changed") == ["one.md"]
    assert notes.index(scope=Scope(deep=frozenset({"a"}))).indexed == 1
    shutil.rmtree(notes.root / "b")
    progress = notes.index(scope=Scope(deep=frozenset({"b"})))
    assert (progress.indexed, progress.removed) == (0, 2)
    assert notes.index().files_total == 0


def test_a_move_between_two_parts_embeds_nothing(notes: Notes) -> None:
    notes.write("a/one.md", "alpha")
    notes.write("b/two.md", "beta")
    notes.index()
    (notes.root / "a" / "one.md").rename(notes.root / "b" / "one.md")
    progress = notes.index(scope=Scope(flat=frozenset({"a", "b"})))
    assert (progress.indexed, progress.moved, progress.removed) == (0, 1, 0)


def test_ignore_files_above_a_part_hold_in_it(notes: Notes) -> None:
    notes.write(".gitignore", "*.log\n")
    notes.write("a/b/one.log", "noise")
    notes.write("a/b/one.md", "voice")
    assert notes.index(scope=Scope(flat=frozenset({"a/b"}))).indexed == 1
