"""Folders: the first one, the library, adding, removing, pausing."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from store import DaemonActivity, DaemonStatus, StoreBusy, StoreFull
from tests.tui.driving import LARGE, focused, press, settled, started, visible
from tests.tui.fakes import FOLDERS, HALFWAY, FakeBackend, many_skipped
from tui.screens.add_folder import AddFolder, completions
from tui.screens.dialogs import Problem, RemoveFolder
from tui.screens.library import LibraryScreen


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("Documents/law", "Documents/letters", "Downloads", ".config"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "Dossier.txt").write_text("a file")
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


async def test_the_first_folder_is_added_and_read_at_once(home: Path) -> None:
    backend = FakeBackend(folders=())
    async with started(backend).run_test() as pilot:
        await settled(pilot)
        assert "Nothing indexed yet" in visible(pilot)
        assert backend.runs == 0
        await press(pilot, "a", "=Doc", "tab", "enter")
        assert backend.added == [home / "Documents"]
        assert backend.runs == 1
        assert focused(pilot) == "query"
        assert "Nothing indexed yet" not in visible(pilot)


async def test_searching_works_while_the_first_folder_is_read(home: Path) -> None:
    backend = FakeBackend(folders=(), progress=HALFWAY, hangs=True)
    async with started(backend).run_test() as pilot:
        await press(pilot, "enter", "=Doc", "enter", "=deposit")
        assert "◐ Indexing" in visible(pilot)
        assert "7 so far" in visible(pilot)


def test_completion_lists_folders_only_and_hidden_ones_when_asked(home: Path) -> None:
    assert completions("~/d") == ["~/Documents/", "~/Downloads/"]
    assert completions("~/Documents/") == ["~/Documents/law/", "~/Documents/letters/"]
    assert completions("~/.") == ["~/.config/"]
    assert completions(f"{home}/Dow") == [f"{home}/Downloads/"]
    assert completions("~/nowhere/") == []


async def test_tab_takes_the_completion_that_arrows_chose(home: Path) -> None:
    async with started(FakeBackend(folders=())).run_test() as pilot:
        await press(pilot, "a", "down", "tab")
        assert pilot.app.screen.query_one("#path", Input).value == "~/Downloads/"


async def test_a_slash_after_a_slash_starts_the_path_over(home: Path) -> None:
    async with started(FakeBackend(folders=())).run_test() as pilot:
        await press(pilot, "a", "slash")
        assert pilot.app.screen.query_one("#path", Input).value == "/"
        assert pilot.app.screen.query_one("#paths", OptionList).option_count > 0


async def test_a_folder_that_cannot_be_added_says_why_and_stays_open(home: Path) -> None:
    backend = FakeBackend(folders=())
    async with started(backend).run_test() as pilot:
        await press(pilot, "a", "=missing", "enter")
        assert isinstance(pilot.app.screen, AddFolder)
        assert "spelling." in visible(pilot)
        await press(pilot, "escape")
        assert backend.folders == ()


async def test_removing_a_folder_asks_first() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "escape", "L", "down", "x")
        assert isinstance(pilot.app.screen, RemoveFolder)
        assert "Its files are untouched" in visible(pilot)
        await press(pilot, "enter")
        assert backend.removed == []
        await press(pilot, "x", "right", "enter")
        assert backend.removed == ["notes"]
        assert "~/notes" not in visible(pilot)


async def test_a_run_gives_way_to_a_removal_and_goes_on_after() -> None:
    backend = FakeBackend(progress=HALFWAY, hangs=True)
    async with started(backend).run_test() as pilot:
        await press(pilot, "escape", "L", "x", "y")
        assert backend.removed == ["Documents"]
        assert backend.runs == 2


async def test_skipped_files_are_listed_with_their_reasons() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "escape", "e")
        assert focused(pilot) == "skipped"
        assert "~/Documents/tax/2016.pdf" in visible(pilot)
        assert "password needed" in visible(pilot)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, LibraryScreen)


async def test_an_offline_folder_says_so() -> None:
    async with started(FakeBackend(folders=FOLDERS)).run_test() as pilot:
        await press(pilot, "escape", "L")
        assert "offline" in visible(pilot)


async def test_indexing_can_be_paused_and_resumed() -> None:
    backend = FakeBackend(progress=HALFWAY, hangs=True)
    async with started(backend).run_test() as pilot:
        await press(pilot, "escape", "s")
        assert "▲ Indexing paused   s resume" in visible(pilot)
        await press(pilot, "s")
        assert "◐ Indexing" in visible(pilot)
        assert backend.runs == 2


async def test_r_looks_for_changes_again() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "escape", "r", "L", "r")
        assert backend.runs == 3


async def test_a_full_disk_is_a_dialog_and_r_tries_again() -> None:
    backend = FakeBackend(index_problem=StoreFull("The disk is full. Free 40 MB."))
    async with started(backend).run_test(size=LARGE) as pilot:
        await settled(pilot)
        assert isinstance(pilot.app.screen, Problem)
        await press(pilot, "escape")
        assert "▲ The disk is full. Free 40 MB.   r try again" in visible(pilot)
        backend.index_problem = None
        await press(pilot, "escape", "r")
        assert "● Up to date" in visible(pilot)


async def test_another_process_at_work_is_no_dialog() -> None:
    backend = FakeBackend(index_problem=StoreBusy("Another process is writing."))
    async with started(backend).run_test() as pilot:
        await settled(pilot)
        assert not isinstance(pilot.app.screen, Problem)


async def test_skipped_files_are_folded_under_their_reasons_when_there_are_many() -> None:
    async with started(FakeBackend(skipped_files=many_skipped())).run_test() as pilot:
        await press(pilot, "escape", "e")
        assert "▲ password needed" in visible(pilot)
        assert "14 files" in visible(pilot)
        assert "~/Documents/00.bin" not in visible(pilot)
        await press(pilot, "enter")
        assert "~/Documents/00.bin" in visible(pilot)
        await press(pilot, "j", "enter")
        assert "~/Documents/00.bin" not in visible(pilot)


async def test_skipped_files_can_be_searched_by_path_and_reason() -> None:
    async with started(FakeBackend(skipped_files=many_skipped())).run_test() as pilot:
        await press(pilot, "escape", "e", "slash", "=07.b")
        assert "~/Documents/07.bin" in visible(pilot)
        assert "~/Documents/08.bin" not in visible(pilot)
        await press(pilot, "ctrl+u", "=larger than", "enter")
        assert focused(pilot) == "skipped"
        assert "○ larger than 64 MB" in visible(pilot)
        assert "password" not in visible(pilot)
        await press(pilot, "slash", "escape")
        assert "password" in visible(pilot)


async def test_a_run_shows_its_rate_and_what_is_left() -> None:
    backend = FakeBackend(progress=HALFWAY, hangs=True)
    async with started(backend).run_test(size=LARGE) as pilot:
        await press(pilot, "escape", "L")
        parts = ["1,204 of 8,310 files", "3 min left", "33 files/s", "0.0 MB/s", "3 skipped"]
        assert "   ".join(parts) in visible(pilot)
        assert "reading ~/Documents/law/2019/contract.txt" in visible(pilot)


async def test_where_a_background_process_works_the_screen_only_looks_on() -> None:
    backend = FakeBackend(state=DaemonStatus(DaemonActivity.RUNNING, pending=12))
    async with started(backend).run_test() as pilot:
        await press(pilot, "escape", "r")
        assert backend.runs == 0
        assert "◐ Indexing in the background, 12 files to go" in visible(pilot)
        backend.state = DaemonStatus(DaemonActivity.PAUSED, "asked to")
        await press(pilot, "s")
        assert backend.pauses == [True]
        assert "▲ Indexing paused, asked to   s resume" in visible(pilot)
        backend.state = DaemonStatus(DaemonActivity.RUNNING)
        await press(pilot, "s")
        assert backend.pauses == [True, False]
        assert "● Up to date, watched in the background" in visible(pilot)


async def test_where_the_background_process_died_the_screen_reads_files_itself() -> None:
    backend = FakeBackend(state=DaemonStatus(DaemonActivity.LOST))
    async with started(backend).run_test() as pilot:
        await settled(pilot)
        assert backend.runs == 1
        assert "▲ The background indexer stopped" in visible(pilot)
