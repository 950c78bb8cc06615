"""What happens on the search screen when keys are pressed and answers come."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from textual.content import Content
from textual.widgets import HelpPanel, Input

from store import Hit, StoreDamaged
from tests.tui.driving import LARGE, focused, press, search_screen, settled, started, until, visible
from tests.tui.fakes import FOLDERS, HALFWAY, HITS, FakeBackend
from tui.screens.dialogs import Problem
from tui.widgets.results import ResultList
from tui.widgets.text_box import TextBox


async def test_typing_searches_without_a_search_key() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await settled(pilot)
        await pilot.press(*"deposit")
        await settled(pilot)
        assert search_screen(pilot).results.items == HITS
        assert "Lease agreement 2024" in visible(pilot)


async def test_nothing_is_recomputed_until_typing_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.searching.REST_S", 60)
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await pilot.press(*"depo")
        await until(pilot, lambda: search_screen(pilot).results.items == HITS)
        await until(pilot, lambda: backend.asked[-1].text == "depo")
        assert backend.refined == []


async def test_a_late_answer_is_dropped() -> None:
    late = threading.Event()
    backend = FakeBackend(gates={"dep": late})
    async with started(backend).run_test() as pilot:
        await settled(pilot)
        await pilot.press(*"dep")
        await until(pilot, lambda: "dep" in backend.refined)
        await pilot.press(*"osit")
        await settled(pilot)
        backend.hits = ()
        late.set()
        await pilot.pause(0.05)
        assert search_screen(pilot).results.items == HITS


async def test_old_results_stay_until_new_ones_come() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "=deposit")
        backend.gates["deposits"] = threading.Event()
        backend.instant = HITS[:2]
        await pilot.press("s")
        assert search_screen(pilot).results.items == HITS
        await until(pilot, lambda: search_screen(pilot).results.items == HITS[:2])
        backend.gates["deposits"].set()
        await settled(pilot)


async def test_a_refined_answer_keeps_the_hit_the_user_chose() -> None:
    refined = threading.Event()
    backend = FakeBackend(instant=HITS[2:], gates={"deposit": refined})
    async with started(backend).run_test() as pilot:
        await settled(pilot)
        await pilot.press(*"deposit")
        results = search_screen(pilot).results
        await until(pilot, lambda: results.items == HITS[2:])
        await pilot.press("down")
        await until(pilot, lambda: results.current == HITS[3])
        refined.set()
        await settled(pilot)
        assert len(results.items) == len(HITS)
        assert results.current == HITS[3]
        assert "╭─ Tenancy law summary, § Ending › 3.2" in visible(pilot)


async def test_a_refined_answer_shows_its_best_hit_if_none_was_chosen() -> None:
    backend = FakeBackend(instant=HITS[2:])
    async with started(backend).run_test() as pilot:
        await press(pilot, "=deposit")
        assert search_screen(pilot).results.current == HITS[0]


async def test_a_new_question_starts_at_its_best_hit() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "=depos", "down", "down", "=it")
        assert search_screen(pilot).results.current == HITS[0]


async def test_a_hit_is_drawn_once_for_all_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Hit] = []
    draw = ResultList.draw

    def counted(rows: ResultList, item: Hit, width: int) -> Sequence[Content]:
        drawn.append(item)
        return draw(rows, item, width)

    monkeypatch.setattr(ResultList, "draw", counted)
    async with started(FakeBackend()).run_test(size=LARGE) as pilot:
        await press(pilot, "=deposit")
        drawn.clear()
        search_screen(pilot).results.refresh()
        await settled(pilot)
        assert drawn == list(HITS)


async def test_a_key_leaves_the_results_alone_until_there_is_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with started(FakeBackend(hits=HITS * 3)).run_test(size=LARGE) as pilot:
        await press(pilot, "=deposit")
        results = search_screen(pilot).results
        assert results.show_vertical_scrollbar
        touched: list[str] = []
        monkeypatch.setattr(results, "on_resize", lambda: touched.append("the list"))
        bar = results.vertical_scrollbar
        monkeypatch.setattr(bar, "refresh", lambda *_, **__: touched.append("its bar"))
        box = pilot.app.screen.query_one("#query", TextBox)
        with box.prevent(Input.Changed):
            box.insert_text_at_cursor("q")
        await pilot.pause()
        assert "depositq" in visible(pilot)
        assert touched == []


async def test_a_slow_search_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    async with started(FakeBackend(gates={"deposit": gate})).run_test() as pilot:
        await settled(pilot)
        await pilot.press(*"deposit")
        await until(pilot, lambda: "… words + meaning" in visible(pilot))
        gate.set()
        await settled(pilot)
        assert "… words + meaning" not in visible(pilot)


async def test_every_letter_is_text_in_the_query() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await settled(pilot)
        await pilot.press("q", "question_mark", "L", "m", "slash", "space", "x")
        assert pilot.app.screen.query_one("#query", Input).value == "q?Lm/ x"
        assert not pilot.app.screen.query(HelpPanel)


async def test_arrows_choose_hits_while_the_query_keeps_the_focus() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "=deposit", "down", "down", "up")
        assert search_screen(pilot).results.cursor == 1
        assert focused(pilot) == "query"


async def test_enter_goes_deeper_and_escape_goes_back_but_never_quits() -> None:
    app = started(FakeBackend())
    async with app.run_test() as pilot:
        screen = search_screen(pilot)
        await press(pilot, "=deposit", "enter")
        assert focused(pilot) == "passage"
        await press(pilot, "escape")
        assert focused(pilot) == "results"
        await press(pilot, "question_mark")
        assert screen.query(HelpPanel)
        for _ in range(3):
            await press(pilot, "escape")
        assert not screen.query(HelpPanel)
        assert focused(pilot) == "results"
        assert app.is_running
        assert screen.request.text == "deposit"
        await press(pilot, "slash")
        assert focused(pilot) == "query"


async def test_the_passage_is_in_place_with_its_matches_marked() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "=deposit")
        assert "The deposit of two months' rent" in visible(pilot)
        assert "Article 13" in visible(pilot)
        assert "Article 11" not in visible(pilot)
        await press(pilot, "enter", "n")
        assert "Ask the agent for the money back" in visible(pilot)


async def test_a_glance_that_comes_after_the_answer_hides_no_surroundings() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "=deposit")
        search_screen(pilot)._glance()  # as a timer does that was due when it was stopped
        await settled(pilot)
        assert "Article 13" in visible(pilot)


async def test_the_surroundings_of_a_passage_come_with_the_exact_answer() -> None:
    refined = threading.Event()
    async with started(FakeBackend(gates={"deposit": refined})).run_test() as pilot:
        await settled(pilot)
        await pilot.press(*"deposit")
        await until(pilot, lambda: "The deposit of two months' rent" in visible(pilot))
        assert "Article 13" not in visible(pilot)
        refined.set()
        await until(pilot, lambda: "Article 13" in visible(pilot))


async def test_the_surroundings_of_a_chosen_hit_are_there_at_once() -> None:
    refined = threading.Event()
    async with started(FakeBackend(gates={"deposit": refined})).run_test() as pilot:
        await settled(pilot)
        await pilot.press(*"deposit")
        await until(pilot, lambda: search_screen(pilot).results.items == HITS)
        await pilot.press("down", "up")
        await until(pilot, lambda: "Article 13" in visible(pilot))
        refined.set()


@pytest.mark.parametrize(
    ("problem", "label"),
    [
        (FileNotFoundError(), "file is gone"),
        (PermissionError(), "file cannot be read now"),
        (UnicodeError(), "file cannot be read now"),
    ],
)
async def test_a_file_that_cannot_be_read_still_shows_what_was_found(
    problem: Exception, label: str
) -> None:
    async with started(FakeBackend(preview_problem=problem)).run_test() as pilot:
        await press(pilot, "=deposit")
        assert label in visible(pilot)
        assert "The deposit of two months' rent" in visible(pilot)


async def test_a_changed_file_is_labelled() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, "=deposit", "down", "down")
        assert visible(pilot).count("changed since indexed") == 2


async def test_results_fill_up_while_files_are_read() -> None:
    backend = FakeBackend(progress=HALFWAY, hangs=True)
    async with started(backend).run_test() as pilot:
        await press(pilot, "=deposit")
        assert "7 so far · 14% of files" in visible(pilot)
        asked = len(backend.asked)
        backend.hangs = False
        await settled(pilot)
        assert len(backend.asked) > asked
        assert "7 · 38 ms" in visible(pilot)


async def test_a_damaged_store_is_told_once_in_a_dialog_then_in_the_status_line() -> None:
    backend = FakeBackend(problem=StoreDamaged("The index is damaged [x]. Run `thimble doctor`."))
    async with started(backend).run_test() as pilot:
        await press(pilot, "=deposit")
        assert isinstance(pilot.app.screen, Problem)
        assert "The index is damaged [x]. Run `thimble doctor`." in visible(pilot)
        await press(pilot, "escape", "=s")
        assert not isinstance(pilot.app.screen, Problem)
        assert "▲ The index is damaged [x]." in visible(pilot)


async def test_a_bug_in_the_program_is_a_sentence_not_a_traceback() -> None:
    backend = FakeBackend(problem=ZeroDivisionError("division by zero"))  # type: ignore[arg-type]
    async with started(backend).run_test() as pilot:
        await press(pilot, "=deposit")
        assert "an error of its own (ZeroDivisionError: division by zero)" in visible(pilot)


async def test_an_empty_query_says_how_much_can_be_searched() -> None:
    async with started(FakeBackend(folders=FOLDERS)).run_test() as pilot:
        await press(pilot, "=d", "backspace")
        assert "Type to search 8,310 files." in visible(pilot)
        assert not search_screen(pilot).results.items
