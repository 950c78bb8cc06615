"""Whether what was found can answer a question at all: the one place that decides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from store import Hit, terms

_LOOKED_AT = 5
_UNSAID = 0.2
"""What is added to the share of words: meaning alone must be able to tell."""
_ENOUGH = 0.115
"""One question in ten about something else has as much, among 150 asked of the sample documents."""


def is_confident(
    weights: Mapping[int, float], hits: Sequence[Hit], similarities: Sequence[float]
) -> bool:
    """Tell whether one of the best hits is about the question.

    Args:
        weights: term key → inverse document frequency of the question's words.
        hits: best first.
        similarities: of each hit's text with the question, by the rank model.
    """
    pairs = zip(hits[:_LOOKED_AT], similarities, strict=False)
    return any(evidence(weights, hit, similarity) >= _ENOUGH for hit, similarity in pairs)


def evidence(weights: Mapping[int, float], hit: Hit, similarity: float) -> float:
    """Return how much speaks for a hit: the product of two kinds of evidence.

    One is the share of the question's words in it, weighted by how rare they are; the other is
    the similarity in meaning.
    """
    held = set(terms(f"{hit.title} {hit.heading} {hit.text}"))
    total = sum(weights.values())
    covered = sum(weight for key, weight in weights.items() if key in held)
    share = covered / total if total else 1.0
    return (share + _UNSAID) * max(0.0, similarity)
