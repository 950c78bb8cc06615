"""Spherical k-means: unit vectors around which points lie."""

from __future__ import annotations

import numpy as np

from ..values.embeddings import Vectors


def refine(points: Vectors, centroids: Vectors, rounds: int) -> Vectors:
    """Move centroids, shape (k, dims), to the middle of the points (n, dims) nearest to each.

    One to which no point is nearest stays where it is. Returns unit vectors, shape (k, dims).
    """
    centroids = centroids.copy()
    for _ in range(rounds):
        nearest = np.argmax(points @ normalised(centroids).T, axis=1)
        order = np.argsort(nearest, kind="stable")
        filled, firsts = np.unique(nearest[order], return_index=True)
        centroids[filled] = np.add.reduceat(points[order], firsts, axis=0)
    return normalised(centroids)


def normalised(vectors: Vectors) -> Vectors:
    """Return vectors with length 1; those of no length stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
