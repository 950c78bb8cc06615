"""The settings: kept at once, tried out, measured."""

from __future__ import annotations

from app.user.settings import ASK_SEARCH
from tests.tui.driving import focused, press, settled, started, visible
from tests.tui.fakes import FakeBackend
from tui.screens.settings import HELPS


async def test_colours_change_and_are_kept() -> None:
    backend = FakeBackend()
    app = started(backend)
    async with app.run_test() as pilot:
        await press(pilot, "escape", "comma")
        assert focused(pilot) == "theme"
        await press(pilot, "right")
        assert app.theme == "paper"
        assert backend.values["theme"] == "paper"


async def test_the_colours_of_the_last_time_are_there() -> None:
    backend = FakeBackend()
    backend.values["theme"] = "contrast"
    app = started(backend)
    async with app.run_test() as pilot:
        await settled(pilot)
        assert app.theme == "contrast"


async def test_colours_nobody_knows_are_left_alone() -> None:
    backend = FakeBackend()
    backend.values["theme"] = "plaid"
    app = started(backend)
    async with app.run_test() as pilot:
        await settled(pilot)
        assert app.theme == "thimble"


async def test_the_budget_is_a_knob() -> None:
    backend = FakeBackend()
    backend.values["budget"] = "20"
    async with started(backend).run_test() as pilot:
        await press(pilot, "escape", "comma", "down")
        assert "‹ 20 embeddings recomputed a search ›" in visible(pilot)
        await press(pilot, "right")
        assert backend.values["budget"] == "32"
        await pilot.click("#budget")
        await settled(pilot)
        assert backend.values["budget"] == "64"


async def test_a_model_is_named_and_taken_back() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "escape", "comma", "down", "down", "down", "=~/models/mini", "enter")
        assert backend.values["rank_model"] == "~/models/mini"
        await press(pilot, "ctrl+u", "down")
        assert backend.values["rank_model"] == ""


async def test_a_model_server_is_named_and_may_help_the_search() -> None:
    backend = FakeBackend()
    async with started(backend).run_test(size=(100, 40)) as pilot:
        await press(pilot, "escape", "comma")
        assert "‹ the search is the question as it is ›" in visible(pilot)
        await pilot.click("#ask_server")
        await press(pilot, "=127.0.0.1:8081", "down", "=llama", "down", "left")
        kept = [backend.values[key] for key in ("ask_server", "ask_model", "ask_search")]
        assert kept == ["127.0.0.1:8081", "llama", "both"]


def test_the_ways_a_model_may_help_are_those_of_the_setting() -> None:
    assert tuple(HELPS) == ASK_SEARCH


async def test_a_setting_that_is_refused_says_why() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "escape", "comma", "up", "ctrl+u", "=none", "enter")
        assert "editor cannot be 'none': a text is expected" in visible(pilot)
        await press(pilot, "ctrl+u", "=vi", "enter")
        assert "cannot be" not in visible(pilot)
        await press(pilot, "escape")
        assert focused(pilot) == "results"


async def test_each_budget_is_measured_with_the_latest_queries() -> None:
    backend = FakeBackend(searched=("type:md deposit", "deposit back"))
    async with started(backend).run_test(size=(100, 40)) as pilot:
        await press(pilot, "escape", "comma", "t")
        assert "Measured here with the last 2 queries" in visible(pilot)
        rows = [line for line in visible(pilot).split("\n") if line.rstrip(" │▌").endswith("100%")]
        assert [int(row.split(" ms")[0].strip(" │▌").split()[0]) for row in rows] == [
            0, 8, 16, 32, 64, 128,
        ]  # fmt: skip
        assert len([row for row in rows if "▌" in row]) == 1
        assert {query.text for query in backend.asked} == {"deposit", "deposit back"}


async def test_without_a_history_nothing_is_measured() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "escape", "comma", "t")
        assert "Search for something first" in visible(pilot)
        assert backend.asked == []
