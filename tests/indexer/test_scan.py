from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import apsw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.scanning.explain import why
from indexer.scanning.scan import UNMOUNTED_AT, Scan, scan
from indexer.scanning.signature import signature_of
from store import Folder, Signature

Known = dict[str, Signature | None]


def write(root: Path, *names: str, text: str = "text") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def folder_at(root: Path) -> Folder:
    return Folder(id=1, name="notes", path=root)


def found(outcome: Scan) -> list[str]:
    return [file.path for file in outcome.found]


def known_after(outcome: Scan) -> Known:
    """Return what the catalogue has once a first scan is worked off."""
    indexed: Known = {file.path: file.signature for file in outcome.found}
    return indexed | {path: signature for path, signature, _ in outcome.skipped}


def known_in(root: Path) -> Known:
    return known_after(scan(folder_at(root), {}))


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, int], None]:
    """Make listing a folder fail with an errno, as root may list everything."""

    def fail(folder: Path, number: int) -> None:
        really_scan = os.scandir

        def scandir(path: str) -> Any:
            if Path(path) == folder:
                raise OSError(number, os.strerror(number), path)
            return really_scan(path)

        monkeypatch.setattr(os, "scandir", scandir)

    return fail


# What is to be read


def test_everything_is_found_at_first_in_a_fixed_order(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "a.md", "z/a.md", "m/b.md", "m/a/x.md", "m.md")
    outcome = scan(folder_at(tmp_path), {})
    assert outcome.online
    assert found(outcome) == ["a.md", "b.md", "m.md", "m/b.md", "m/a/x.md", "z/a.md"]
    assert not any(file.known for file in outcome.found)


def test_what_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "sub/b.md")
    assert scan(folder_at(tmp_path), known_in(tmp_path)) == Scan(online=True, unchanged=2)


