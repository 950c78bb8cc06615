"""From scores to one order: which chunks become candidates, and how words and meaning add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .types import Mode

WORDS_WEIGHT = 0.7
"""Weight of a standard deviation of BM25 against one of similarity."""

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean and standard deviation of a score over the searched chunks."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, scores: Scores) -> Scale:
        """Measure the scale of some scores."""
        if not scores.size:
            return cls(0.0, 1.0)
        return cls(float(scores.mean()), max(float(scores.std()), 1e-6))

    def standardise(self, score: float) -> float:
        """Return how many standard deviations a score lies above the mean."""
        return (score - self.mean) / self.deviation


@dataclass(frozen=True, slots=True)
class Fusion:
    """Adds up the two kinds of evidence in units of their own spread."""

    mode: Mode
    words: Scale
    meaning: Scale

    def fuse(self, words: float, meaning: float) -> float:
        """Return the fused score of a chunk from its BM25 and its similarity."""
        if self.mode is Mode.LEXICAL:
            return words
        similarity = self.meaning.standardise(meaning)
        if self.mode is Mode.SEMANTIC:
            return similarity
        return similarity + WORDS_WEIGHT * self.words.standardise(words)


def top(scores: Scores, allowed: NDArray[np.bool_], count: int) -> list[int]:
    """Return the ids of the `count` best allowed chunks, best first; ties by id."""
    ids = np.flatnonzero(allowed)
    if count < ids.size:
        ids = ids[np.argpartition(-scores[ids], count - 1)[:count]]
    return [int(chunk) for chunk in ids[np.lexsort((ids, -scores[ids]))]]


def interleave(first: list[int], second: list[int], count: int) -> list[int]:
    """Take from two lists in turn, without repeats, until there are `count` ids."""
    merged: dict[int, None] = {}
    for place in range(max(len(first), len(second))):
        for ids in (first, second):
            if place < len(ids) and len(merged) < count:
                merged[ids[place]] = None
    return list(merged)
