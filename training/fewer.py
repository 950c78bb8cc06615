"""Which neurons a linear map can do without.

They are taken away one by one, each time the one whose loss the others can make up for best, and
the map is fitted anew by least squares: channel pruning as in He et al., 2017, in the order of
Optimal Brain Surgeon (Hassibi and Stork, 1993), for the outputs of one map.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_DAMPING = 1e-3
"""Share of the mean square that is added to each: keeps the fit from following noise."""


def fit_fewer(
    moments: NDArray[np.float64], outward: NDArray[np.float64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Choose neurons and fit the map from them.

    Args:
        moments: sums of products of what the neurons say and a constant 1, which comes last,
            shape (neurons + 1, neurons + 1).
        outward: the map from them, shape (neurons + 1, dims); its last row is the bias.
        width: how many neurons to keep.

    Returns:
        The places of the kept neurons, and the map from them, shape (width + 1, dims).
    """
    neurons = len(moments) - 1
    damped = moments + np.eye(neurons + 1) * _DAMPING * np.trace(moments) / (neurons + 1)
    inverse, fitted = np.linalg.inv(damped), outward.copy()
    gone = np.zeros(neurons + 1, dtype=bool)
    for _ in range(neurons - width):
        costs = (fitted**2).sum(axis=1) / np.diag(inverse)
        costs[gone] = np.inf
        costs[-1] = np.inf
        place = int(np.argmin(costs))
        column = inverse[:, place] / inverse[place, place]
        fitted -= np.outer(column, fitted[place])
        inverse -= np.outer(column, inverse[place])
        inverse[place, place] = 1.0  # it is gone, and no divisor of nothing
        gone[place] = True
    return np.flatnonzero(~gone[:-1]), fitted[~gone]
