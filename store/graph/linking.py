"""Building the proximity graph: which chunks are joined by an edge.

Candidates are nearest neighbours, found by blocked matrix products (`neighbours.py`). Of these a
chunk keeps those that are not nearer to one it already keeps: the relative-neighbourhood rule
(Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using
Hierarchical Navigable Small World graphs", 2018, algorithm 4), relaxed by α as in DiskANN. How
many it keeps follows the high-degree preserving pruning of LEANN (arXiv 2506.08276, algorithm
3): chunks that are near to many keep up to M, the others m. Edges go both ways, so what a chunk
chose does not limit how many others chose it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Ids, Mask
from ..vectors.points import Points
from .neighbours import THREADS, Nearest, find_nearest

Edges = NDArray[np.int64]
"""Edges, shape (n, 2): the newer chunk, then the older one; each pair once, in order."""

_BLOCK = 512
"""Chunks whose edges are chosen at a time."""


@dataclass(frozen=True, slots=True)
class GraphParameters:
    """Shape of the graph, in the terms of the LEANN paper."""

    M: int = 16
    """Most edges a hub chooses."""
    m: int = 5
    """Most edges any other chunk chooses."""
    ef_construction: int = 24
    """Nearest neighbours among which a chunk chooses."""
    hub_share: float = 0.02
    """Share of the chunks, those of highest degree, that are hubs."""
    alpha: float = 1.0
    """From 1 up; the larger, the more edges that lead the same way are kept."""


def link(points: Points, new: Ids, live: Ids, parameters: GraphParameters) -> Edges:
    """Choose the edges of new chunks to each other and to older ones.

    Args:
        points: places of all chunks.
        new: ids of the chunks to link, ascending.
        live: ids of all chunks that may be linked to, ascending, the new ones among them.
        parameters: the shape of the graph.
    """
    if new.size == 0 or live.size < 2:
        return np.empty((0, 2), dtype=np.int64)
    nearest = find_nearest(points, new, live, min(parameters.ef_construction, live.size - 1))
    most = np.where(_are_hubs(nearest, new, parameters.hub_share), parameters.M, parameters.m)

    def choose(first: int) -> Edges:
        part = slice(first, first + _BLOCK)
        return _choose(points, new[part], nearest.ids[part], most[part], parameters.alpha)

    with ThreadPoolExecutor(THREADS, "link") as pool:
        chosen = [*pool.map(choose, range(0, new.size, _BLOCK))]
    return in_order(np.concatenate(chosen))


def in_order(pairs: NDArray[np.int64]) -> Edges:
    """Return each pair once, the newer chunk first, in ascending order."""
    newer, older = pairs.max(axis=1), pairs.min(axis=1)
    keys = np.sort(newer << 32 | older)
    keys = keys[np.diff(keys, prepend=-1) > 0]
    return np.stack([keys >> 32, keys & 0xFFFFFFFF], axis=1)


def _are_hubs(nearest: Nearest, new: Ids, share: float) -> Mask:
    """Tell which of the new chunks are among the nearest neighbours of the most others."""
    found = nearest.ids[nearest.ids > 0]
    degrees = np.bincount(found, minlength=int(new[-1]) + 1)[new]
    return np.asarray(degrees > np.quantile(degrees, 1 - share), dtype=bool)


def _choose(points: Points, ids: Ids, nearest: Ids, most: Ids, alpha: float) -> Edges:
    """Return (chunk, neighbour kept), shape (n, 2), by the relative-neighbourhood rule."""
    rows, candidates = nearest.shape
    places = points.rows(nearest.ravel()).reshape(rows, candidates, -1)
    lengths = (places**2).sum(axis=2)
    own = points.rows(ids)
    # Squared distances: to the chunk itself, and of its candidates to each other.
    to_chunk = lengths + (own**2).sum(axis=1)[:, None] - 2 * np.einsum("nd,ncd->nc", own, places)
    between = lengths[:, :, None] + lengths[:, None, :] - 2 * places @ places.transpose(0, 2, 1)
    kept = np.zeros((rows, candidates), dtype=bool)
    for place in range(candidates):
        covered = (kept & (alpha * between[:, place] < to_chunk[:, place, None])).any(axis=1)
        kept[:, place] = ~covered & (nearest[:, place] > 0) & (kept.sum(axis=1) < most)
    rows_kept, columns = np.nonzero(kept)
    return np.stack([ids[rows_kept], nearest[rows_kept, columns]], axis=1)