def test_a_new_and_an_edited_file_are_found(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.md")
    known = known_in(tmp_path)
    write(tmp_path, "b.md", text="longer text")
    write(tmp_path, "c.md")
    outcome = scan(folder_at(tmp_path), known)
    assert [(file.path, file.known) for file in outcome.found] == [("b.md", True), ("c.md", False)]
    assert outcome.found[0].signature.size == len("longer text")
    assert outcome.unchanged == 1
    assert not outcome.missing


def test_an_edit_that_restores_size_and_time_is_found(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text="first")
    known = known_in(tmp_path)
    before = (tmp_path / "a.md").stat()
    time.sleep(0.02)  # a tick of coarse clocks
    write(tmp_path, "a.md", text="other")
    os.utime(tmp_path / "a.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (tmp_path / "a.md").stat().st_mtime_ns == before.st_mtime_ns
    assert found(scan(folder_at(tmp_path), known)) == ["a.md"]


def test_a_file_replaced_by_another_of_the_same_size_and_time_is_found(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.md")
    os.utime(tmp_path / "a.md", ns=(1, 1))
    os.utime(tmp_path / "b.md", ns=(1, 1))
    known = known_in(tmp_path)
    (tmp_path / "b.md").replace(tmp_path / "a.md")
    outcome = scan(folder_at(tmp_path), known)
    assert found(outcome) == ["a.md"]
    assert outcome.missing == ("b.md",)


def test_a_known_file_without_a_signature_is_found_though_unchanged(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.md")
    outcome = scan(folder_at(tmp_path), known_in(tmp_path) | {"a.md": None})
    assert [(file.path, file.known) for file in outcome.found] == [("a.md", True)]


def test_the_signature_of_an_open_file_is_that_of_its_path(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    with (tmp_path / "a.md").open() as file:
        opened = signature_of(os.fstat(file.fileno()))
    assert opened == scan(folder_at(tmp_path), {}).found[0].signature
    assert 0 <= opened.change < 2**32


# What is gone


def test_a_renamed_file_is_missing_at_one_place_and_found_at_another(tmp_path: Path) -> None:
    write(tmp_path, "old.md", "same.md")
    known = known_in(tmp_path)
    (tmp_path / "old.md").rename(tmp_path / "new.md")
    outcome = scan(folder_at(tmp_path), known)
    assert (found(outcome), outcome.missing) == (["new.md"], ("old.md",))


def test_a_removed_folder_takes_its_files_along(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "sub/b.md", "sub/deep/c.md")
    known = known_in(tmp_path)
    (tmp_path / "sub").rename(tmp_path.parent / "elsewhere")
    outcome = scan(folder_at(tmp_path), known)
    assert outcome.missing == ("sub/b.md", "sub/deep/c.md")


def test_a_file_that_became_a_folder_is_missing(tmp_path: Path) -> None:
    write(tmp_path, "a", "b/c.md")
    known = known_in(tmp_path)
    (tmp_path / "a").unlink()
    write(tmp_path, "a/inside.md")
    outcome = scan(folder_at(tmp_path), known)
    assert (found(outcome), outcome.missing) == (["a/inside.md"], ("a",))


def test_files_that_a_rule_now_covers_are_ignored_not_missing(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.log", "out/c.md", "out/deep/d.md", "venv/e.md")
    known = known_in(tmp_path)
    write(tmp_path, ".gitignore", text="*.log\nout/\n")
    write(tmp_path, "venv/pyvenv.cfg")
    outcome = scan(folder_at(tmp_path), known)
    assert set(outcome.ignored) == {"b.log", "out/c.md", "out/deep/d.md", "venv/e.md"}
    assert not outcome.missing


def test_a_file_that_became_a_link_is_ignored(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.md")
    known = known_in(tmp_path)
    (tmp_path / "b.md").unlink()
    (tmp_path / "b.md").symlink_to("a.md")
    assert scan(folder_at(tmp_path), known).ignored == ("b.md",)


def test_a_file_that_vanishes_during_the_scan_is_simply_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.md", "gone.md", "sub/b.md", "vanishing/c.md")
    known = known_in(tmp_path)
    really_scan = os.scandir

    @contextmanager
    def scandir(path: str) -> Iterator[list[os.DirEntry[str]]]:
        with really_scan(path) as entries:
            listed = list(entries)
        (tmp_path / "gone.md").unlink(missing_ok=True)
        if (tmp_path / "vanishing").exists():
            (tmp_path / "vanishing").rename(tmp_path.parent / "vanished")
        yield listed

    monkeypatch.setattr(os, "scandir", scandir)
    outcome = scan(folder_at(tmp_path), known)
    assert outcome.missing == ("gone.md", "vanishing/c.md")
    assert outcome.unchanged == 2
    assert not outcome.unreadable


# What cannot be seen


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE])
def test_nothing_is_missing_below_a_folder_that_cannot_be_listed(
    tmp_path: Path, failing: Callable[[Path, int], None], number: int
) -> None:
    write(tmp_path, "a.md", "locked/b.md", "locked/deep/c.md", "locked-too/d.md", "z.md")
    known = known_in(tmp_path)
    (tmp_path / "z.md").unlink()
    failing(tmp_path / "locked", number)
    outcome = scan(folder_at(tmp_path), known)
    assert outcome.online
    assert outcome.missing == ("z.md",)
    assert outcome.unreadable == (("locked", os.strerror(number)),)
    told = why(folder_at(tmp_path), tmp_path / "locked" / "b.md")
    assert told == f"{tmp_path}/locked cannot be looked at: {os.strerror(number)}"


def test_a_folder_that_may_not_be_entered_keeps_its_files(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "locked/b.md")
    known = known_in(tmp_path)
    (tmp_path / "locked").chmod(0o600)
    try:
        outcome = scan(folder_at(tmp_path), known)
    finally:
        (tmp_path / "locked").chmod(0o700)
    assert not outcome.missing  # whether or not the tests run as root
    assert not outcome.found


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE, errno.ENOTCONN])
def test_a_root_that_cannot_be_listed_is_offline_and_loses_nothing(
    tmp_path: Path, failing: Callable[[Path, int], None], number: int
) -> None:
    write(tmp_path, "a.md")
    known = known_in(tmp_path)
    failing(tmp_path, number)
    outcome = scan(folder_at(tmp_path), known)
    assert outcome == Scan(online=False, unreadable=(("", os.strerror(number)),))


def test_a_root_that_is_gone_or_no_folder_is_offline(tmp_path: Path) -> None:
    write(tmp_path, "file")
    for root in (tmp_path / "gone", tmp_path / "file"):
        outcome = scan(folder_at(root), {"a.md": None})
        assert not outcome.online
        assert not outcome.missing


def test_a_root_that_is_suddenly_empty_is_taken_for_an_unplugged_disk(tmp_path: Path) -> None:
    root = tmp_path / "disk"
    write(root, *(f"{number}.md" for number in range(UNMOUNTED_AT)))
    known = known_in(root)
    root.rename(tmp_path / "unplugged")
    root.mkdir()
    outcome = scan(folder_at(root), known)
    assert not outcome.online
    assert not outcome.missing
    assert "is its disk mounted?" in outcome.unreadable[0][1]


def test_a_small_folder_may_be_emptied(tmp_path: Path) -> None:
    outcome = scan(folder_at(tmp_path), {f"{number}.md": None for number in range(5)})
    assert outcome.online
    assert len(outcome.missing) == 5


def test_a_disk_that_goes_away_during_the_scan_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "disk"
    write(root, "a.md", "sub/b.md")
    known = known_in(root)
    really_scan = os.scandir

    def scandir(path: str) -> Any:
        listed = really_scan(path)
        if Path(path) == root:
            root.rename(tmp_path / "unplugged")
        return listed

    monkeypatch.setattr(os, "scandir", scandir)
    outcome = scan(folder_at(root), known)
    assert not outcome.online
    assert not outcome.missing


def test_a_cancelled_scan_reports_nothing_as_missing(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "sub/b.md", "sub/deep/c.md")
    answers = iter([False, False, True])
    outcome = scan(folder_at(tmp_path), {"old.md": None}, is_cancelled=lambda: next(answers))
    assert found(outcome) == ["a.md", "sub/b.md"]
    assert not outcome.missing


# What people hear about


def test_files_that_no_reader_can_read_are_listed_with_the_reason(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "report.pages")
    outcome = scan(folder_at(tmp_path), {})
    assert found(outcome) == ["a.md"]
    status, reason = (
        (tmp_path / "report.pages").stat(),
        "office files of this kind are not read yet",
    )
    assert outcome.skipped == (("report.pages", signature_of(status), reason),)
    assert why(folder_at(tmp_path), tmp_path / "report.pages") == reason


def test_skipped_files_are_listed_each_time_and_missing_when_gone(tmp_path: Path) -> None:
    write(tmp_path, "a.pem", "b.pem")
    known = known_in(tmp_path)
    (tmp_path / "b.pem").unlink()
    outcome = scan(folder_at(tmp_path), known)
    assert [path for path, _, _ in outcome.skipped] == ["a.pem"]
    assert outcome.missing == ("b.pem",)


# Names


ODD_NAMES = [
    b"two\nlines.md",
    "\N{GRINNING FACE}.md".encode(),
    "right\u202eto left.md".encode(),
    b"\x1b[31mred.md",
    b"caf\xe9.md",
    b"\xff\xfe",
    b"-rf.md",
    b" ",
    b"a" * 252 + b".md",
    "e\u0301.md".encode(),
    "\u00e9.md".encode(),
    b"[brackets] & 'quotes' \"too\".md",
]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS refuses names that are not text")
def test_files_with_odd_names_are_found_and_known_again(tmp_path: Path) -> None:
    deep = os.fsencode(tmp_path) + b"/caf\xe9\n"
    os.mkdir(deep)
    for name in ODD_NAMES:
        for folder in (os.fsencode(tmp_path), deep):
            with open(folder + b"/" + name, "wb"):
                pass
    outcome = scan(folder_at(tmp_path), {})
    paths = {os.fsencode(path) for path in found(outcome)}
    assert paths == {*ODD_NAMES, *(b"caf\xe9\n/" + name for name in ODD_NAMES)}
    again = scan(folder_at(tmp_path), known_after(outcome))
    assert again == Scan(online=True, unchanged=2 * len(ODD_NAMES))
    for path in found(outcome):
        assert why(folder_at(tmp_path), tmp_path / path) is None


def test_a_very_deep_folder_is_walked(tmp_path: Path) -> None:
    here = tmp_path
    for _ in range(400):
        here /= "d"
        here.mkdir()
    write(here, "a.md")
    assert len(found(scan(folder_at(tmp_path), {}))) == 1


# Any history


NAMES = st.sampled_from(["a.md", "b.md", "sub/a.md", "sub/deep/b.md", "x.log", ".hidden", "c.png"])
STEPS = st.lists(st.tuples(st.sampled_from(["write", "remove", "rename"]), NAMES, NAMES))


def apply(step: str, path: Path, other: Path) -> None:
    if step == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.read_text() + "x" if path.exists() else "")
    elif step == "remove":
        path.unlink(missing_ok=True)
    elif path.exists():
        other.parent.mkdir(parents=True, exist_ok=True)
        path.rename(other)


@settings(max_examples=50, deadline=None)
@given(before=STEPS, after=STEPS)
def test_working_off_a_scan_leads_to_what_a_fresh_scan_finds(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[str, str, str]],
    after: list[tuple[str, str, str]],
) -> None:
    root = tmp_path_factory.mktemp("history")
    for step, name, other in before:
        apply(step, root / name, root / other)
    known = known_in(root)
    for step, name, other in after:
        apply(step, root / name, root / other)
    outcome = scan(folder_at(root), known)
    gone = {*outcome.missing, *outcome.ignored}
    left = {path: signature for path, signature in known.items() if path not in gone}
    assert left | known_after(outcome) == known_in(root)
    assert outcome.unchanged == len(left) - sum(file.known for file in outcome.found)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS, rules=st.lists(st.sampled_from(["*.md", "!a.md", "sub/", "/b.md", "*.log"])))
def test_why_agrees_with_the_scan_about_every_file(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]], rules: list[str]
) -> None:
    root = tmp_path_factory.mktemp("agreement")
    for step, name, other in steps:
        apply(step, root / name, root / other)
    (root / ".gitignore").write_text("\n".join(rules))
    read = set(found(scan(folder_at(root), {})))
    for path in root.rglob("*"):
        if path.is_file():
            is_read = why(folder_at(root), path) is None
            assert is_read == (str(path.relative_to(root)) in read)


WILD = st.integers(-(2**200), 2**200)


@given(WILD, WILD, WILD, WILD)
def test_no_number_of_a_file_system_is_too_odd_for_a_signature(
    size: int, modified: int, changed: int, inode: int
) -> None:
    """Archives and foreign disks can state anything."""
    status = SimpleNamespace(st_size=size, st_mtime_ns=modified, st_ctime_ns=changed, st_ino=inode)
    signature = signature_of(status)  # type: ignore[arg-type]
    connection = apsw.Connection(":memory:")
    (row,) = connection.execute("SELECT ?, ?, ?", tuple(signature)).fetchall()
    assert row == tuple(signature)
    np.array(signature, dtype=np.int64)
