"""Nothing in a document or a file name drives the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Paste

from store import (
    Answer,
    BadQuery,
    DaemonActivity,
    DaemonStatus,
    FolderStatus,
    Hit,
    Sentence,
    SkippedFile,
    safe_line,
    safe_text,
)
from tests.tui.driving import LARGE, SMALL, press, search_screen, settled, started, visible
from tests.tui.fakes import HALFWAY, HITS, HOME, SIGNATURE, FakeBackend
from tui.screens.dialogs import Problem, RemoveFolder

INTRODUCERS = ["\x1b[", "\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x9b", "\x9d", "\x90", "\x9f"]
BODIES = [
    "2J", "31m", "?1049h", "6n", "5i", ">0;1u",  # erase, colour, screens, ask, print, keyboard
    "52;c;cm0gLXJmIH4=", "0;title", "8;;http://evil.example", "1337;File=:AAAA",  # OSC
    "$q\"p", "Gf=100;AAAA", "t22",  # DCS, images, windows
]  # fmt: skip
TERMINATORS = ["", "\x07", "\x1b\\", "\x9c"]
SINGLES = [
    "\x1bc", "\x1b(0", "\x1b7", "\x1b#8", "\x1bM", "\x00", "\x05", "\x07", "\x08\x08\x08", "\x0b",
    "\x0c", "\x0e", "\x0f", "\x7f", "\x84", "\x85", "\x8d", "over\rwritten", "\u202egpj.exe",
    "\u2066hidden\u2069", "\u200f", "\u061c", "\u00ad", "\ufeff", "\ufff9a\ufffab\ufffb",
    "\U000e0041\U000e007f", "\udcff", "\ud83d", "[red]markup[/]", "[@click=app.quit]x[/]",
    "\x1b]52;c;\x1b[A\x07", "\x1b" * 40, "a\u2028b\u2029c",
]  # fmt: skip
CORPUS = ["".join(parts) for parts in product(INTRODUCERS, BODIES, TERMINATORS)] + SINGLES


def drives(text: str) -> set[str]:
    """Return the characters of a text that a terminal, or a reader's eye, would obey."""
    return {c for c in text if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cs"}} | {
        c for c in text if unicodedata.bidirectional(c) in BIDI_CONTROLS
    }


BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) > 500


@pytest.mark.parametrize("gate", [safe_text, safe_line])
def test_no_sequence_passes_the_gate(gate: type[str]) -> None:
    assert [text for text in CORPUS if drives(gate(f"before {text} after"))] == []


@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Lo", "So"])))
def test_whatever_is_shown_has_kept_its_length(text: str) -> None:
    assert not drives(safe_text(text))
    assert len(safe_text(text)) == len(text)
    assert safe_text(safe_text(text)) == safe_text(text)


@given(st.text())
def test_a_line_is_one_line(text: str) -> None:
    assert len(safe_line(text).splitlines()) <= 1


def test_ordinary_text_is_left_alone() -> None:
    text = "naïve 家族 👩‍👩‍👧 עברית\n\tindented – ½"
    assert safe_text(text) == text


def nasty_hits(texts: Iterable[str]) -> tuple[Hit, ...]:
    """Hits with a text in every field that comes from a file."""
    return tuple(
        replace(
            HITS[0],
            rank=rank,
            start=rank,
            page=None,
            path=HOME / f"{text.replace(chr(0), '')}.md",
            title=text,
            heading=text,
            text=f"deposit {text}\n{text}",
            snippet=(0, len(text)),
            highlights=((0, 7),),
        )
        for rank, text in enumerate(texts, 1)
    )


NASTY = [" ".join(SINGLES[i : i + 6]) for i in range(0, len(SINGLES), 6)] + CORPUS[:480:60]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_no_sequence_reaches_the_screen_from_a_hit(size: tuple[int, int]) -> None:
    async with started(FakeBackend(hits=nasty_hits(NASTY))).run_test(size=size) as pilot:
        await press(pilot, "=deposit")
        seen = visible(pilot)
        for _ in NASTY:
            await pilot.press("down")
            await settled(pilot)
            seen += visible(pilot)
        assert "[red]markup[/]" in seen
        assert "[@click=app.quit]x[/]" in seen
        assert drives(seen) == set()


