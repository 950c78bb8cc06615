"""Fits the weights of the fusion to what searches found, with numpy alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from store.search.features import (
    CANDIDATE,
    FEATURES,
    capped,
    column,
    correlation,
    crowd,
    discount,
    lone,
)

Matrix = NDArray[np.float64]

ROWS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "hybrid": (CANDIDATE, ("reach", "agreement", "coverage", "crowd")),
    "semantic": (("similarity",), ("reach", "crowd")),
    "lexical": (("words",), ("coverage", "crowd")),
}
"""Mode → the features that order its candidates, and those that only say how far to trust them;
of these the last may count against it."""
_DECAY = 1e-3
_STEPS = 400
_RATE = 0.3
_TOP = 3
"""Hits of a query by which the probability is fitted: farther down, labels say little."""
_SMALL = (4, 8)
"""Sizes of the small crowds drawn from each query's candidates."""


@dataclass(frozen=True)
class Asked:
    """What one query found."""

    group: str
    features: Matrix
    """Of its candidates, (candidates, features), in the order of `FEATURES`."""
    relevant: NDArray[np.bool_]
    right: int
    """How many passages of the index are what it asks for."""


@dataclass(frozen=True)
class Row:
    """The weights of one mode."""

    weights: dict[str, float]
    bias: float

    def logits(self, features: Matrix) -> Matrix:
        """Return the log odds of candidates."""
        weights = np.array([self.weights.get(name, 0.0) for name in FEATURES])
        return np.asarray(features @ weights + self.bias)


def fit(asked: Sequence[Asked], mode: str) -> Row:
    """Fit the weights of a mode: first the order, then the probability.

    The latter to queries that have one right passage at most: what else answers the others is not
    known.
    """
    ordering, trusting = ROWS[mode]
    order = _fit_order(asked, ordering)
    plain = [one for one in asked if one.right <= 1]
    tops = [_top(one, ordering, order) for one in (*plain, *_small_crowds(plain))]
    table = np.concatenate([top.features for top in tops])
    scores = table[:, _columns(ordering)] @ order
    known = np.column_stack([scores, table[:, _columns(trusting)]])
    labels = np.concatenate([top.relevant for top in tops]).astype(float)
    sizes: Counter[str] = Counter()
    for top in tops:
        sizes[top.group] += len(top.relevant)
    shares = np.concatenate([np.full(len(top.relevant), 1 / sizes[top.group]) for top in tops])
    factors, bias = _fit_logistic(known, labels, shares / shares.sum())
    weights = dict(zip(ordering, (factors[0] * order).tolist(), strict=True))
    weights |= zip(trusting, factors[1:].tolist(), strict=True)
    return Row({name: round(weight, 4) for name, weight in weights.items()}, round(bias, 4))


def _columns(names: Sequence[str]) -> list[int]:
    return [FEATURES.index(name) for name in names]


def _top(one: Asked, names: Sequence[str], order: Matrix) -> Asked:
    scores = one.features[:, _columns(names)] @ order
    best = np.argsort(-scores, kind="stable")[:_TOP]
    return replace(one, features=one.features[best], relevant=one.relevant[best])


def _small_crowds(asked: Sequence[Asked]) -> list[Asked]:
    """Return searches as they would be among few chunks: the right one and some others."""
    chance = np.random.default_rng(0)
    found = []
    for one in asked:
        others = np.flatnonzero(~one.relevant)
        for size in _SMALL:
            right = np.flatnonzero(one.relevant)[:1]
            drawn = chance.choice(others, min(size, len(others)), replace=False)
            chosen = np.concatenate([right, drawn])[:size]
            if len(chosen) > 1:
                found.append(_among(one, chosen))
    return found


def _among(one: Asked, chosen: NDArray[np.int64]) -> Asked:
    """Return a search with the features its candidates have among a few of themselves."""
    table = one.features[chosen].copy()
    similarity, words, wordy = (column(table, name) for name in ("similarity", "words", "wordy"))
    soft_match, cluster_score = column(table, "soft_match"), column(table, "cluster_score")
    strongest = int(np.abs(words).argmax())
    length = wordy[strongest] / (words[strongest] or 1.0)
    for scores in (similarity, words, soft_match, cluster_score):
        scores -= scores.mean()
        scores /= max(float(scores.std()), 1e-6)
    soft_match *= discount(length)
    cluster_score[:] = capped(cluster_score)
    wordy[:] = length * words
    column(table, "lone")[:] = lone(length) * words
    column(table, "agreement")[:] = correlation(similarity, words)
    column(table, "crowd")[:] = crowd(len(chosen))
    return replace(one, features=table, relevant=one.relevant[chosen])


def _fit_order(asked: Sequence[Asked], names: Sequence[str]) -> Matrix:
    """Fit weights, none below 0, so that softmax puts the right candidate first."""
    taught = [one for one in asked if one.relevant.any()]
    sizes = {one.group: sum(other.group == one.group for other in taught) for one in taught}
    table = np.concatenate([one.features[:, _columns(names)] for one in taught])
    wanted = np.concatenate([one.relevant / one.relevant.sum() for one in taught])
    lengths = np.array([len(one.relevant) for one in taught])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    shares = np.array([1 / sizes[one.group] for one in taught]) / len(sizes)

    def gradient(weights: Matrix) -> Matrix:
        scores = table @ weights
        scores -= np.repeat(np.maximum.reduceat(scores, starts), lengths)
        raised = np.exp(scores)
        likely = raised / np.repeat(np.add.reduceat(raised, starts), lengths)
        slope: Matrix = table.T @ ((likely - wanted) * np.repeat(shares, lengths))
        return slope

    return _descend(gradient, np.zeros(len(names)), lambda weights: np.maximum(weights, 0))


def _fit_logistic(table: Matrix, labels: Matrix, shares: Matrix) -> tuple[Matrix, float]:
    """Fit factors of the columns, none below 0 but the last one's, and a bias."""
    centre, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    known = np.column_stack([(table - centre) / spread, np.ones(len(table))])
    least = np.array([0.0] * (table.shape[1] - 1) + [-np.inf, -np.inf])

    def gradient(weights: Matrix) -> Matrix:
        slope: Matrix = known.T @ ((1 / (1 + np.exp(-known @ weights)) - labels) * shares)
        return slope

    found = _descend(gradient, np.zeros(known.shape[1]), lambda weights: np.maximum(weights, least))
    factors = found[:-1] / spread
    return factors, float(found[-1] - factors @ centre)


def _descend(
    gradient: Callable[[Matrix], Matrix], start: Matrix, allowed: Callable[[Matrix], Matrix]
) -> Matrix:
    """Minimise a convex function by projected gradient steps with momentum (Nesterov, 1983)."""
    weights, ahead = start, start
    for step in range(1, _STEPS + 1):
        moved = allowed(ahead - _RATE * (gradient(ahead) + _DECAY * ahead))
        ahead = moved + (step - 1) / (step + 2) * (moved - weights)
        weights = moved
    return weights
