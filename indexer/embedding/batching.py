"""Which texts a model embeds together, and how they lie side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

TokenIds = NDArray[np.int64]

_MOST_TEXTS = 16
_MOST_TOKENS = 512
"""Small batches run fastest on a CPU, whose caches then hold what a layer makes of them (twice as
fast as 4,096 tokens for a transformer of 384 dims), and bound the memory used."""
_MOST_TOKENS_LIGHT = 2048
"""For a table of static embeddings, which does little with each token: seven tenths of the time."""
_FEW = 64
_FEW_TOKENS = 384
"""A few texts, as of a search, are cut finer: all cores then end at about the same time, and sooner
give way to another search. A transformer takes a tenth less time for them, a static model of many
texts a tenth more."""


def batches_of(lengths: Sequence[int], *, is_light: bool = False) -> Iterator[list[int]]:
    """Yield the places of texts in batches of like length, the shortest first.

    `is_light` says that the model is; see `Model.is_light`.
    """
    many = _MOST_TOKENS_LIGHT if is_light else _MOST_TOKENS
    most_tokens = _FEW_TOKENS if len(lengths) <= _FEW else many
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == _MOST_TEXTS or (len(batch) + 1) * lengths[place] > most_tokens):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def pad(tokens: Sequence[Sequence[int] | TokenIds]) -> tuple[TokenIds, TokenIds]:
    """Return token ids padded with 0 to one length, and the mask of those that are not padding.

    Both have shape (texts, tokens).
    """
    lengths = np.array([*map(len, tokens)])
    is_token = np.arange(lengths.max()) < lengths[:, None]
    ids = np.zeros(is_token.shape, dtype=np.int64)
    ids[is_token] = np.concatenate(tokens)
    return ids, is_token.astype(np.int64)
