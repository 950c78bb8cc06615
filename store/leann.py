"""LEANN's two-level search as published, to be run and measured beside ours.

"LEANN: A Low-Storage Vector Index", arXiv 2506.08276, algorithm 2 and section 4.2. Only
recomputed similarities decide which chunk is expanded; what its neighbours' codes tell decides
which of them are recomputed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .estimates import Estimates
from .graph import Graph
from .parameters import SearchParameters

Ids = NDArray[np.int64]


class LeannSearch:
    """The approximate and the exact queue of one search."""

    def __init__(
        self, entries: Ids, estimates: Estimates, graph: Graph, parameters: SearchParameters
    ) -> None:
        """Start at the entry points, best first."""
        self._estimates = estimates
        self._graph = graph
        self._parameters = parameters
        self._first = [int(chunk) for chunk in entries[:1]]
        self._visited = set(self._first)
        self._approximate: dict[int, float] = {}
        self._exact: dict[int, float] = {}
        self._expanded: set[int] = set()

    def best(self, count: int) -> list[int]:
        """Return at most `count` chunks to recompute next, none when the search has ended."""
        promoted, self._first = self._first, []
        while len(promoted) < min(count, self._parameters.batch):
            nearest = self._next_to_expand()
            if nearest is None:
                break
            self._expand(nearest)
            promoted += self._promote()
        self._first = promoted[count:]
        return promoted[:count]

    def settle(self, chunks: Ids, similarities: NDArray[np.float32]) -> None:
        """Take in exact similarities."""
        self._exact.update(zip(chunks.tolist(), similarities.tolist(), strict=True))

    def led_to(self, chunks: Ids) -> int:
        """Return how many of some chunks were reached through an edge: all but the entry."""
        return int(chunks.size) if self._expanded else 0

    def _next_to_expand(self) -> int | None:
        """Return the most similar chunk not expanded, None if `ef` better ones are known."""
        results = sorted(self._exact, key=self._exact.__getitem__, reverse=True)
        best = results[: self._parameters.ef]
        return next((chunk for chunk in best if chunk not in self._expanded), None)

    def _expand(self, chunk: int) -> None:
        self._expanded.add(chunk)
        near, _ = self._graph.around(np.array([chunk]))
        new = near[[one not in self._visited for one in near.tolist()]]
        self._visited.update(new.tolist())
        self._approximate.update(zip(new.tolist(), self._estimates[new].tolist(), strict=True))

    def _promote(self) -> list[int]:
        """Take the best share `a` out of the approximate queue."""
        share = math.ceil(self._parameters.a * len(self._approximate))
        ordered = sorted(self._approximate, key=self._approximate.__getitem__, reverse=True)
        for chunk in ordered[:share]:
            del self._approximate[chunk]
        return ordered[:share]
