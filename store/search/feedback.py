"""Relevance feedback: what has been found already says where to look for more.

The query moves towards the passages that turned out best (Rocchio, "Relevance feedback in
information retrieval", 1971). They were scored by the rank model and by their words, so the move
tells the codes what these know and they do not. It is made among the codes: no text is embedded
for it. Where one model gives both codes and scores and words do not count, there is nothing to
tell, and the query stays. On six retrieval sets the best order of the 32 recomputed chunks has an
nDCG@10 of .846 with it, of .835 without.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Ids
from ..graph.adjacency import Graph
from ..graph.estimates import Estimates
from ..vectors.codes import ScanTable
from ..vectors.quantiser import Quantiser

PASSAGES = 5
"""Passages that the query moves towards."""
_WEIGHT = 0.5
"""Of their mean, beside the query."""


class Feedback:
    """Moves one query."""

    def __init__(
        self,
        table: ScanTable,
        quantiser: Quantiser,
        embedding: NDArray[np.float32],
        walk: Callable[[], Graph] | None,
        ef: int,
    ) -> None:
        """Start from the query's embedding, shape (dims,); `walk` loads the graph to follow."""
        self._table = table
        self._quantiser = quantiser
        self._place = embedding @ quantiser.rotation
        self._walk = walk
        self._ef = ef

    def towards(self, best: Ids) -> tuple[Estimates, Ids]:
        """Return what codes tell of the moved query, and what a walk from `best` then meets."""
        passages = self._quantiser.decode(self._table.codes[:, best].T)
        place = self._place + np.float32(_WEIGHT) * passages.mean(axis=0)
        estimates = Estimates(self._table.codes, self._quantiser.tables_of_place(place))
        if self._walk is None:
            return estimates, best
        return estimates, estimates.walk(self._walk(), best, self._ef)
