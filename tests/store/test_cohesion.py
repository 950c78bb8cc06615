"""Relevant passages are like each other: what lies near the likely ones is more likely."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import Mode
from store.matching.bm25 import Match
from store.retrieval.ranking import Scale
from store.search.candidates import Candidate
from store.search.cohesion import cohesion
from store.search.features import FEATURES, Features, add_cohesion, features
from store.search.fusion import fusion_for

EAST, NORTHEAST, NORTH, WEST = np.eye(2)[0], np.full(2, 0.5**0.5), np.eye(2)[1], -np.eye(2)[0]
PLAIN = Scale(0.0, 1.0)


def of(*embeddings: np.ndarray, promise: list[float]) -> list[float]:
    found = cohesion(np.array(embeddings, np.float32), np.array(promise, np.float32))
    return [round(one, 3) for one in found.tolist()]


def table(found: list[Candidate]) -> Features:
    known = features(found, PLAIN, 3)
    add_cohesion(known, found)
    return known


def test_a_passage_is_as_cohesive_as_it_is_near_the_likely_others() -> None:
    _, near, far, opposite = of(EAST, NORTHEAST, NORTH, WEST, promise=[9, 0, 0, 0])
    assert near > far > opposite
    assert near == pytest.approx(0.707)
    assert opposite == pytest.approx(-1)


def test_a_passage_does_not_speak_for_itself() -> None:
    alone, one, another = of(WEST, EAST, EAST, promise=[9, 0, 0])
    assert alone == -1
    assert one == another


def test_the_only_passage_has_no_cohesion() -> None:
    assert of(EAST, promise=[3]) == [0]


@given(promise=st.lists(st.floats(-50, 50, width=32), max_size=9))
def test_cohesion_is_a_mean_of_similarities(promise: list[float]) -> None:
    chance = np.random.default_rng(len(promise))
    embeddings = chance.standard_normal((len(promise), 8), np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    found = cohesion(embeddings, np.array(promise, np.float32))
    assert found.shape == (len(promise),)
    assert (np.abs(found) <= 1 + 1e-5).all()


def test_of_two_equal_candidates_the_one_like_the_best_comes_first() -> None:
    found = [
        Candidate(chunk, Match(1.0, 0.5), 0.5, one, True, True, one, embedding=where)
        for chunk, (one, where) in enumerate([(0.9, EAST), (0.4, WEST), (0.4, NORTHEAST)])
    ]
    logits = fusion_for(Mode.HYBRID).logits(table(found))
    assert np.argsort(-logits).tolist() == [0, 2, 1]


def test_what_was_not_recomputed_has_the_mean_cohesion() -> None:
    read = [
        Candidate(chunk, Match(1.0, 0.5), 0.5, 0.5, True, True, 0.5, embedding=where)
        for chunk, where in enumerate([EAST, NORTHEAST, WEST])
    ]
    unread = Candidate(3, Match(1.0, 0.5), 0.5, 0.5, True, True)
    column = table([*read, unread])[:, FEATURES.index("cohesion")]
    assert column[:3].mean() == pytest.approx(0, abs=1e-6)
    assert column[3] == 0
