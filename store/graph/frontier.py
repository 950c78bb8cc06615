"""Two-level search: which chunks are worth recomputing next.

An approximate queue orders chunks by what codes and words promise, an exact queue by recomputed
similarity; each round promotes the best of the first to the second, and the neighbours of what
turned out similar enter the first (LEANN, arXiv 2506.08276, algorithm 2). Different from the
paper, a chunk beside an exact hit is expected to be more similar than its code alone tells: the
edge was made from full embeddings and so knows what the code has lost.
"""

from __future__ import annotations

import numpy as np

from ..coding.arrays import Ids, Mask
from ..vectors.ranking import Scores
from .adjacency import Graph
from .estimates import Estimates

_CODE_WEIGHT = 1.2
_NEIGHBOUR_WEIGHT = 0.17
"""Expected similarity of a neighbour of a recomputed chunk, as a weighted sum of what its code
tells and of that chunk's similarity, both above the mean. Least squares over 300 questions and
20,000 passages of the training pairs gave (1.20, 0.16) for the built-in model; for MiniLM on
15,000 passages it was (1.29, 0.16)."""
_LEAST = 1e-6


class Frontier:
    """The approximate queue of one search."""

    def __init__(
        self,
        met: Ids,
        estimates: Estimates,
        words: Scores,
        allowed: Mask,
        graph: Graph | None,
    ) -> None:
        """Start from the chunks met; `words` are BM25 by chunk, `graph` is None not to grow."""
        self._allowed = allowed
        self._graph = graph
        self._words = words / np.float32(max(float(words.max(initial=0.0)), _LEAST))
        self._expected = np.full(allowed.size, -np.inf, dtype=np.float32)
        """Similarities, in standard deviations above the mean of the allowed chunks."""
        self._best_neighbour = np.full(allowed.size, -np.inf, dtype=np.float32)
        self._settled = np.zeros(allowed.size, dtype=bool)
        self._queued = np.zeros(allowed.size, dtype=bool)
        self.refocus(estimates, met)

    def refocus(self, estimates: Estimates, met: Ids) -> None:
        """Go by other estimates, which may have met other chunks."""
        self._estimates = estimates
        self._queued[met[self._allowed[met]]] = True
        queue = np.flatnonzero(self._queued)
        estimates.compare(queue)  # first, since the scale takes a sample if few are compared
        self._scale = estimates.scale(np.flatnonzero(self._allowed))
        self._expected[queue] = self._by_code(queue)
        self._highest = max(float(self._expected[queue].max(initial=0.0)), _LEAST)

    def best(self, count: int) -> list[int]:
        """Return the most promising chunks, best first, without settled ones.

        What similarity and words promise counts alike, each relative to the most that any chunk
        does: that needs no weight, and holds for any model and any number of chunks.
        """
        queue = np.flatnonzero(self._queued & ~self._settled)
        return _best(queue, self._expected[queue] / self._highest + self._words[queue], count)

    def nearest(self, count: int) -> list[int]:
        """Return the chunks expected to be most similar, best first."""
        queue = np.flatnonzero(self._queued)
        return _best(queue, self._expected[queue], count)

    def led_to(self, chunks: Ids) -> int:
        """Return how many of some chunks have a neighbour that is settled."""
        return int(np.isfinite(self._best_neighbour[chunks]).sum())

    def settle(self, chunks: Ids, similarities: Scores) -> None:
        """Take in exact similarities, in standard deviations above the mean."""
        self._settled[chunks] = True
        if self._graph is None:
            return
        near, places = self._graph.around(chunks)
        kept = self._allowed[near] & ~self._settled[near]
        near, places = near[kept], places[kept]
        np.maximum.at(self._best_neighbour, near, similarities[places])
        near = np.unique(near)
        self._queued[near] = True
        by_code = self._by_code(near)
        lifted = _CODE_WEIGHT * by_code + _NEIGHBOUR_WEIGHT * self._best_neighbour[near]
        self._expected[near] = np.maximum(by_code, lifted)

    def _by_code(self, chunks: Ids) -> Scores:
        return self._scale.standardise(self._estimates[chunks])


def _best(chunks: Ids, scores: Scores, count: int) -> list[int]:
    """Return the `count` chunks with the highest scores, best first; ties by chunk."""
    if count < chunks.size:
        kept = np.argpartition(-scores, count - 1)[:count]
        chunks, scores = chunks[kept], scores[kept]
    return [int(chunk) for chunk in chunks[np.lexsort((chunks, -scores))]]
