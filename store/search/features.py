"""What a search knows of its candidates, as the numbers that the fusion weighs.

No feature depends on the scale of a model's similarities: these are measured against each other,
or against those of the whole index. So any rank model can be used with the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..vectors.ranking import Scale
from .candidate import Candidate
from .cluster_score import cluster_score, likeness

AnyFloat = TypeVar("AnyFloat", bound=np.floating[Any])
Features = NDArray[np.float32]

CANDIDATE = ("similarity", "words", "wordy", "lone", "soft_match", "cluster_score")
"""Of a candidate: similarity and BM25, in standard deviations above the mean of the candidates;
BM25 once more, times how long the query is, since it can be trusted more the more terms there are;
and once more if there is one term only, as people type a name or a number that they know;
soft word match, in standard deviations, which counts for less in long queries, where some word
always has one like it; cluster score, in standard deviations of the exact candidates.
None is worse when it is more."""
QUERY = ("reach", "agreement", "coverage", "crowd")
"""The same for all candidates of a query, so they say how far to trust the best and change no
order: similarity of the nearest chunk as its code tells, in standard deviations over the index;
correlation of the candidates' similarities and words; the largest coverage of a candidate; how
many candidates there are, 1 for a full crowd: among few none can stand out as far."""
_FULL_CROWD = 32
_LONG = 16
"""Terms of a query from which it counts as long."""
FEATURES = CANDIDATE + QUERY
_MOST_CLUSTER_SCORE = 2.0
"""Standard deviations. One passage may hold most of what is likely; the others are judged too."""
_GUESSED = 0.7
"""Soft match of what was not read, in its standard deviations of words: the two go together."""


def features(candidates: Sequence[Candidate], scale: Scale, terms: int) -> Features:
    """Return the features of some candidates, but for the one of `add_cluster_scores`.

    Means are over those whose similarity is exact, or over all while none is.

    Args:
        candidates: of one query.
        scale: of the estimated similarities over the index.
        terms: different terms of the query.

    Returns:
        Shape (candidates, features), in the order of `FEATURES`.
    """
    table = np.zeros((len(candidates), len(FEATURES)), dtype=np.float32)
    if not candidates:
        return table
    meaning = np.array([one.meaning for one in candidates], dtype=np.float32)
    words = np.array([one.match.words for one in candidates], dtype=np.float32)
    settled = np.array([one.exact is not None for one in candidates])
    if not settled.any():
        settled[:] = True
    similarity = Scale.of(meaning[settled]).standardise(meaning)
    standing = Scale.of(words[settled]).standardise(words)
    estimates = np.array([one.estimate for one in candidates], dtype=np.float32)
    column(table, "similarity")[:] = similarity
    column(table, "words")[:] = standing
    column(table, "wordy")[:] = standing * length(terms)
    column(table, "lone")[:] = standing * lone(length(terms))
    column(table, "soft_match")[:] = _soft_matches(candidates, standing) * discount(length(terms))
    column(table, "reach")[:] = scale.standardise(estimates).max()
    column(table, "agreement")[:] = correlation(similarity[settled], words[settled])
    column(table, "coverage")[:] = max(one.match.coverage for one in candidates)
    column(table, "crowd")[:] = crowd(int(settled.sum()))
    return table


def add_cluster_scores(table: Features, candidates: Sequence[Candidate]) -> None:
    """Add to the features of candidates how each lies to the others; 0, the mean, if not exact.

    For when all candidates are there: what is found first would draw a search to its like.
    """
    known = np.array([one.exact is not None for one in candidates], dtype=bool)
    if known.any():
        alike = likeness([one.terms for one in candidates if one.exact is not None])
        words, soft_match = column(table, "words"), column(table, "soft_match")
        promise = column(table, "similarity") + (words + soft_match) / 2
        scores = cluster_score(alike, promise[known])
        column(table, "cluster_score")[known] = capped(Scale.of(scores).standardise(scores))


def column(table: NDArray[AnyFloat], name: str) -> NDArray[AnyFloat]:
    """Return the column of a feature, shape (candidates,): a view, to read and to write."""
    return table[:, FEATURES.index(name)]


def _soft_matches(
    candidates: Sequence[Candidate], words: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return soft matches in standard deviations; what is not known goes by the words."""
    matches = np.array([one.soft_match for one in candidates], dtype=np.float32)  # None: NaN
    known = np.isfinite(matches)
    values = np.float32(_GUESSED) * words
    if known.any():
        values[known] = Scale.of(matches[known]).standardise(matches[known])
    return values


def capped(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return scores, in standard deviations, as far as they count."""
    return np.asarray(np.minimum(scores, _MOST_CLUSTER_SCORE))


def discount(length: float) -> float:
    """Return what a soft match counts in a query of such a length."""
    return 1 - length / 2


def lone(length: float) -> float:
    """Return 1 for the length of a query of one term, else 0."""
    return float(length == 0)


def length(terms: int) -> float:
    """Return how long a query of so many different terms is, 0 to 1."""
    return min(1.0, float(np.log2(max(terms, 1)) / np.log2(_LONG)))


def crowd(candidates: int) -> float:
    """Return the feature that says how many candidates are measured against each other."""
    return min(1.0, float(np.log2(candidates) / np.log2(_FULL_CROWD)))


def correlation(some: NDArray[np.floating], others: NDArray[np.floating]) -> float:
    """Return Pearson's correlation, 0 if one of the two is constant."""
    if some.std() < 1e-6 or others.std() < 1e-6:
        return 0.0
    return float(np.corrcoef(some, others)[0, 1])
