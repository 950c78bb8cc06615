"""Fewer neurons between the two linear maps of each layer: a faster encoder that says the same.

Layers follow each other: what a narrowed layer gives is what the next one is fitted on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from indexer.embedding.batching import batches_of, pad

from .encoder import Layers, embed
from .fewer import fit_fewer
from .graphs import Weights, layers


def narrow(
    weights: Weights, ids: Sequence[Sequence[int]], width: int, heads: int
) -> dict[str, NDArray[np.float32]]:
    """Return an encoder of `width` neurons a layer, fitted on the tokens of some texts."""
    narrowed = dict(weights)
    batches = batches_of([*map(len, ids)])
    padded = [pad([ids[place] for place in places]) for places in batches]
    masks = [torch.from_numpy(mask.astype(bool)) for _, mask in padded]
    with torch.inference_mode():
        tokens = [embed(weights, some) for some, _ in padded]
        for number in range(layers(weights)):
            (layer,) = Layers(narrowed, [number], heads).layers
            halves = [layer.attend(one, mask) for one, mask in zip(tokens, masks, strict=True)]
            said = (layer.widen(half)[mask] for half, mask in zip(halves, masks, strict=True))
            moments = sum(map(_moments, said))
            narrowed |= _fewer(narrowed, f"encoder.layer.{number}.", moments.numpy(), width)
            (layer,) = Layers(narrowed, [number], heads).layers
            tokens = [layer.feed(half) for half in halves]
    return narrowed


def _moments(said: torch.Tensor) -> torch.Tensor:
    with_constant = torch.cat([said, torch.ones(len(said), 1)], dim=1)
    return (with_constant.T @ with_constant).double()


def _fewer(
    weights: Weights, prefix: str, moments: NDArray[np.float64], width: int
) -> dict[str, NDArray[np.float32]]:
    """Return the weights of one layer that change."""
    inner, outer = f"{prefix}intermediate.dense.", f"{prefix}output.dense."
    outward = np.vstack([weights[f"{outer}weight"].T, weights[f"{outer}bias"]])
    kept, fitted = fit_fewer(moments, outward.astype(np.float64), width)
    return {
        f"{inner}weight": weights[f"{inner}weight"][kept],
        f"{inner}bias": weights[f"{inner}bias"][kept],
        f"{outer}weight": np.ascontiguousarray(fitted[:-1].T, dtype=np.float32),
        f"{outer}bias": fitted[-1].astype(np.float32),
    }
