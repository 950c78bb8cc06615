"""Nearest neighbours of many chunks at once, by blocked matrix products.

A few chunks are compared with the codes of all others, as a query is; some more with the places
of all others. For many, all chunks are first put into clusters (k-means), and those of one
cluster look for their neighbours in the clusters around it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Ids
from ..values.embeddings import Vectors
from ..vectors.kmeans import refine
from ..vectors.points import Points
from ..vectors.quantiser import estimate

_CELLS = 1 << 22
"""Similarities held at a time, by all threads."""
THREADS = min(4, os.cpu_count() or 1)
"""Each looks for the neighbours of other chunks; what numpy does meanwhile needs no lock."""
_FEW = 24
"""New chunks up to which look-ups in codes are cheaper than decoding all of them."""
_BRUTE_CELLS = 1 << 27
"""Comparisons up to which every new chunk is compared with every other one."""
_BLOCK = 4096
_PROBES = 8
"""Clusters in which a chunk looks for its neighbours, its own among them."""
_SAMPLE_PER_CLUSTER = 48
_ROUNDS = 6
"""Of k-means."""


@dataclass(frozen=True)
class Nearest:
    """Nearest neighbours of some chunks, nearest first."""

    ids: Ids
    """Shape (n, count); 0 where there are fewer."""
    similarities: NDArray[np.float32]
    """Shape (n, count); -inf where there are fewer."""


def find_nearest(points: Points, new: Ids, live: Ids, count: int) -> Nearest:
    """Return the `count` live chunks most similar to each new one, itself left out."""
    nearest = Nearest(
        np.zeros((new.size, count), dtype=np.int64),
        np.full((new.size, count), -np.inf, dtype=np.float32),
    )
    if new.size <= _FEW:
        _fill_by_codes(nearest, points, new, live)
        return nearest
    with ThreadPoolExecutor(THREADS, "link") as pool:
        for _ in pool.map(lambda part: part(), _parts(nearest, points, new, live)):
            pass  # raises what a thread raised
    return nearest


def _parts(nearest: Nearest, points: Points, new: Ids, live: Ids) -> Iterator[Callable[[], None]]:
    """Yield the parts of the work, which may be done side by side."""
    if new.size * live.size <= _BRUTE_CELLS:
        places = points.rows(live)
        for rows in _blocks(np.arange(new.size), live.size):
            yield partial(_compare, nearest, rows, points, new, live, places)
    else:
        for rows, around in _neighbourhoods(points, new, live):
            yield partial(_fill_around, nearest, rows, points, new, live, around)


def _fill_by_codes(nearest: Nearest, points: Points, new: Ids, others: Ids) -> None:
    """Find the neighbours of a few new chunks from the codes of `others`."""
    codes = points.codes[:, others]
    for row, place in enumerate(points.rows(new)):
        similarities = estimate(codes, points.quantiser.tables_of_place(place))
        _keep_best(nearest, np.array([row]), similarities[None], new, others)


def _fill_around(
    nearest: Nearest, rows: Ids, points: Points, new: Ids, live: Ids, around: Sequence[Ids]
) -> None:
    """Find the neighbours of some new chunks among the live ones at some places."""
    others = live[np.sort(np.concatenate(around))]
    places = points.rows(others)
    for part in _blocks(rows, others.size):
        _compare(nearest, part, points, new, others, places)


def _blocks(rows: Ids, others: int) -> Iterator[Ids]:
    """Yield as many rows at a time as a thread may compare with so many others."""
    step = max(1, _CELLS // (THREADS * others))
    for first in range(0, rows.size, step):
        yield rows[first : first + step]


def _compare(
    nearest: Nearest, rows: Ids, points: Points, new: Ids, others: Ids, places: Vectors
) -> None:
    """Find the neighbours of some new chunks among `others`, which are at `places`."""
    _keep_best(nearest, rows, points.rows(new[rows]) @ places.T, new, others)


def _keep_best(
    nearest: Nearest, rows: Ids, similarities: NDArray[np.float32], new: Ids, others: Ids
) -> None:
    """Note the best of `others`, which ascend, for some rows; `similarities` are changed."""
    count = min(nearest.ids.shape[1], others.size)
    own = np.minimum(np.searchsorted(others, new[rows]), others.size - 1)
    itself = np.flatnonzero(others[own] == new[rows])
    similarities[itself, own[itself]] = -np.inf
    best = np.argpartition(similarities, -count, axis=1)[:, -count:]
    nearness = np.take_along_axis(similarities, best, axis=1)
    order = np.argsort(-nearness, axis=1, kind="stable")
    nearness = np.take_along_axis(nearness, order, axis=1)
    ids = others[np.take_along_axis(best, order, axis=1)]
    nearest.ids[rows, :count] = np.where(np.isfinite(nearness), ids, 0)
    nearest.similarities[rows, :count] = nearness


def _neighbourhoods(points: Points, new: Ids, live: Ids) -> Iterator[tuple[Ids, list[Ids]]]:
    """Yield the rows of new chunks that share a cluster, and the places in `live` around it."""
    centroids = _centroids(points, live)
    members = _by_cluster(points, live, centroids)
    # Where many chunks are equal, so are centroids, of which only the first has chunks.
    filled = np.array([cluster.size > 0 for cluster in members])
    centroids, members = centroids[filled], [cluster for cluster in members if cluster.size]
    around = np.argsort(-(centroids @ centroids.T), axis=1)[:, :_PROBES]
    for rows, clusters in zip(_by_cluster(points, new, centroids), around, strict=True):
        if rows.size:
            yield rows, [members[one] for one in clusters]


def _centroids(points: Points, live: Ids) -> Vectors:
    """Return about sqrt(n) unit vectors around which chunks lie, shape (k, code_dims)."""
    random = np.random.default_rng(0)
    clusters = round(float(np.sqrt(live.size)))
    sample = random.choice(live, min(live.size, clusters * _SAMPLE_PER_CLUSTER), replace=False)
    places = points.rows(np.sort(sample))
    centroids = places[random.choice(len(places), clusters, replace=False)]
    return refine(places, centroids, _ROUNDS)


def _by_cluster(points: Points, ids: Ids, centroids: Vectors) -> list[Ids]:
    """Return the places in `ids` of the chunks that each cluster holds."""
    nearest = np.concatenate(
        [
            np.argmax(points.rows(ids[first : first + _BLOCK]) @ centroids.T, axis=1)
            for first in range(0, ids.size, _BLOCK)
        ]
    )
    order = np.argsort(nearest, kind="stable")
    return np.split(order, np.searchsorted(nearest[order], np.arange(1, len(centroids))))
