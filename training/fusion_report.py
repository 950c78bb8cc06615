"""Judges the fusion, on each collection with weights that were fitted to the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from store.search.features import FEATURES

from .fusion_fit import Asked, Matrix, fit

_DEPTH = 10
_SPOKEN_OF = 0.95
"""Share of right hits that count as found."""


class Judged:
    """Searches, and what weights fitted without them make of them."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self._asked = [one for one in asked if len(one.relevant)]
        self._groups = list(dict.fromkeys(one.group for one in asked))
        self._rows = {
            group: fit([one for one in asked if one.group != group], "hybrid")
            for group in self._groups
        }
        best = [int(np.argmax(self._logits(one))) for one in self._asked]
        pairs = list(zip(self._asked, best, strict=True))
        self._claimed = np.array([_probability(self._logits(one)[place]) for one, place in pairs])
        self._right = np.array([bool(one.relevant[place]) for one, place in pairs])
        self._hopeless = np.array([not one.answerable for one in self._asked])

    @property
    def threshold(self) -> float:
        """The probability that nineteen of twenty right hits reach.

        To say that there is nothing hides what is there; a doubtful answer shows its sources.
        """
        return round(float(np.quantile(self._claimed[self._right], 1 - _SPOKEN_OF)), 3)

    def report(self) -> str:
        """Return a table of nDCG@10 by collection, and how far probabilities can be believed."""
        systems: dict[str, Callable[[Asked], Matrix]] = {
            "words alone": lambda one: one.features[:, FEATURES.index("words")],
            "meaning alone": lambda one: one.features[:, FEATURES.index("similarity")],
            "half and half": _halves,
            "fusion": self._logits,
        }
        lines = ["nDCG@10".ljust(16) + "".join(name.rjust(11) for name in (*self._groups, "mean"))]
        for name, scores in systems.items():
            values = [self._ndcg(group, scores) for group in self._groups]
            cells = "".join(f"{value:.3f}".rjust(11) for value in (*values, np.mean(values)))
            lines.append(name.ljust(16) + cells)
        found, missed = self._claimed[self._right], self._claimed[self._hopeless]
        limit = self.threshold
        return "\n".join(
            [
                *lines,
                f"{len(found)} best hits are right, {len(missed)} queries have nothing to find; "
                f"told apart {(found[:, None] > missed).mean():.3f} of the time",
                f"at {limit:.2f}, {np.mean(found >= limit):.3f} of the former are above and "
                f"{np.mean(missed < limit):.3f} of the latter below",
                f"best hits: mean probability {self._claimed.mean():.3f}, "
                f"{self._right.mean():.3f} of them are right",
            ]
        )

    def _logits(self, one: Asked) -> Matrix:
        return self._rows[one.group].logits(one.features)

    def _ndcg(self, group: str, scores: Callable[[Asked], Matrix]) -> float:
        """Return the mean over answerable queries; each has one right passage."""
        values = []
        for one in self._asked:
            if one.answerable and one.group == group:
                order = np.argsort(-scores(one), kind="stable")[:_DEPTH]
                gains = one.relevant[order] / np.log2(2 + np.arange(len(order)))
                values.append(float(gains.sum()))
        return float(np.mean(values))


def _halves(one: Asked) -> Matrix:
    names = [FEATURES.index("similarity"), FEATURES.index("words")]
    return np.asarray(one.features[:, names].sum(axis=1))


def _probability(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
