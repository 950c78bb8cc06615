"""The status line: how complete the index is, in words."""

from __future__ import annotations

from dataclasses import replace

from tests.tui.fakes import FOLDERS, HALFWAY, NOW, status_of
from tui.format import fit
from tui.messages import IndexState
from tui.widgets.status import describe

FULL = IndexState(status_of(FOLDERS[:2]), checked_at=NOW - 12)


def line(state: IndexState, width: int = 200) -> str:
    return fit(describe(state), width).plain


def test_before_the_index_is_open() -> None:
    assert line(IndexState()) == "◌ Opening the index…"


def test_without_folders() -> None:
    assert line(IndexState(status_of(()))) == "○ No folders yet"


def test_up_to_date() -> None:
    parts = ["● Up to date", "7,222 files", "43,118 passages", "1 failed", "2 skipped"]
    assert line(FULL) == "    ".join([*parts, "checked at 14:13"])


def test_looking_for_changes_is_quiet() -> None:
    scanning = replace(HALFWAY, phase="scanning")
    assert line(replace(FULL, progress=scanning)).startswith("● Up to date    7,222 files")
    assert line(replace(FULL, progress=scanning)).endswith("checking now")


def test_indexing_shows_how_far_and_how_long() -> None:
    text = line(replace(FULL, progress=HALFWAY), width=80)
    assert text.startswith("◐ Indexing  ━━")
    assert text.endswith("1,204 of 8,310    3 min left    3 skipped")


def test_an_offline_folder_is_named() -> None:
    assert line(replace(FULL, status=status_of(FOLDERS))).startswith("▲ stick is offline")


def test_another_process_is_named() -> None:
    status = replace(status_of(FOLDERS[:2]), writer="pid 123, thimble index")
    assert line(replace(FULL, status=status)).startswith("◌ pid 123, thimble index is indexing")


def test_a_pause_says_how_to_go_on() -> None:
    assert line(replace(FULL, is_paused=True)).startswith("▲ Indexing paused   s resume")


def test_a_problem_says_how_to_try_again() -> None:
    assert line(replace(FULL, problem="The disk is full.")).startswith(
        "▲ The disk is full.   r try again"
    )


def test_on_a_narrow_screen_the_least_important_goes_first() -> None:
    assert line(FULL, width=45) == "● Up to date    7,222 files"
