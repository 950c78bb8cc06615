"""Phrases, exclusions and regular expressions: never missed, never invented, whatever is pruned."""

from __future__ import annotations

import random
import re
import time

import pytest

from indexer import CurrentTexts
from store import BadQuery, Mode
from store.lexical import inverted_index
from tests.indexer.conftest import Notes

WORDS = (
    *("river", "stone", "heron", "reed", "water", "bridge", "winter", "letter", "garden"),
    *("window", "paper", "market", "train", "station", "harbour", "signal", "copper"),
    *("kettle", "lantern", "orchard", "valley", "meadow", "timber", "ferry", "tower"),
)


@pytest.fixture
def pruned(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> Notes:
    """Notes whose postings are nearly all pruned."""
    monkeypatch.setattr(inverted_index, "_FEWEST_TO_PACK", 1)
    monkeypatch.setattr(inverted_index, "ALLOWANCE", inverted_index.Allowance(0.002, 0.0, 0))
    chance = random.Random(7)
    for number in range(60):
        parts = [
            " ".join(chance.choice(WORDS) for _ in range(chance.randrange(20, 120)))
            for _ in range(chance.randrange(1, 8))
        ]
        parts.append(f"Ticket {chance.randrange(16**10):010x} was filed.")
        notes.write(f"{number}.md", f"# Note {number}\n\n" + "\n\n".join(parts) + "\n")
    notes.index()
    return notes


def texts(notes: Notes) -> dict[str, str]:
    """Return file name → its text as it is now."""
    return {
        path.name: "\n".join(passage.text for passage in CurrentTexts().read_now(path))
        for path in notes.root.glob("*.md")
    }


def holding(said: dict[str, str], pattern: str) -> set[str]:
    """Return the files that a pattern matches: the truth."""
    return {name for name, text in said.items() if re.search(pattern, text, re.I | re.M)}


def found(notes: Notes, text: str, mode: Mode) -> set[str]:
    return {hit.path.name for hit in notes.search(text, mode, limit=100)}


def test_exact_mode_finds_all_that_hold_a_phrase_and_nothing_else(pruned: Notes) -> None:
    chance = random.Random(1)
    said = texts(pruned)
    seen = 0
    for _ in range(60):
        phrase = " ".join(chance.choice(WORDS) for _ in range(chance.choice((1, 2, 2, 3))))
        truth = holding(said, r"\b" + phrase.replace(" ", r"\s+") + r"\b")
        assert found(pruned, phrase, Mode.EXACT) == truth
        seen += bool(truth)
    assert seen > 20


def test_a_number_that_occurs_once_is_found_in_every_mode_of_words(pruned: Notes) -> None:
    for name, text in list(texts(pruned).items())[:15]:
        ticket = re.findall(r"Ticket (\w+)", text)[0]
        for mode in (Mode.LEXICAL, Mode.HYBRID, Mode.EXACT):
            assert pruned.search(ticket, mode)[0].path.name == name


def test_an_excluded_word_is_never_shown_and_nothing_else_is_left_out(pruned: Notes) -> None:
    hits = pruned.search("river -stone", Mode.LEXICAL, limit=100)
    assert all(not re.search(r"\bstone\b", hit.text) for hit in hits)
    quoted = {hit.path.name for hit in pruned.search('"river" -ticket', Mode.LEXICAL, limit=100)}
    assert quoted <= holding(texts(pruned), r"\briver\b")


@pytest.mark.parametrize(
    "pattern", [r"ticket [0-9a-f]*77", r"^note 1\d", r"(heron|ferry)\s+tower", r"colou?r", r"\bz"]
)
def test_regex_mode_finds_all_that_match_and_nothing_else(pruned: Notes, pattern: str) -> None:
    assert found(pruned, pattern, Mode.REGEX) == holding(texts(pruned), pattern)


def test_a_match_may_begin_in_one_chunk_and_end_in_the_next(notes: Notes) -> None:
    section = "Plain words that fill a section of their own. " * 40
    notes.write("one.md", f"# One\n\n{section}ending here\n\n# Two\n\n{section}\n")
    notes.index()
    (hit,) = notes.search("ending here Two", Mode.EXACT)
    assert "ending here" in hit.text
    assert notes.search(r"here\s+two", Mode.REGEX)


def test_a_changed_file_answers_exact_queries_from_its_text_of_now(notes: Notes) -> None:
    notes.write("one.md", "The heron stood in the reeds.\n")
    notes.index()
    notes.write("one.md", "The heron left the reeds.\n")
    assert notes.search("heron stood", Mode.EXACT) == ()
    assert "left" in notes.search("heron l", Mode.REGEX)[0].text


@pytest.mark.parametrize("pattern", ["(", "a{2", "[z-a]", "(?P<x", "*", "x" * 2000])
def test_a_wrong_expression_is_refused_with_a_sentence(notes: Notes, pattern: str) -> None:
    notes.write("one.md", "x\n")
    notes.index()
    try:
        notes.search(pattern, Mode.REGEX)
    except BadQuery as error:
        assert "regular expression" in str(error)  # noqa: PT017 (some of these are right)


def test_a_catastrophic_expression_is_stopped(notes: Notes) -> None:
    notes.write("one.md", "a" * 5000 + "!\n")
    notes.index()
    started = time.monotonic()
    with pytest.raises(BadQuery, match=r"took longer than 5 s, the last in .*one\.md"):
        notes.search(r"(a|aa)+$", Mode.REGEX)
    assert time.monotonic() - started < 20


def test_single_chinese_characters_are_found(notes: Notes) -> None:
    notes.write("water.md", "水库的水位在春天上升\n")
    notes.write("park.md", "城市的公园很安静\n")
    notes.index()
    for mode in (Mode.LEXICAL, Mode.EXACT):
        assert notes.found("园", mode) == ["park.md"]
    assert notes.found("水位在", Mode.EXACT) == ["water.md"]


@pytest.mark.parametrize("word", ["Straße", "STRASSE", "résumé", "re\u0301sume\u0301", "naïve"])
def test_accents_and_sharp_s_are_found_exactly(pruned: Notes, word: str) -> None:
    pruned.write("de.md", "Die Strasse ist lang; ihr re\u0301sume\u0301 war naïve.\n")
    pruned.index()
    assert found(pruned, word, Mode.EXACT) == {"de.md"}
    assert pruned.found(word, Mode.LEXICAL) == ["de.md"]


def test_exact_text_with_punctuation_is_found(notes: Notes) -> None:
    notes.write("code.py", "def main(argv):\n    return getText(argv)\n")
    notes.index()
    assert notes.found("def main(", Mode.EXACT) == ["code.py"]
    assert notes.found("gettext(", Mode.EXACT) == ["code.py"]
    assert notes.found("mai", Mode.EXACT) == []
