"""From the vectors of tokens to one of unit length for each text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .model import Pooling

Floats = NDArray[np.float32]
_SMALLEST = 1e-12


def pool(output: Floats, mask: NDArray[np.int64], pooling: Pooling) -> Floats:
    """Return one vector a text, shape (texts, dims).

    Args:
        output: of the graph; shape (texts, tokens, dims), or (texts, dims) if that pools.
        mask: 1 for each token of a text and 0 for padding after them, shape (texts, tokens).
        pooling: how; as in Reimers and Gurevych, "Sentence-BERT", 2019, §3.
    """
    if pooling is Pooling.GRAPH:
        return output
    if pooling is Pooling.CLS:
        return np.asarray(output[:, 0])
    if pooling is Pooling.LAST:
        return np.asarray(output[np.arange(len(output)), mask.sum(axis=1) - 1])
    if pooling is Pooling.MAX:
        return np.asarray(np.where(mask[:, :, None] > 0, output, -np.inf).max(axis=1))
    summed: Floats = np.einsum("nt,ntd->nd", mask.astype(np.float32), output)
    counts = np.maximum(mask.sum(axis=1, keepdims=True), 1)
    return np.asarray(summed / counts, dtype=np.float32)


def to_unit_length(vectors: Floats) -> Floats:
    """Return vectors of unit length, shape (n, dims); zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, _SMALLEST), dtype=np.float32)
