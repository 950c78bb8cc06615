from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import Mode
from store.lexical.bm25 import Match
from store.search.candidate import Candidate
from store.search.features import CANDIDATE, FEATURES, features
from store.search.fusion import fusion_for, probability
from store.search.recompute import calibrate
from store.vectors.ranking import Scale

MODES = (Mode.HYBRID, Mode.SEMANTIC, Mode.LEXICAL)
SCALE = Scale(0.1, 0.2)
UNIT = st.floats(0, 1, width=32)


def candidates(similarities: list[float], words: list[float]) -> list[Candidate]:
    """Candidates with exact scores; what codes told is a little different."""
    found = [
        Candidate(chunk, Match(word, 0.5), guess, guess, True, True, similarity)
        for chunk, (similarity, word, guess) in enumerate(
            zip(similarities, words, np.linspace(0.2, 0.8, len(words)).tolist(), strict=True)
        )
    ]
    calibrate(found)
    return found


def order(found: list[Candidate], mode: Mode = Mode.HYBRID) -> list[int]:
    logits = fusion_for(mode).logits(features(found, SCALE, 3))
    return [int(chunk) for chunk in np.argsort(-logits, kind="stable")]


@pytest.mark.parametrize("mode", MODES)
@given(known=st.lists(UNIT, min_size=len(FEATURES), max_size=len(FEATURES)), more=UNIT)
def test_more_of_any_evidence_never_ranks_lower(
    mode: Mode, known: list[float], more: float
) -> None:
    rows = np.array([known] * (len(CANDIDATE) + 1), dtype=np.float32)
    for feature in range(len(CANDIDATE)):
        rows[feature + 1, feature] += more
    logits = fusion_for(mode).logits(rows)
    assert (logits[1:] >= logits[0] - 1e-9).all()


@given(
    similarities=st.lists(st.integers(-50, 50), min_size=3, max_size=9, unique=True),
    factor=st.sampled_from([0.25, 2.0, 40.0]),
    offset=st.sampled_from([-3.0, 0.0, 1.0]),
)
def test_the_scale_of_a_rank_models_similarities_changes_no_order(
    similarities: list[int], factor: float, offset: float
) -> None:
    words = [float(one * one % 7) for one in similarities]
    plain = candidates([one / 100 for one in similarities], words)
    other = candidates([factor * one / 100 + offset for one in similarities], words)
    assert features(other, SCALE, 3) == pytest.approx(features(plain, SCALE, 3), abs=1e-3)


def test_meaning_alone_and_words_alone_keep_their_plain_order() -> None:
    found = candidates([0.9, 0.5, 0.7], [1.0, 9.0, 4.0])
    assert order(found, Mode.SEMANTIC) == [0, 2, 1]
    assert order(found, Mode.LEXICAL) == [1, 2, 0]
    assert order(found, Mode.EXACT) == [1, 2, 0]


def test_what_both_meaning_and_words_favour_comes_first() -> None:
    assert order(candidates([0.7, 0.72, 0.2], [5.0, 1.0, 5.2]))[0] == 0


@given(st.floats(-1e6, 1e6))
def test_a_score_is_a_probability(logit: float) -> None:
    assert 0 < probability(logit) < 1


def test_no_candidates_have_no_features() -> None:
    assert features([], SCALE, 3).shape == (0, len(FEATURES))


def test_candidates_that_are_all_alike_are_equally_likely() -> None:
    known = features(candidates([0.5, 0.5], [0.0, 0.0]), SCALE, 3)
    assert np.isfinite(known).all()
    assert (known[0] == known[1]).all()