async def test_no_sequence_reaches_the_screen_from_a_name_or_a_reason() -> None:
    nasty = "".join(SINGLES).replace("\x00", "")
    folder = replace(FakeBackend().folders[0].folder, name=nasty, path=HOME / nasty, online=False)
    backend = FakeBackend(
        folders=(FolderStatus(folder, 1, 1, 1, 1, 1),),
        skipped_files=(SkippedFile(HOME / nasty, 1, SIGNATURE, nasty, True),),
        progress=replace(HALFWAY, current=HOME / nasty),
        hangs=True,
    )
    async with started(backend).run_test(size=(200, 30)) as pilot:
        await press(pilot, "escape", "f", "right", "enter")
        seen = visible(pilot)
        await press(pilot, "L")
        seen += visible(pilot)
        await press(pilot, "x")
        assert isinstance(pilot.app.screen, RemoveFolder)
        seen += visible(pilot)
        await press(pilot, "escape")
        await pilot.app.push_screen(Problem(nasty))
        await settled(pilot)
        seen += visible(pilot)
        assert drives(seen) == set()


async def test_no_sequence_reaches_the_screen_from_a_folder_to_add(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("\x1b[2J", "\x1b]52;c;AAAA\x07", "\u202egpj", "\udcff", "a [b]bold["):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    async with started(FakeBackend(folders=())).run_test() as pilot:
        await press(pilot, "a")
        seen = visible(pilot)
        await press(pilot, "tab")
        seen += visible(pilot)
        assert seen.count("~/a [b]bold[/") == 2
        assert drives(seen) == set()


async def test_no_sequence_reaches_the_screen_from_the_clipboard() -> None:
    async with started(FakeBackend()).run_test() as pilot:
        await settled(pilot)
        search_screen(pilot).query_one("#query").post_message(Paste("a\x1b[2Jb\x9b31m\u202e c"))
        await settled(pilot)
        assert "Nothing found for “a" in visible(pilot)
        assert drives(visible(pilot)) == set()


async def test_what_is_copied_is_safe_to_paste() -> None:
    app = started(FakeBackend(hits=nasty_hits(["\x1b]52;c;AAAA\x07\x1b[201~rm -rf"])))
    async with app.run_test() as pilot:
        await press(pilot, "=deposit", "escape", "y")
        assert drives(app.clipboard) == set()
        await press(pilot, "Y")
        assert drives(app.clipboard) == set()


async def test_no_sequence_reaches_the_screen_by_way_of_why_like_and_ask() -> None:
    hits = nasty_hits(NASTY[:4])
    sentences = tuple(Sentence(text, (1, 2), supported=False) for text in NASTY)
    said = Answer("", sentences, hits, True, NASTY[0], True, notice=NASTY[1])
    backend = FakeBackend(hits=hits, answers=[said], searched=tuple(NASTY))
    async with started(backend).run_test(size=(200, 60)) as pilot:
        await press(pilot, "=deposit", "escape", "w")
        seen = visible(pilot)
        await press(pilot, "escape", "t")
        seen += visible(pilot)
        await press(pilot, "escape", "A")
        seen += visible(pilot)
        await press(pilot, "escape", "y", "escape", "slash", "ctrl+u", "up")
        seen += visible(pilot)
        assert "[red]markup[/]" in seen
        assert drives(seen) == set()
        assert drives(pilot.app.clipboard) == set()


async def test_no_sequence_reaches_the_screen_from_settings_and_refusals() -> None:
    nasty = "".join(SINGLES)
    backend = FakeBackend(problem=BadQuery(nasty), state=DaemonStatus(DaemonActivity.PAUSED, nasty))
    backend.values |= {"editor": nasty, "rank_model": nasty, "theme": nasty}
    async with started(backend).run_test(size=(200, 40)) as pilot:
        await press(pilot, "=in:x deposit")
        seen = visible(pilot)
        await press(pilot, "escape", "comma")
        seen += visible(pilot)
        assert "over" in seen
        assert drives(seen) == set()
