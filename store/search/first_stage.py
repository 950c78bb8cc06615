"""The first stage of a search by meaning: which chunks are met, and how similar they seem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import apsw
import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Ids, Mask
from ..database.meta import get_number
from ..graph import hubs
from ..graph.adjacency import Graph
from ..graph.estimates import Estimates
from ..graph.frontier import Frontier
from ..graph.leann import LeannSearch
from ..values.queries import SearchParameters, SearchPath
from ..vectors.codes import ScanTable
from ..vectors.quantiser import Quantiser
from ..vectors.ranking import Scale, Scores, top
from .feedback import Feedback

_FLAT_LIMIT = 200_000
"""Chunks up to which all codes are compared, which overlooks none. A walk over the graph takes as
long to a first answer at 58,000 chunks, and half as long at 589,000 (bench, part `growth`)."""


@dataclass(frozen=True)
class Sought:
    """What a query means to the index."""

    embedding: NDArray[np.float32]
    """Shape (dims,)."""
    quantiser: Quantiser
    estimates: Estimates

    @classmethod
    def of(cls, embedding: NDArray[np.float32], quantiser: Quantiser, table: ScanTable) -> Self:
        """Make an embedding, shape (dims,), comparable with the codes."""
        return cls(embedding, quantiser, Estimates(table.codes, quantiser.tables(embedding)))


@dataclass(frozen=True)
class FirstStage:
    """What codes, and the graph, tell about a query."""

    sought: Sought
    path: SearchPath
    met: Ids
    """Chunks that the filters let through and that may become candidates."""
    visited: int
    """Chunks visited by walking the graph; 0 for a scan."""
    scale: Scale
    """Of the estimates over all chunks that the filters let through."""
    queue: Frontier | LeannSearch
    """Says what to recompute next."""
    feedback: Feedback

    @property
    def estimates(self) -> Estimates:
        """Similarities as the codes tell."""
        return self.sought.estimates

    def look_near(self, best: Ids) -> None:
        """Let the best chunks so far say what to recompute next. LEANN has no such step."""
        if isinstance(self.queue, Frontier):
            self.queue.refocus(*self.feedback.towards(best))


class Retriever:
    """Runs first stages over one snapshot of the index."""

    def __init__(
        self,
        connection: apsw.Connection,
        table: ScanTable,
        load_graph: Callable[[], Graph],
        parameters: SearchParameters,
    ) -> None:
        self._connection = connection
        self._table = table
        self._load_graph = load_graph
        self._parameters = parameters

    def retrieve(self, sought: Sought, allowed: Mask, words: Scores) -> FirstStage:
        """Meet chunks that seem similar to what is sought, or have its words.

        `words` are BM25 by chunk.
        """
        embedding, quantiser, estimates = sought.embedding, sought.quantiser, sought.estimates
        ids = np.flatnonzero(allowed)
        path = self._path(ids.size)
        walks = path is SearchPath.GRAPH
        met, visited = ids, 0
        if path is not SearchPath.FLAT:
            met = self._entries(embedding, quantiser)
            if walks:
                walked = estimates.walk(self._load_graph(), met, self._parameters.ef)
                met = np.union1d(walked, self._unlinked)
            visited = met.size
        if walks:
            by_words = top(words, allowed & (words > 0), self._parameters.ef)
            met = np.union1d(met[allowed[met]], np.array(by_words, dtype=np.int64))
        feedback = Feedback(
            self._table,
            quantiser,
            embedding,
            self._load_graph if walks else None,
            self._parameters.ef,
        )
        queue = self._queue(path, met, estimates, words, allowed)
        return FirstStage(sought, path, met, visited, estimates.scale(ids), queue, feedback)

    def _queue(
        self,
        path: SearchPath,
        met: Ids,
        estimates: Estimates,
        words: Scores,
        allowed: Mask,
    ) -> Frontier | LeannSearch:
        if path is SearchPath.LEANN:
            return LeannSearch(met, estimates, self._load_graph(), self._parameters)
        graph = self._load_graph() if self._parameters.expand else None
        return Frontier(met, estimates, words, allowed, graph)

    def _path(self, allowed: int) -> SearchPath:
        if self._parameters.path is not SearchPath.AUTO:
            return self._parameters.path
        return SearchPath.FLAT if allowed <= _FLAT_LIMIT else SearchPath.GRAPH

    @property
    def _unlinked(self) -> Ids:
        """The chunks that came last and are not in the graph yet."""
        first = get_number(self._connection, "next_unlinked")
        return np.arange(first, self._table.live.size)

    def _entries(self, embedding: NDArray[np.float32], quantiser: Quantiser) -> Ids:
        """Return the hubs nearest to the query, or any chunk where there are none."""
        entries = hubs.nearest(self._connection, embedding, quantiser)
        return entries if entries.size else np.flatnonzero(self._table.live)[:1]
