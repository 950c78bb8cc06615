"""Filters, history, marks, and what can be asked about a hit, by keys and by mouse."""

from __future__ import annotations

import threading

import pytest

from store import BadQuery
from tests.tui.driving import (
    LARGE,
    SMALL,
    focused,
    press,
    search_screen,
    settled,
    started,
    until,
    visible,
)
from tests.tui.fakes import DAY_S, HITS, NOW, FakeBackend
from tui.screens.dialogs import Problem
from tui.screens.why import WhyScreen
from tui.widgets.results import pinned
from tui.widgets.text_box import TextBox


async def test_a_filter_typed_to_its_end_becomes_a_chip() -> None:
    backend = FakeBackend()
    async with started(backend).run_test(size=LARGE) as pilot:
        await press(pilot, "=in:notes type:md since:2w dep")
        text, filters = backend.asked[-1].text, backend.asked[-1].filters
        assert (text, filters.folders, filters.types) == ("dep", ("notes",), ("md",))
        assert filters.since == NOW - 14 * DAY_S
        assert "in:notes × type:md × since:2w ×" in visible(pilot)
        assert pilot.app.screen.query_one("#query", TextBox).value == "dep"


async def test_a_filter_is_not_searched_for_while_it_is_typed() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "=deposit type:m")
        assert {query.text for query in backend.asked} == {"deposit"}
        await press(pilot, "enter")
        assert backend.asked[-1].filters.types == ("m",)
        assert focused(pilot) == "query"


async def test_backspace_at_the_start_takes_off_the_last_filter() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "=type:md in:notes deposit", "home", "backspace")
        assert search_screen(pilot).request.typed == "type:md deposit"
        await press(pilot, "escape", "backspace")
        assert search_screen(pilot).request.typed == "deposit"


async def test_a_click_takes_off_a_filter_or_changes_the_mode() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "=type:md in:notes deposit")
        await pilot.click("#chips", offset=(4, 0))
        await settled(pilot)
        assert search_screen(pilot).request.typed == "in:notes deposit"
        await pilot.click("#mode", offset=(4, 0))
        await settled(pilot)
        assert search_screen(pilot).request.mode == "lexical"


async def test_a_date_that_is_none_is_said_in_place() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "=since:soon deposit")
        assert not isinstance(pilot.app.screen, Problem)
        assert "'soon' is not a date" in visible(pilot)


async def test_half_an_expression_is_said_in_place_and_the_rest_of_it_searched() -> None:
    backend = FakeBackend(problem=BadQuery("not a regular expression: missing )"))
    async with started(backend).run_test() as pilot:
        await press(pilot, "=dep(")
        assert not isinstance(pilot.app.screen, Problem)
        assert "not a regular expression: missing )" in visible(pilot)
        backend.problem = None
        await press(pilot, "=)")
        assert search_screen(pilot).results.items == HITS


async def test_keys_typed_ahead_edit_in_their_order() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await settled(pilot)
        box = pilot.app.screen.query_one("#query", TextBox)
        for key in ("x", "ctrl+u", "d", "e", "x", "backspace", "p"):
            pilot.app.simulate_key(key)
        await until(pilot, lambda: box.value == "dep")


async def test_arrow_up_in_an_empty_box_brings_back_what_was_searched() -> None:
    backend = FakeBackend(searched=("type:md deposit", "depot"))
    async with started(backend).run_test() as pilot:
        await press(pilot, "up")
        assert search_screen(pilot).request.typed == "type:md deposit"
        await press(pilot, "up", "up")
        assert search_screen(pilot).request.typed == "depot"
        await press(pilot, "down", "down")
        assert search_screen(pilot).request.typed == ""
        await press(pilot, "=depo", "ctrl+r")
        assert search_screen(pilot).request.typed == "type:md deposit"


async def test_a_query_that_led_to_something_is_remembered() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "=dep", "=osit", "enter")
        assert backend.searched == ("deposit",)


