"""The view that answers questions."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from dataclasses import replace

import pytest

from store import Answer, Exchange, StoreDamaged
from tests.tui.driving import LARGE, focused, press, settled, started, until, visible
from tests.tui.fakes import HITS, FakeBackend, answers
from tui.app import ThimbleApp
from tui.screens.ask import AskScreen
from tui.screens.dialogs import Problem
from tui.screens.search import SearchScreen

OPEN = ["=deposit", "escape", "A"]


async def test_what_was_searched_is_asked_at_once() -> None:
    backend = FakeBackend()
    async with started(backend).run_test(size=LARGE) as pilot:
        await press(pilot, "=in:notes deposit", "escape", "A")
        assert isinstance(pilot.app.screen, AskScreen)
        assert [question for question, _ in backend.questions] == ["deposit"]
        assert "comes back within 30 days. [1]" in visible(pilot)
        assert "[3] Re: keys and inventory" in visible(pilot)
        assert "in:notes ×" in visible(pilot)


async def test_a_sentence_that_is_not_borne_out_is_marked() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, *OPEN)
        assert "▲ It is always paid in cash." in visible(pilot)
        assert "▲ not borne out by the passages cited" in visible(pilot)


async def test_an_answer_grows_and_can_be_stopped() -> None:
    gate = threading.Event()
    backend = FakeBackend(answer_gate=gate)
    async with started(backend).run_test() as pilot:
        await press(pilot, "=dep", "escape")
        await pilot.press("A")
        await until(pilot, lambda: "within 30 days. [1]" in visible(pilot))
        assert "answering · esc stops" in visible(pilot)
        assert "keys were received" not in visible(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "Stopped." in visible(pilot))
        gate.set()
        await settled(pilot)
        assert "keys were received" not in visible(pilot)
        assert isinstance(pilot.app.screen, AskScreen)


async def test_a_question_that_follows_carries_what_was_said() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, *OPEN, "escape", "slash", "=and the keys?", "enter")
        said = " ".join(sentence.text for sentence in answers("", ())[-1].sentences)
        assert backend.questions[1:] == [("and the keys?", (Exchange("deposit", said),))]
        assert "and the keys?" in visible(pilot)
        await press(pilot, "escape", "n", "=rent", "enter")
        assert backend.questions[2:] == [("rent", ())]


@pytest.mark.parametrize("way", ["key", "click", "list"])
async def test_a_citation_opens_its_source_at_the_line(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ThimbleApp, "suspend", contextlib.nullcontext)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: None)
    backend = FakeBackend()
    async with started(backend).run_test(size=LARGE) as pilot:
        await press(pilot, *OPEN, "escape")
        assert focused(pilot) == "answer"
        if way == "key":
            await press(pilot, "1")
        elif way == "click":
            sentence = answers("", ())[0].sentences[0]
            await pilot.click("#answer-text", offset=(2 + len(sentence.text), 2))
        else:
            await press(pilot, "tab", "enter")
        await settled(pilot)
        assert backend.opened == [HITS[0]]


async def test_a_citation_without_a_source_opens_nothing() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, *OPEN, "escape", "9")
        assert backend.opened == []


async def test_what_the_documents_do_not_say_is_said() -> None:
    nothing = Answer("", (), (), False, "extractive", True)
    async with started(FakeBackend(answers=[nothing])).run_test() as pilot:
        await press(pilot, *OPEN)
        assert "Your documents do not say." in visible(pilot)


async def test_a_notice_is_shown_under_the_answer() -> None:
    told = replace(answers("", HITS)[-1], notice="The model server died.", backend="tiny at :8080")
    async with started(FakeBackend(answers=[told])).run_test() as pilot:
        await press(pilot, *OPEN)
        assert "The model server died." in visible(pilot)
        assert "tiny at :8080 ─╯" in visible(pilot)


async def test_an_answer_that_fails_is_a_dialog_and_the_view_goes_on() -> None:
    backend = FakeBackend()
    async with started(backend).run_test() as pilot:
        await press(pilot, "=deposit", "escape")
        backend.problem = StoreDamaged("a page is not what was written")
        await press(pilot, "A")
        assert isinstance(pilot.app.screen, Problem)
        backend.problem = None
        await press(pilot, "escape", "enter")
        assert "within 30 days. [1]" in visible(pilot)


async def test_an_answer_is_copied_with_its_sources() -> None:
    app = started(FakeBackend())
    async with app.run_test() as pilot:
        await press(pilot, *OPEN, "escape", "y")
        assert app.clipboard.startswith(f"{answers('', ())[0].sentences[0].text} [1]")
        assert app.clipboard.endswith(f"[3] {HITS[2].path}:21")


async def test_escape_leaves_step_by_step() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await press(pilot, *OPEN, "escape", "escape")
        assert isinstance(pilot.app.screen, SearchScreen)
        await press(pilot, "slash", "ctrl+u", "escape", "A")
        assert focused(pilot) == "question"
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, SearchScreen)
