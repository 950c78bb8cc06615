"""How likely a candidate is what was asked for: words, meaning and their agreement in one number.

Logistic regression: the weights that order the candidates are fitted to put the right passage
first (softmax over the candidates of a query, as in ListNet, Cao et al., 2007), then those of the
query together with one factor for all the others, so that the sum is a probability.
`python -m training.fusion` fits and writes `fusion.json`; the sources it was fitted to are not
those that quality is measured with. Its `confident` is what nineteen of twenty right answers to
held-out queries reach: to say that there is nothing hides what is there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..values.queries import Mode
from .features import FEATURES, Features

_FITTED = Path(__file__).with_name("fusion.json")
_FARTHEST = 30.0
"""Beyond, a probability would be 0 or 1."""


@dataclass(frozen=True)
class Fusion:
    """One way to weigh the features."""

    weights: Mapping[str, float]
    """By name of the feature; others count nothing."""
    bias: float
    confident: float = 0.5
    """Probability of the best hit from which an answer counts as found."""

    def logits(self, features: Features) -> NDArray[np.float64]:
        """Return the logarithm of the odds that each candidate is relevant, (candidates,)."""
        weights = np.array([self.weights.get(name, 0.0) for name in FEATURES])
        logits: NDArray[np.float64] = features.astype(np.float64) @ weights + self.bias
        return logits


def probability(logit: float) -> float:
    """Return the probability, in (0, 1), of which `logit` is the logarithm of the odds."""
    return 1 / (1 + math.exp(-min(max(logit, -_FARTHEST), _FARTHEST)))


def fusion_for(mode: Mode) -> Fusion:
    """Return how a mode weighs: words alone and meaning alone keep their plain order."""
    by_mode = {Mode.HYBRID: "hybrid", Mode.SEMANTIC: "semantic"}
    return _fitted()[by_mode.get(mode, "lexical")]


@cache
def _fitted() -> dict[str, Fusion]:
    text = _FITTED.read_text("utf-8")
    return {name: Fusion(**row) for name, row in json.loads(text).items()}