async def test_marked_hits_are_copied_together() -> None:
    app = started(FakeBackend())
    async with app.run_test() as pilot:
        await press(pilot, "=deposit", "escape", "space", "j", "space")
        assert "2 marks" in visible(pilot)
        await press(pilot, "y")
        assert app.clipboard == f"{HITS[0].text}\n\n{HITS[2].text}"
        await press(pilot, "Y")
        assert app.clipboard == f"{HITS[0].path}\n{HITS[2].path}"
        await press(pilot, "F", "y")
        assert app.clipboard == HITS[3].text


async def test_a_chosen_hit_stays_in_its_row_while_the_others_are_ordered_anew() -> None:
    refined = threading.Event()
    backend = FakeBackend(instant=HITS[::-1], gates={"deposit": refined})
    async with started(backend).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press(*"deposit")
        results = search_screen(pilot).results
        await until(pilot, lambda: results.items == HITS[::-1])
        await pilot.press("down")
        await until(pilot, lambda: results.current == HITS[5])
        row = next(n for n, line in enumerate(visible(pilot).split("\n")) if "▌" in line)
        refined.set()
        await settled(pilot)
        assert results.current == HITS[5]
        assert "▌= budget-2023.csv" in visible(pilot).split("\n")[row]
        assert results.items == (HITS[0], HITS[5], *HITS[1:5], HITS[6])


def test_pinning_loses_no_hit() -> None:
    for place in range(9):
        assert sorted(pinned(HITS, HITS[3], place), key=lambda hit: hit.rank) == list(HITS)
    assert pinned(HITS[:3], HITS[3], 1) == HITS[:3]


async def test_more_like_a_hit_can_be_listed_and_left() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "=deposit", "escape", "j", "t")
        assert "╭─ Like Moving checklist" in visible(pilot)
        assert search_screen(pilot).results.items == HITS[:1] + HITS[2:]
        await press(pilot, "escape")
        assert "╭─ Results" in visible(pilot)
        assert search_screen(pilot).results.items == HITS


async def test_why_tells_ranks_before_and_after_and_where_the_time_went() -> None:
    async with started(FakeBackend(instant=HITS[2:])).run_test() as pilot:
        await press(pilot, "=deposit", "escape", "w")
        assert isinstance(pilot.app.screen, WhyScreen)
        assert "1 of 7; the instant answer did not list it" in visible(pilot)
        assert "Matched     deposit" in visible(pilot)
        assert "in all         38.0 ms" in visible(pilot)
        await press(pilot, "escape", "j", "j", "w")
        assert "3 of 7; 3 in the instant answer" in visible(pilot)


async def test_heat_can_be_turned_off() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "=deposit", "enter")
        drawn = search_screen(pilot).passage.content
        assert {".hot", ".match"} <= {span.style for span in drawn.spans}
        await press(pilot, "h")
        plain = search_screen(pilot).passage.content
        assert {span.style for span in drawn.spans} - {span.style for span in plain.spans} == {
            ".hot"
        }
        assert plain.plain == drawn.plain


async def test_without_a_file_manager_the_folder_is_named() -> None:
    async with started(FakeBackend()).run_test(size=LARGE, notifications=True) as pilot:
        await press(pilot, "=deposit", "escape", "O")
        await until(pilot, lambda: "/home/sam/Documents/home" in visible(pilot))


@pytest.mark.parametrize("size", [(20, 5), (1, 1)])
async def test_the_smallest_window_is_no_crash(size: tuple[int, int]) -> None:
    async with started(FakeBackend()).run_test(size=size) as pilot:
        await press(pilot, "w", "escape", "L", "escape", "comma", "escape", "question_mark")
        await pilot.resize_terminal(80, 24)
        await press(pilot, "escape", "escape", "slash", "=deposit")
        await until(pilot, lambda: "Lease agreement 2024" in visible(pilot))


async def test_resizing_while_answers_are_drawn_is_no_crash() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await settled(pilot)
        for number, key in enumerate("deposit deposit"):
            await pilot.press(key if key != " " else "backspace")
            await pilot.resize_terminal(61 + 17 * (number % 5), 15 + 9 * (number % 4))
        await settled(pilot)
        assert search_screen(pilot).request.text.startswith("deposi")
