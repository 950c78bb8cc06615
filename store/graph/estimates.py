"""What codes tell of the similarity of a query with each chunk, as far as it has been asked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Ids
from ..vectors.quantiser import Codes, estimate
from ..vectors.ranking import Scale
from .adjacency import Graph

_WIDTH = 16
"""Chunks whose neighbours are looked at in one step of a walk."""
_SAMPLE = 4096
"""Chunks from which the scale of all similarities is taken when only some are compared."""
_MANY = 0.25
"""Share of all chunks from which comparing them all is faster than picking some."""


class Estimates:
    """Estimated similarities of one query, by chunk id; -inf where none was asked for."""

    def __init__(self, codes: Codes, tables: NDArray[np.float32]) -> None:
        self._codes = codes
        self._tables = tables
        self._known = np.full(codes.shape[1], -np.inf, dtype=np.float32)
        self.compared = 0
        """Codes compared with the query."""

    def __getitem__(self, chunks: Ids) -> NDArray[np.float32]:
        """Return the estimates of some chunks, comparing those that were not yet."""
        self.compare(chunks)
        return self._known[chunks]

    def compare(self, chunks: Ids) -> None:
        """Compare the codes of some chunks with the query."""
        if self.compared == self._known.size:
            return
        missing = chunks[np.isneginf(self._known[chunks])]
        if missing.size > _MANY * self._known.size:
            self._known = estimate(self._codes, self._tables)
            self.compared = self._known.size
        elif missing.size:
            missing = np.unique(missing)
            self._known[missing] = estimate(self._codes[:, missing], self._tables)
            self.compared += missing.size

    def scale(self, allowed: Ids) -> Scale:
        """Return mean and deviation over the allowed chunks, from a sample if there are many."""
        step = max(1, allowed.size // _SAMPLE) if self.compared < self._known.size else 1
        return Scale.of(self[allowed[::step]])

    def walk(self, graph: Graph, entries: Ids, ef: int) -> Ids:
        """Follow the graph to the chunks that seem most similar; return all that were met.

        Best-first search with a queue of `ef` chunks (Malkov and Yashunin, 2018, algorithm 2),
        taking several chunks a step, since a step costs more than a comparison.
        """
        met = [entries]
        seen = np.zeros(self._known.size, dtype=bool)
        seen[entries] = True
        queue, scores = entries, self[entries]
        waiting = np.ones(queue.size, dtype=bool)
        while waiting.any():
            places = np.flatnonzero(waiting)
            if places.size > _WIDTH:
                places = places[np.argpartition(-scores[places], _WIDTH - 1)[:_WIDTH]]
            waiting[places] = False
            near, _ = graph.around(queue[places])
            new = np.unique(near[~seen[near]])
            if new.size == 0:
                continue
            seen[new] = True
            met.append(new)
            queue = np.concatenate([queue, new])
            scores = np.concatenate([scores, self[new]])
            waiting = np.concatenate([waiting, np.ones(new.size, dtype=bool)])
            if queue.size > ef:
                kept = np.argpartition(-scores, ef - 1)[:ef]
                queue, scores, waiting = queue[kept], scores[kept], waiting[kept]
        return np.concatenate(met)
