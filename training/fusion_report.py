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
        plain = [one for one in self._asked if one.right <= 1]
        best = [int(np.argmax(self._logits(one))) for one in plain]
        pairs = list(zip(plain, best, strict=True))
        self._claimed = np.array([_probability(self._logits(one)[place]) for one, place in pairs])
        self._right = np.array([bool(one.relevant[place]) for one, place in pairs])
        self._hopeless = np.array([not one.right for one in plain])

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
        lines = ["nDCG@10".ljust(18) + "".join(name.rjust(16) for name in systems)]
        table = np.array(
            [[self._ndcg(group, one) for one in systems.values()] for group in self._groups]
        )
        for name, row in (*zip(self._groups, table, strict=True), ("mean", table.mean(axis=0))):
            lines.append(name.ljust(18) + "".join(f"{value:.3f}".rjust(16) for value in row))
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
        """Return the mean over the queries that have an answer."""
        values = []
        for one in self._asked:
            if one.right and one.group == group:
                order = np.argsort(-scores(one), kind="stable")[:_DEPTH]
                discounts = 1 / np.log2(2 + np.arange(_DEPTH))
                gain = one.relevant[order] @ discounts[: len(order)]
                values.append(float(gain / discounts[: one.right].sum()))
        return float(np.mean(values))


def _halves(one: Asked) -> Matrix:
    names = [FEATURES.index("similarity"), FEATURES.index("words")]
    return np.asarray(one.features[:, names].sum(axis=1))


def _probability(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
