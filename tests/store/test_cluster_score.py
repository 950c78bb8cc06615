"""Relevant passages are like each other: what lies near the likely ones is more likely."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import Mode
from store.lexical.bm25 import Match
from store.search.candidate import Candidate
from store.search.cluster_score import Likeness, cluster_score, likeness
from store.search.features import FEATURES, Features, add_cluster_scores, features
from store.search.fusion import fusion_for
from store.vectors.ranking import Scale

PLAIN = Scale(0.0, 1.0)
TERMS = st.dictionaries(st.integers(0, 20), st.integers(1, 5), max_size=8)


def compared(*passages: str) -> Likeness:
    """Compare passages of one-letter terms."""
    return likeness([Counter(map(ord, one)) for one in passages])


def of(*passages: str, promise: list[float]) -> list[float]:
    found = cluster_score(compared(*passages), np.array(promise, np.float32))
    return [round(one, 3) for one in found.tolist()]


def candidate(chunk: int, terms: str, similarity: float | None = 0.5) -> Candidate:
    meaning = 0.5 if similarity is None else similarity
    counts = Counter(map(ord, terms))
    return Candidate(
        chunk, Match(1.0, 0.5), 0.5, meaning, True, True, exact=similarity, terms=counts
    )


def table(found: list[Candidate]) -> Features:
    known = features(found, PLAIN, 3)
    add_cluster_scores(known, found)
    return known


def test_passages_are_alike_that_share_terms() -> None:
    one, near, far = compared("abcd", "abcx", "axyz")[0]
    assert one == pytest.approx(1)
    assert one > near > far > 0


def test_passages_with_nothing_in_common_or_nothing_in_them_are_not_alike() -> None:
    assert compared("abc", "xyz", "")[0].tolist() == pytest.approx([1, 0, 0])


def test_a_term_that_all_hold_counts_less_than_one_that_two_hold() -> None:
    _, by_all, by_two = compared("ab", "ax", "by", "az", "ao")[0][:3]
    assert by_all < by_two


def test_a_passage_is_as_cohesive_as_it_is_like_the_likely_ones() -> None:
    best, near, far, other = of("abcd", "abcx", "alyz", "pqrs", promise=[9, 0, 0, 0])
    assert best == 0.5
    assert best > near > far > other == 0


def test_what_several_likely_passages_speak_of_comes_before_what_one_does() -> None:
    alone, one, another, like_them = of("wxyz", "abcd", "abce", "abcf", promise=[4, 4, 4, 0])
    assert one == another > alone
    assert like_them > 0


@given(passages=st.lists(TERMS, max_size=9))
def test_cohesion_is_between_0_and_1(passages: list[dict[int, int]]) -> None:
    promise = np.random.default_rng(len(passages)).normal(0, 20, len(passages))
    found = cluster_score(likeness(passages), promise)
    assert found.shape == (len(passages),)
    assert (found >= 0).all()
    assert (found <= 1 + 1e-5).all()


def test_of_two_equal_candidates_the_one_like_the_best_comes_first() -> None:
    found = [candidate(0, "abcd", 0.9), candidate(1, "wxyz", 0.4), candidate(2, "abcx", 0.4)]
    logits = fusion_for(Mode.HYBRID).logits(table(found))
    assert np.argsort(-logits).tolist() == [0, 2, 1]


def test_what_was_not_recomputed_has_the_mean_cohesion() -> None:
    read = [candidate(0, "abcd"), candidate(1, "abcx"), candidate(2, "wxyz")]
    column = table([*read, candidate(3, "abcd", None)])[:, FEATURES.index("cluster_score")]
    assert column[:3].mean() == pytest.approx(0, abs=1e-6)
    assert column[3] == 0


def test_one_passage_that_stands_out_far_leaves_the_others_room() -> None:
    found = [candidate(0, "abcd", 0.9), *(candidate(one, "wxyz", 0.1) for one in range(1, 30))]
    assert table(found)[:, FEATURES.index("cluster_score")].max() == 2
