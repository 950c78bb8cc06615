"""Keeping the graph up to date: new chunks are linked, and what dead chunks leave is mended.

A chunk that lost neighbours and has fewer than it would choose now chooses anew, as in
FreshDiskANN (Singh et al., 2021), from its nearest neighbours rather than from those of the
dead, which need not be read then. How many are mended at a time is bounded; an edge to a dead
chunk stays until the chunk at its other end has been mended, so none is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass

import apsw
import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Mask
from ..database.meta import get_number
from ..vectors import codes
from ..vectors.points import Points, RecentPoints
from ..vectors.quantiser import Quantiser
from . import edges, hubs
from .adjacency import Graph
from .edges import blocks_of
from .linking import Edges, GraphParameters, in_order, link

_MOST_MENDED = 16_384
_FEWEST_EDGES = 4
"""With fewer left a chunk chooses anew. It does so by what codes tell of the others, which leads
a search astray more often than the edges that were made from embeddings."""


@dataclass(frozen=True)
class Renewal:
    """The graph of now, and which of its blocks are not on disk yet."""

    edges: Edges
    blocks: NDArray[np.int64]
    next_unlinked: int
    """The first chunk id that is not in the graph."""
    hubs: NDArray[np.int64]
    """Chunks to be made hubs."""
    hub_places: NDArray[np.float32]
    """Their projected embeddings, shape (n, code_dims)."""
    changes: int
    """Chunks that were linked by what codes tell of others, and chunks that the graph lost."""


def plan_renewal(
    connection: apsw.Connection,
    quantiser: Quantiser,
    places: RecentPoints,
    parameters: GraphParameters,
) -> Renewal | None:
    """Read the graph and bring it up to date; None if it is. Writes nothing."""
    next_chunk = get_number(connection, "next_chunk")
    first = get_number(connection, "next_unlinked")
    live = codes.live_mask(connection, next_chunk)
    known = edges.load(connection, next_chunk)
    if first == next_chunk and live[known].all():
        return None
    table = codes.load(connection, next_chunk)
    points = Points(quantiser, table.codes, *places.joined(quantiser.code_dims))
    return renew(known, points, live, first, hubs.known(connection), parameters)


def renew(
    known: Edges,
    points: Points,
    live: Mask,
    first_unlinked: int,
    present: NDArray[np.int64],
    parameters: GraphParameters,
) -> Renewal:
    """Link the live chunks from `first_unlinked` on and mend the graph around dead ones.

    Args:
        known: all edges, also those of dead chunks.
        points: places of all chunks.
        live: which chunks are part of the index, by chunk id.
        first_unlinked: the first chunk that is not in the graph.
        present: the chunks that are hubs.
        parameters: the shape of the graph.
    """
    ids = np.flatnonzero(live)
    whole = live[known].all(axis=1)
    lost = np.bincount(known[~whole].ravel(), minlength=live.size) > 0
    degrees = np.bincount(known[whole].ravel(), minlength=live.size)
    weak = np.flatnonzero(lost & live & (degrees < min(_FEWEST_EDGES, parameters.m)))
    mended, waiting = weak[:_MOST_MENDED], weak[_MOST_MENDED:]
    new = ids[ids >= first_unlinked]
    chosen = link(points, np.concatenate([mended, new]), ids, parameters)
    kept = whole | np.isin(known, waiting).any(axis=1)
    renewed = in_order(np.concatenate([known[kept], chosen]))
    blocks = np.union1d(blocks_of(known[~kept]), blocks_of(chosen))
    more = np.setdiff1d(hubs.due(new), present)
    if new.size > parameters.ef_construction:  # fewer cannot all prefer each other to the rest
        more = _with_unreached(more, present, renewed, live)
    changes = int((lost & ~live).sum()) + (0 if points.are_exact(ids) else new.size)
    return Renewal(renewed, blocks, live.size, more, points.rows(more), changes)


def renew_all(
    known: Edges,
    points: Points,
    live: Mask,
    present: NDArray[np.int64],
    parameters: GraphParameters,
) -> Renewal:
    """Choose all edges anew; the arguments are those of `renew`."""
    ids = np.flatnonzero(live)
    chosen = link(points, ids, ids, parameters)
    blocks = np.union1d(blocks_of(known), blocks_of(chosen))
    more = _with_unreached(np.setdiff1d(hubs.due(ids), present), present, chosen, live)
    return Renewal(chosen, blocks, live.size, more, points.rows(more), 0)


def _with_unreached(
    more: NDArray[np.int64],
    present: NDArray[np.int64],
    joined: Edges,
    live: Mask,
) -> NDArray[np.int64]:
    """Return hubs to be made, with one for each part of the graph that no hub leads to."""
    graph = Graph.of(edges.between(joined, live), live.size)
    unreached = graph.unreached(np.concatenate([present, more]), np.flatnonzero(live))
    return np.concatenate([more, unreached])
