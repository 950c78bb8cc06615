"""The parts of an answer: sentences, what counts as borne out, what is chosen, what is packed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.ask.cues import cue
from app.ask.extract import extract
from app.ask.plain import plain
from app.ask.prompt import messages, pack
from app.ask.sentences import sentences
from app.ask.support import is_supported
from store import Exchange, Hit, terms
from tests.app.fakes import LEASE


def passage(text: str, name: str = "a.md") -> Hit:
    return replace(LEASE, path=Path("/notes") / name, title="", heading="", text=text)


def unlike(texts: Sequence[str]) -> list[float]:
    return [0.0] * len(texts)


def best(question: str, *texts: str, most: int = 1) -> list[str]:
    hits = [passage(text, f"{number}.md") for number, text in enumerate(texts)]
    weights = dict.fromkeys(terms(question), 1.0)
    return [one.text for one in extract(question, hits, weights, unlike, most)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rains. It pours! Why?", ["It rains.", "It pours!", "Why?"]),
        (
            "Mr. Bo met Dr. J. K. Smith at 5 p.m. in St. Ives.",
            ["Mr. Bo met Dr. J. K. Smith at 5 p.m. in St. Ives."],
        ),
        ("It costs 3.50 euro. Pay 1.250,00 now.", ["It costs 3.50 euro.", "Pay 1.250,00 now."]),
        ("今天下雨。明天晴！", ["今天下雨。", "明天晴！"]),
        ("Title\n\nBody text.", ["Title", "Body text."]),
        ("- milk\n- eggs\n", ["- milk", "- eggs"]),
        (
            "A line that an editor has wrapped somewhere\nin the middle. Next.",
            ["A line that an editor has wrapped somewhere in the middle.", "Next."],
        ),
        ('He said "no." She left.', ['He said "no."', "She left."]),
        ("", []),
    ],
)
def test_text_is_cut_where_a_reader_pauses(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(max_size=300))
def test_cutting_loses_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("who found it?", "It was found by Ada Lovelace.", "It was found in the garden."),
        ("when does it open?", "It opens on 5 May.", "It opens slowly."),
        ("how many are there?", "There are seven of them.", "There are some of them."),
        ("where is the key?", "The key hangs in the shed.", "The key is small."),
        ("why was it shut?", "It was shut because of rain.", "It was shut again."),
        ("Wann ist es offen?", "Es öffnet am 3. Mai.", "Es ist selten offen."),
        ("多少钱？", "一共三十元。", "很贵。"),
    ],
)
def test_a_question_asks_for_a_kind_of_thing(question: str, yes: str, no: str) -> None:
    holds = cue(question)
    assert holds(yes) > holds(no)


def test_the_sentence_with_the_words_and_the_kind_is_chosen() -> None:
    text = "The boiler is old. The boiler was repaired by Jan Peeters. Tea is ready."
    assert best("who repaired the boiler?", text) == ["The boiler was repaired by Jan Peeters."]


def test_a_sentence_that_only_repeats_the_question_is_no_answer() -> None:
    text = "Who repaired the boiler? Jan Peeters did, for ninety euro."
    assert best("who repaired the boiler?", text) == ["Jan Peeters did, for ninety euro."]


def test_nothing_is_said_twice() -> None:
    same = "The deposit is returned within thirty days."
    other = "The deposit is kept if the flat is damaged."
    assert best("what about the deposit?", same, same, other, most=3) == [same, other]


def test_table_rows_and_list_items_read_as_text() -> None:
    assert best("what is the rent?", "| Rent | 985 euro |\n") == ["Rent · 985 euro"]
    assert best("what is the rent?", "- [ ] rent is 985 euro") == ["rent is 985 euro"]


def test_what_is_too_long_is_cut_at_a_word() -> None:
    (text,) = best("what is the rent?", "The rent " + "word " * 200)
    assert len(text) <= 402
    assert text.endswith("word …")


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        ("Rent of 1,250 euro is due on the 5th.", True),
        ("Rent of 1250 euro is due.", True),
        ("Rent of 1,350 euro is due.", False),
        ("Rent is due to Vandamme.", True),
        ("Rent is due to Mertens.", False),
        ("Rent is not due on the 5th.", False),
        ("Cats may be kept on the balcony.", False),
        ("Pets may not be kept.", True),
        ("Pets may be kept.", False),
        ("Yes.", False),
    ],
)
def test_a_sentence_is_borne_out_or_not(sentence: str, supported: bool) -> None:
    text = "The rent of 1,250.00 euro is due to Vandamme on the 5th. Pets may not be kept."
    hits = [passage(text)]
    assert is_supported(sentence, "and the rent?", hits, lambda *_: 0.0) is supported


def test_other_words_for_the_same_are_known_by_their_meaning() -> None:
    hits = [passage("The rent is due on the fifth of each month.")]
    sentence = "Rent payments fall due regularly, on the fifth."
    assert not is_supported(sentence, "", hits, lambda *_: 0.2)
    assert is_supported(sentence, "", hits, lambda *_: 0.9)


@given(st.text(max_size=200))
@example("0\x9b")  # takes the space and the letter that come next, and the address begins with 0
@example("0\x00")
def test_no_text_keeps_anything_that_acts(text: str) -> None:
    shown = plain(text, text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    assert "://" not in plain(f"{text} https://evil.example/{text}", "")
    assert "://" not in plain(f"{text}https://evil.example/", "")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a [b](http://x.y) c", "a b c"),
        ("a ![b](http://x.y) c", "a  c"),
        ("see http://x.y/z.", "see (link removed)."),
        ("see http://known.example/z.", "see known.example/z."),
        ("<<b>i</b>mg src=x>", ""),
        ("if a < b and c > d", "if a < b and c > d"),
        ("*a* **b** `c`", "*a* b c"),
        ("\x1b]0;title\x07ok\x1b[31m!", "ok!"),
        ("<script>fetch('//evil.example')</script>x", "x"),
    ],
)
def test_what_a_model_writes_becomes_text(written: str, shown: str) -> None:
    assert plain(written, "http://known.example/z") == shown


def test_passages_fill_the_context_and_no_more() -> None:
    hits = [replace(LEASE, rank=rank, text="word " * 300) for rank in range(1, 30)]
    history = [Exchange("q " * 200, "a " * 200)] * 5
    for context in (512, 2048, 4096, 8192):
        packed = pack(hits, context, history)
        size = sum(len(one["content"]) for one in messages("why?", packed, history))
        assert len(packed) == 1 or size / 3 + 512 <= context
    assert len(pack(hits, 8192, ())) > len(pack(hits, 8192, history))
