"""Two-level search: which chunks are worth recomputing next.

An approximate queue orders chunks by what their codes tell, an exact queue by recomputed
similarity; each round promotes the best of the first to the second, and the neighbours of what
turned out similar enter the first (LEANN, arXiv 2506.08276, algorithm 2). Different from the
paper, a chunk beside an exact hit is expected to be more similar than its code alone tells: the
edge was made from full embeddings and so knows what the code has lost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .estimates import Estimates
from .graph import Graph

Ids = NDArray[np.int64]

_CODE_WEIGHT = 1.2
_NEIGHBOUR_WEIGHT = 0.17
"""Expected similarity of a neighbour of a recomputed chunk, as a weighted sum of what its code
tells and of that chunk's similarity, both above the mean. Least squares over 300 questions and
20,000 passages of the training pairs gave (1.20, 0.16) for the built-in model; for MiniLM on
15,000 passages it was (1.29, 0.16)."""


class Frontier:
    """The approximate queue of one search."""

    def __init__(
        self,
        met: Ids,
        estimates: Estimates,
        allowed: NDArray[np.bool_],
        graph: Graph | None,
        mean: float,
    ) -> None:
        """Start from the chunks met; `mean` is that of all estimates, `graph` None not to grow."""
        self._estimates = estimates
        self._allowed = allowed
        self._graph = graph
        self._mean = mean
        self._expected = np.full(allowed.size, -np.inf, dtype=np.float32)
        self._expected[met] = estimates[met]
        self._best_neighbour = np.full(allowed.size, -np.inf, dtype=np.float32)
        self._settled = np.zeros(allowed.size, dtype=bool)
        self._queue = met[allowed[met]]

    def best(self, count: int) -> list[int]:
        """Return the chunks expected to be most similar, best first, without settled ones."""
        queue = self._queue[~self._settled[self._queue]]
        if count < queue.size:
            queue = queue[np.argpartition(-self._expected[queue], count - 1)[:count]]
        return [int(chunk) for chunk in queue[np.lexsort((queue, -self._expected[queue]))]]

    def led_to(self, chunks: Ids) -> int:
        """Return how many of some chunks have a neighbour that is settled."""
        return int(np.isfinite(self._best_neighbour[chunks]).sum())

    def settle(self, chunks: Ids, similarities: NDArray[np.float32]) -> None:
        """Take in exact similarities, on the scale of the estimates."""
        self._settled[chunks] = True
        if self._graph is None:
            return
        near, places = self._graph.around(chunks)
        kept = self._allowed[near] & ~self._settled[near]
        near, places = near[kept], places[kept]
        np.maximum.at(self._best_neighbour, near, similarities[places])
        near = np.unique(near)
        new = near[np.isneginf(self._expected[near])]
        self._queue = np.concatenate([self._queue, new])
        by_code = self._estimates[near]
        lifted = (
            self._mean
            + _CODE_WEIGHT * (by_code - self._mean)
            + _NEIGHBOUR_WEIGHT * (self._best_neighbour[near] - self._mean)
        )
        self._expected[near] = np.maximum(by_code, lifted)
