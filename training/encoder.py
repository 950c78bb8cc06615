"""A BERT layer in torch, for training. Weights are named as in a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from .graphs import Weights, one_layer

_EPSILON = 1e-12


class Layer(nn.Module):
    """Attention, then two linear maps, each added to what it was given and normalised."""

    def __init__(self, dims: int, wide: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention = nn.ModuleDict(
            {
                "self": nn.ModuleDict(
                    {name: nn.Linear(dims, dims) for name in ("query", "key", "value")}
                ),
                "output": _after(dims, dims),
            }
        )
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(dims, wide)})
        self.output = _after(wide, dims)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Map tokens (batch × sequence × dims); `mask` (batch × sequence) is False at padding."""
        return self.feed(self.attend(hidden, mask))

    def attend(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Do the first half of a layer."""
        return self._join(self.attention["output"], self._attend(hidden, mask), hidden)

    def feed(self, hidden: Tensor) -> Tensor:
        """Do the second half."""
        return self._join(self.output, self.widen(hidden), hidden)

    def widen(self, hidden: Tensor) -> Tensor:
        """Return what the neurons between the linear maps say, batch × sequence × wide."""
        return functional.gelu(self.intermediate["dense"](hidden))

    def _attend(self, hidden: Tensor, mask: Tensor) -> Tensor:
        batch, length, dims = hidden.shape

        def split(name: str) -> Tensor:
            projected: Tensor = self.attention["self"][name](hidden)
            return projected.view(batch, length, self.heads, -1).transpose(1, 2)

        parts = split("query"), split("key"), split("value")
        mixed = functional.scaled_dot_product_attention(*parts, attn_mask=mask[:, None, None, :])
        return mixed.transpose(1, 2).reshape(batch, length, dims)

    @staticmethod
    def _join(after: nn.ModuleDict, inputs: Tensor, hidden: Tensor) -> Tensor:
        joined: Tensor = after["LayerNorm"](after["dense"](inputs) + hidden)
        return joined


class Layers(nn.Module):
    """Some layers of an encoder, one after the other."""

    def __init__(self, weights: Weights, chosen: Sequence[int], heads: int) -> None:
        """Start from the layers `chosen` of a checkpoint."""
        super().__init__()
        self.layers = nn.ModuleList(_layer(weights, number, heads) for number in chosen)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Map tokens, shape batch × sequence × dims."""
        for layer in self.layers:
            hidden = layer(hidden, mask)
        return hidden

    def weights(self, first: int) -> dict[str, NDArray[np.float32]]:
        """Return the weights as those of the layers `first`, `first` + 1, … of a checkpoint."""
        return {
            f"encoder.layer.{first + number}.{name}": value.detach().cpu().numpy()
            for number, layer in enumerate(self.layers)
            for name, value in layer.state_dict().items()
        }


def pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of the tokens that are not padding, at unit length."""
    return functional.normalize((hidden * mask[..., None]).sum(dim=1), dim=-1)


def embed(weights: Weights, ids: NDArray[np.int64]) -> Tensor:
    """Return the tokens that the first layer is given, batch × sequence × dims."""
    word, place, kind = (
        torch.tensor(weights[f"embeddings.{name}_embeddings.weight"])
        for name in ("word", "position", "token_type")
    )
    summed = word[torch.from_numpy(ids)] + place[: ids.shape[1]] + kind[0]
    named = (torch.tensor(weights[f"embeddings.LayerNorm.{name}"]) for name in ("weight", "bias"))
    return functional.layer_norm(summed, summed.shape[-1:], *named, eps=_EPSILON)


def _layer(weights: Weights, number: int, heads: int) -> Layer:
    """Return one layer of a checkpoint."""
    named = {name: torch.tensor(array) for name, array in one_layer(weights, number).items()}
    wide, dims = named["intermediate.dense.weight"].shape
    layer = Layer(dims, wide, heads)
    layer.load_state_dict(named)
    return layer


def _after(inputs: int, dims: int) -> nn.ModuleDict:
    return nn.ModuleDict(
        {"dense": nn.Linear(inputs, dims), "LayerNorm": nn.LayerNorm(dims, eps=_EPSILON)}
    )
