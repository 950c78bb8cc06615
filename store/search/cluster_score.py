"""How near a passage lies to what else a search found: relevant passages are like each other.

The cluster hypothesis (Jardine and van Rijsbergen, "The use of hierarchic clustering in information
retrieval", 1971), used as in Diaz, "Regularizing ad hoc retrieval scores" (2005). Passages are
alike that use the same words, those of the query or others: what several likely passages speak of
is asked for too, as in pseudo-relevance feedback.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..lexical.idf import inverse_frequency

Likeness = NDArray[np.float64]
"""Cosine similarities of passages with each other, shape (passages, passages)."""

_TEMPERATURE = 0.5
"""Of the softmax that makes likelihoods of promises: three standard deviations less are nothing."""
_ITSELF = 0.5
"""How like itself a passage counts as. If it did not speak for itself, what is most like the best
would come before the best; if it did so fully, it would hardly matter what the others say."""


def cluster_score(alike: Likeness, promise: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the likeness of each passage to all, those that are likely counting most.

    Args:
        alike: how much the passages are.
        promise: what speaks for each so far, in standard deviations, shape (passages,).

    Returns:
        Shape (passages,).
    """
    likely = np.exp((promise.astype(np.float64) - promise.max(initial=0)) / _TEMPERATURE)
    likely /= max(float(likely.sum()), np.finfo(np.float64).tiny)
    found = alike @ likely + (_ITSELF - alike.diagonal()) * likely
    return np.asarray(found, dtype=np.float32)


def likeness(passages: Sequence[Mapping[int, int]]) -> Likeness:
    """Compare passages by their terms (term key → occurrences), weighted as tf-idf.

    Inverse document frequencies are those among the passages: a term that all of them hold does
    not tell them apart, however rare it is elsewhere.
    """
    holders = Counter(key for one in passages for key in one)
    columns = {key: column for column, key in enumerate(holders)}
    table = np.zeros((len(passages), len(columns)))
    for row, one in enumerate(passages):
        table[row, [columns[key] for key in one]] = 1 + np.log([*one.values()])
    weights = [inverse_frequency(held, len(passages)) for held in range(len(passages) + 1)]
    table *= np.array(weights)[[*holders.values()]]
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    table /= np.maximum(lengths, np.finfo(np.float64).tiny)
    return np.asarray(table @ table.T)
