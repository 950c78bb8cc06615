"""Scores of many chunks: their scale and the best of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Mask

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

    def standardise(self, scores: Scores) -> Scores:
        """Return how many standard deviations scores lie above the mean."""
        return (scores - np.float32(self.mean)) / np.float32(self.deviation)


def top(scores: Scores, allowed: Mask, count: int) -> list[int]:
    """Return the ids of the `count` best allowed chunks, best first; ties by id."""
    ids = np.flatnonzero(allowed)
    if count < ids.size:
        ids = ids[np.argpartition(-scores[ids], count - 1)[:count]]
    return [int(chunk) for chunk in ids[np.lexsort((ids, -scores[ids]))]]
