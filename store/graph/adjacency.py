"""The proximity graph in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Ids, Mask
from .linking import Edges

_ID_BITS = 32


@dataclass(frozen=True)
class Graph:
    """Neighbours of every chunk, both ways along each edge, as one array of slices."""

    starts: Ids
    """Where each chunk's neighbours begin, by chunk id, with one more at the end."""
    neighbours: NDArray[np.int32]

    @classmethod
    def of(cls, edges: Edges, next_chunk: int) -> Graph:
        """Build it for the chunk ids below `next_chunk`."""
        some, others = edges[:, 0], edges[:, 1]
        # Both ends in one number, which numpy sorts several times as fast as it finds an order.
        ways = np.concatenate([some << _ID_BITS | others, others << _ID_BITS | some])
        ways.sort()
        degrees = np.bincount(ways >> _ID_BITS, minlength=next_chunk)
        return cls(np.concatenate(([0], np.cumsum(degrees))), ways.astype(np.int32))

    @property
    def degrees(self) -> Ids:
        """Number of neighbours of each chunk, by chunk id."""
        return np.diff(self.starts)

    def around(self, chunks: Ids) -> tuple[Ids, Ids]:
        """Return every neighbour of some chunks, and the place in `chunks` whose it is."""
        firsts = self.starts[chunks]
        counts = self.starts[chunks + 1] - firsts
        places = np.repeat(np.arange(chunks.size), counts)
        within = np.arange(places.size) - (np.cumsum(counts) - counts)[places]
        return self.neighbours[firsts[places] + within].astype(np.int64), places

    def unreached(self, entries: Ids, live: Ids) -> Ids:
        """Return one chunk of each part of the graph that no way from the entries leads to."""
        waiting = np.zeros(self.starts.size - 1, dtype=bool)
        waiting[live] = True
        self._leave(waiting, entries)
        unreached = []
        for chunk in np.flatnonzero(waiting):
            if waiting[chunk]:
                unreached.append(chunk)
                self._leave(waiting, np.array([chunk]))
        return np.array(unreached, dtype=np.int64)

    def _leave(self, waiting: Mask, entries: Ids) -> None:
        """Take all that is joined to some chunks, near or far, from those that wait."""
        while entries.size:
            waiting[entries] = False
            near, _ = self.around(entries)
            entries = np.unique(near[waiting[near]])
