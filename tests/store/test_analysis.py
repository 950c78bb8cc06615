"""What the terms of a text are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.lexical import analysis

SAMPLES = Path(__file__).parents[2] / "samples"
_IRREGULAR = "dying lying tying vying skies cried cries happiness hoping relational rationalise"


def test_every_word_of_a_term_contains_its_beginning() -> None:
    """So a text without the beginning need not be looked at word by word."""
    texts = [path.read_text("utf-8", "replace") for path in SAMPLES.rglob("*.md")]
    words = {word for text in texts for word in re.findall(r"[^\W_]+", text)}
    assert len(words) > 1000
    for word in words | {*_IRREGULAR.split()}:
        for key, beginning in analysis.beginnings(word).items():
            assert beginning
            assert beginning in analysis.fold(word)
            assert key in analysis.word_keys(word)


@pytest.mark.parametrize(
    "text",
    ["Café", "naïve façade", "getHTTPResponse2", "深度学习模型", "the of and", "x" * 100, ""],
)
def test_distinct_terms_are_those_of_the_text(text: str) -> None:
    assert analysis.distinct_keys(text) == set(analysis.terms(text))


@given(st.text())
def test_a_word_met_before_has_the_terms_it_had(text: str) -> None:
    assert analysis.terms(text) == analysis.terms(text)
    assert analysis.distinct_keys(text) == set(analysis.terms(text))


def test_what_is_known_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_MOST_KNOWN", 100)
    words = [f"word{number}" for number in range(1000)]
    first = [analysis.word_keys(word) for word in words]
    assert [analysis.word_keys(word) for word in words] == first
