"""How near a passage lies to what else a search found: relevant passages are like each other.

The cluster hypothesis (Jardine and van Rijsbergen, "The use of hierarchic clustering in information
retrieval", 1971), used as in Diaz, "Regularizing ad hoc retrieval scores" (2005). The embeddings
are those that the search has recomputed anyway.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..types import Vectors

_TEMPERATURE = 0.5
"""Of the softmax that makes likelihoods of promises: three standard deviations less are nothing."""


def cohesion(embeddings: Vectors, promise: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the mean similarity of each passage to the others, weighted by how likely they are.

    Args:
        embeddings: of the passages, shape (passages, dims), unit length.
        promise: what speaks for each so far, in standard deviations, shape (passages,).

    Returns:
        Shape (passages,); 0 for a passage that is the only one.
    """
    similarities = (embeddings @ embeddings.T).astype(np.float64)
    likely = np.exp((promise.astype(np.float64) - promise.max(initial=0)) / _TEMPERATURE)
    others = np.tile(likely, (len(likely), 1))
    np.fill_diagonal(others, 0)  # a passage does not speak for itself
    sums = np.maximum(others.sum(axis=1), np.finfo(np.float64).tiny)
    return np.asarray((others * similarities).sum(axis=1) / sums, dtype=np.float32)
