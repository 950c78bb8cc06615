"""Evens out the directions that embeddings use, after training; it folds into the table.

A sum of tokens has a few directions that nearly every text shares and that tell nothing apart:
they are taken out (Mu and Viswanath, "All-but-the-Top", 2018). The others are made a little more
alike, which also spares the codes: each of their bits then tells about as much.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_DROPPED = 2
_EVENNESS = 0.3
"""0 leaves the lengths of the directions as they are, 1 makes them equal."""


def even_out(table: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the table, shape (tokens, dims), for texts whose embeddings are `vectors` so far."""
    _, lengths, axes = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    factors = (lengths / lengths.mean()) ** -_EVENNESS
    factors[:_DROPPED] = 0
    return np.asarray(table @ (axes.T * factors @ axes), dtype=np.float32)
