"""LEANN's two-level search as published, to be run and measured beside ours.

"LEANN: A Low-Storage Vector Index", arXiv 2506.08276, algorithm 2 and section 4.2. Only
recomputed similarities decide which chunk is expanded; what its neighbours' codes tell decides
which of them are recomputed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Ids
from ..values.queries import SearchParameters
from .adjacency import Graph
from .estimates import Estimates


class LeannSearch:
    """The approximate and the exact queue of one search."""

    def __init__(
        self, entries: Ids, estimates: Estimates, graph: Graph, parameters: SearchParameters
    ) -> None:
        """Start at the entry points, best first."""
        self._estimates = estimates
        self._graph = graph
        self._parameters = parameters
        self._first = entries[:1]
        self._visited = np.zeros(graph.degrees.size, dtype=bool)
        self._visited[self._first] = True
        self._approximate = _NONE
        self._exact = _NONE
        self._similarities = np.empty(0, dtype=np.float32)
        """Of the exact queue, which is in no order."""
        self._expanded = np.zeros(graph.degrees.size, dtype=bool)

    def best(self, count: int) -> list[int]:
        """Return at most `count` chunks to recompute next, none when the search has ended."""
        promoted, self._first = self._first, _NONE
        while promoted.size < min(count, self._parameters.batch):
            nearest = self._next_to_expand()
            if nearest is None:
                break
            self._expand(nearest)
            promoted = np.concatenate([promoted, self._promote()])
        self._first = promoted[count:]
        return [int(chunk) for chunk in promoted[:count]]

    def settle(self, chunks: Ids, similarities: NDArray[np.float32]) -> None:
        """Take in exact similarities."""
        self._exact = np.concatenate([self._exact, chunks])
        self._similarities = np.concatenate([self._similarities, similarities])

    def led_to(self, chunks: Ids) -> int:
        """Return how many of some chunks were reached through an edge: all but the entry."""
        return int(chunks.size) if self._expanded.any() else 0

    def _next_to_expand(self) -> int | None:
        """Return the most similar chunk not expanded, None if `ef` better ones are known."""
        best = _largest(self._similarities, self._parameters.ef)
        waiting = best[~self._expanded[self._exact[best]]]
        return int(self._exact[waiting[0]]) if waiting.size else None

    def _expand(self, chunk: int) -> None:
        self._expanded[chunk] = True
        near, _ = self._graph.around(np.array([chunk]))
        new = near[~self._visited[near]]
        self._visited[new] = True
        self._approximate = np.concatenate([self._approximate, new])

    def _promote(self) -> Ids:
        """Take the best share `a` out of the approximate queue, best first."""
        share = math.ceil(self._parameters.a * self._approximate.size)
        places = _largest(self._estimates[self._approximate], share)
        promoted = self._approximate[places]
        self._approximate = np.delete(self._approximate, places)
        return promoted


_NONE: Ids = np.empty(0, dtype=np.int64)


def _largest(values: NDArray[np.float32], count: int) -> Ids:
    """Return the places of the `count` largest values, the largest first."""
    if count < values.size:
        best = np.argpartition(-values, count - 1)[:count]
        return best[np.argsort(-values[best], kind="stable")]
    return np.argsort(-values, kind="stable")
