"""What the commands do: opening, copying, narrowing, quitting; and what windows do."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest

from store import Mode
from tests.tui.driving import press, search_screen, settled, started, until, visible
from tests.tui.fakes import DAY_S, HALFWAY, HITS, NOW, FakeBackend
from tui.app import ThimbleApp
from tui.screens.library import LibraryScreen


async def test_o_opens_the_file_in_the_editor_and_looks_for_changes_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(ThimbleApp, "suspend", contextlib.nullcontext)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command))
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "=deposit", "down", "enter", "o", "enter")
        assert backend.opened == [HITS[1], HITS[1]]
        assert commands[0] == ("true", "+14", "/home/sam/notes/moving.md")
        assert backend.runs == 3


async def test_an_editor_that_cannot_be_started_is_no_crash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError("No editor [vim] here")

    monkeypatch.setattr(ThimbleApp, "suspend", contextlib.nullcontext)
    monkeypatch.setattr(subprocess, "run", missing)
    async with started(FakeBackend()).run_test(notifications=True) as pilot:
        await press(pilot, "=deposit", "escape", "o")
        assert "No editor [vim] here" in visible(pilot)


async def test_copying_takes_the_passage_or_the_path() -> None:
    app = started(FakeBackend())
    async with app.run_test() as pilot:
        await press(pilot, "=deposit", "escape", "j", "y")
        assert app.clipboard == HITS[1].text
        await press(pilot, "Y")
        assert app.clipboard == "/home/sam/notes/moving.md"


async def test_m_goes_through_the_modes() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "=deposit", "escape", "m", "m", "m", "m", "m")
        asked = [query.mode for query in backend.asked]
        around = [Mode.HYBRID, Mode.LEXICAL, Mode.SEMANTIC, Mode.EXACT, Mode.REGEX]
        assert asked == [*around, Mode.HYBRID]


async def test_newer_files_come_a_little_earlier_if_wished_for() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "=deposit", "escape", "R")
        assert backend.asked[-1].recent
        assert "words + meaning, newer first" in visible(pilot)
        await press(pilot, "R")
        assert not backend.asked[-1].recent
        assert "newer first" not in visible(pilot)


async def test_filters_narrow_the_search_and_show_in_the_query_bar() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "=deposit", "escape", "f", "right", "down", "=md, .PDF", "down", "l")
        await press(pilot, "enter")
        filters = backend.asked[-1].filters
        assert filters.folders == ("Documents",)
        assert filters.types == ("md", "pdf")
        assert filters.since == NOW - DAY_S
        assert "in:Documents × type:md × type:pdf × since:1d ×" in visible(pilot)
        await press(pilot, "f", "ctrl+r")
        assert backend.asked[-1].filters.folders == ()


async def test_the_palette_offers_every_command() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "escape", "colon", "=librar")
        await until(pilot, lambda: "key L" in visible(pilot))
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, LibraryScreen)


async def test_keys_can_be_remapped() -> None:
    app = started(FakeBackend(own_keys={"library": "ctrl+e"}))
    async with app.run_test() as pilot:
        await press(pilot, "escape", "ctrl+e")
        assert isinstance(app.screen, LibraryScreen)


@pytest.mark.parametrize("size", [(59, 24), (80, 14)])
async def test_a_window_too_small_says_so(size: tuple[int, int]) -> None:
    async with started(FakeBackend()).run_test(size=size) as pilot:
        await settled(pilot)
        assert visible(pilot).strip() == "Please make the window larger (60×15)"


@pytest.mark.parametrize("keys", [["escape", "q"], ["ctrl+q"], ["ctrl+c"]])
async def test_quitting_stops_a_run_that_is_going_on(keys: list[str]) -> None:
    app = started(FakeBackend(progress=HALFWAY, hangs=True))
    async with app.run_test() as pilot:
        await press(pilot, *keys[:-1])
        await pilot.press(keys[-1])
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == 0


async def test_a_click_chooses_a_hit() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "=deposit")
        await pilot.click("#results", offset=(9, 4))
        await settled(pilot)
        assert search_screen(pilot).hit == HITS[3]


async def test_rows_follow_the_size_of_the_window() -> None:
    async with started(FakeBackend()).run_test(size=(80, 24)) as pilot:
        await press(pilot, "=deposit", "down", "down", "down")
        results = search_screen(pilot).results
        assert results.row_height == 1
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: "beyond the statutory pe…" in visible(pilot))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "beyond the statutory pe…" not in visible(pilot))
        assert results.current == HITS[3]


def test_importing_the_package_does_not_import_textual() -> None:
    code = "import sys, tui; print([m for m in ('textual', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
