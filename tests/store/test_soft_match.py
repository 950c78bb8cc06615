from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import Vectors
from store.lexical.analysis import word_keys
from store.lexical.bm25 import Match
from store.lexical.soft_match import SoftWordMatch
from store.search.candidate import Candidate
from store.search.features import FEATURES, features
from store.vectors.ranking import Scale
from tests.store.fakes import embed

NEAR = {"car": (1.0, 0.0), "automobile": (0.8, 0.6), "banana": (0.0, 1.0)}
PLAIN = Scale(0.0, 1.0)
WORDS = ("car", "banana", "motor", "the", "自動車", "Straße", "don't", "x1", "…")
TEXTS = st.lists(st.sampled_from(WORDS)).map(" ".join)


def embed_words(words: Sequence[str]) -> Vectors:
    """Embed words on a circle; those that are not known point away from all others."""
    return np.array([NEAR.get(word, (-1.0, -1.0)) for word in words], dtype=np.float32)


def soft_match(query: str, *texts: str, **weights: float) -> list[float]:
    known = {key: weights.get(word, 1.0) for word in query.split() for key in word_keys(word)}
    found = SoftWordMatch(query, known, embed_words).of(texts)
    assert found is not None
    return [round(float(one), 3) for one in found]


def test_a_word_for_the_same_thing_is_nearer_than_another_word() -> None:
    the_same, kin, other, none = soft_match("car", "A car.", "An automobile!", "banana", "")
    assert the_same == 1
    assert kin == pytest.approx(0.8**0.5, abs=1e-3)
    assert other == none == 0


def test_inflected_words_are_the_same_word() -> None:
    assert soft_match("banana cars", "the car eats bananas") == [1]


def test_a_rare_word_counts_for_more() -> None:
    (rare,) = soft_match("car banana", "car", car=3.0, banana=1.0)
    (common,) = soft_match("car banana", "car", car=1.0, banana=3.0)
    assert (rare, common) == (0.75, 0.25)


def test_one_word_without_kin_costs_more_than_two_with_distant_kin() -> None:
    assert soft_match("car banana", "automobile")[0] > soft_match("car banana", "car")[0]


def test_words_in_other_scripts_are_left_to_bm25() -> None:
    keys = dict.fromkeys(word_keys("自動車"), 1.0)
    assert SoftWordMatch("自動車", keys, embed_words).of(["自動車", "car"]) is None


def test_words_that_count_nothing_have_no_kinship() -> None:
    assert SoftWordMatch("car", {}, embed_words).of(["car"]) is None


@given(query=TEXTS, texts=st.lists(TEXTS, min_size=1))
def test_kinship_is_a_share(query: str, texts: list[str]) -> None:
    weights = {key: 1.0 for word in query.split() for key in word_keys(word)}
    found = SoftWordMatch(query, weights, embed).of(texts)
    if found is not None:
        assert found.shape == (len(texts),)
        assert ((found >= 0) & (found <= 1 + 1e-6)).all()


def test_what_was_not_read_is_taken_to_be_as_kin_as_its_words_match() -> None:
    read = [
        Candidate(chunk, Match(5.0, 0.5), 0.5, 0.5, True, True, 0.5, soft_match=value)
        for chunk, value in enumerate([0.2, 0.4])
    ]
    unread = [
        Candidate(2 + chunk, Match(words, 0.5), 0.5, 0.5, True, True)
        for chunk, words in enumerate([4.0, 6.0])
    ]
    column = features([*read, *unread], PLAIN, 3)[:, FEATURES.index("soft_match")]
    assert column[0] < 0 < column[1]
    assert column[2] < 0 < column[3]
