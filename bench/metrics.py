"""Retrieval measures of one ranking, and order statistics of timings. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Ranking = Sequence[str]
"""Document ids, best first, each at most once."""

Grades = Mapping[str, int]
"""Document id → grade; documents that are not listed, or listed with 0, are not relevant."""


def ndcg(ranking: Ranking, grades: Grades, depth: int = 10) -> float:
    """Return DCG / ideal DCG, where DCG = sum over ranks r = 1 … depth of grade / log2(r + 1).

    The gain is linear in the grade, as in trec_eval's `ndcg_cut`. The ideal ranking holds all
    relevant documents, found or not.
    """
    gained = [grades.get(document, 0) for document in ranking[:depth]]
    ideal = sorted(grades.values(), reverse=True)[:depth]
    return _discounted(gained) / _discounted(ideal)


def recall(ranking: Ranking, grades: Grades, depth: int) -> float:
    """Return the share of the relevant documents that are among the first `depth`."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranking[:depth])) / len(relevant)


def reciprocal_rank(ranking: Ranking, grades: Grades, depth: int = 10) -> float:
    """Return 1 / rank of the first relevant document, 0 if none is among the first `depth`."""
    for rank, document in enumerate(ranking[:depth], start=1):
        if grades.get(document, 0) > 0:
            return 1 / rank
    return 0.0


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean. Raises ZeroDivisionError if there are no values."""
    return math.fsum(values) / len(values)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile: the least value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _discounted(gains: Sequence[int]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
