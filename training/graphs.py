"""ONNX graphs written from numpy weights, int8 inside. No torch here: anyone can rebuild one.

Both graphs map `input_ids` and `attention_mask` (int64, batch × sequence) to `embedding`
(float32, batch × dims, unit length).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto

from .graph import Array, Call, Graph

Weights = Mapping[str, NDArray[np.float32]]
"""Named as in a BERT checkpoint: `encoder.layer.0.attention.self.query.weight`, …"""

REPEATED = 0.2
"""A token that a text has n times counts n ** (1 - REPEATED) times in the index model."""


@dataclass(frozen=True, slots=True)
class _Masks:
    """What attention is told of padding."""

    kept: str
    """int32, batch × sequence: 1 for a token, 0 for padding."""
    is_whole: str
    """bool: nothing is padding. onnxruntime's attention then works in blocks that fit the
    processor's caches, which takes a sixth less time for long texts."""

    @classmethod
    def of(cls, graph: Graph) -> _Masks:
        """Add them to a graph."""
        least = graph.add("ReduceMin", "attention_mask", keepdims=0)
        return cls(
            graph.add("Cast", "attention_mask", to=TensorProto.INT32),
            graph.add("Cast", least, to=TensorProto.BOOL),
        )


def static_graph(table: NDArray[np.float32]) -> onnx.ModelProto:
    """Return a static model: the sum of its tokens' rows, repeated ones less and less.

    `table` has shape (tokens, dims).
    """
    graph = Graph()
    rows, scales = graph.look_up(table, "input_ids")
    weights = graph.add("Mul", graph.add("Mul", _repeats(graph), scales), graph.mask())
    # As a product, which makes no second copy of the rows.
    weights = graph.add("Unsqueeze", weights, graph.constant([1]))
    summed = graph.add("Squeeze", graph.add("MatMul", weights, rows), graph.constant([1]))
    graph.show("embedding", graph.unit(summed), ["batch", table.shape[1]])
    return graph.model()


def encoder_graph(weights: Weights, heads: int, shown: Sequence[int] = ()) -> onnx.ModelProto:
    """Return a BERT encoder (Devlin et al., 2018) with mean pooling.

    Args:
        weights: of the encoder.
        heads: attention heads a layer.
        shown: numbers of layers (1 is the first) after which the tokens are outputs too,
            `hidden_1`, …, of shape batch × sequence × dims: what a student learns from.
    """
    graph = Graph()
    dims = weights["embeddings.word_embeddings.weight"].shape[1]
    hidden = _embed(graph, weights)
    masks = _Masks.of(graph)
    for layer in range(layers(weights)):
        hidden = _layer(graph, weights, f"encoder.layer.{layer}.", hidden, masks, heads)
        if layer + 1 in shown:
            graph.show(f"hidden_{layer + 1}", hidden, ["batch", "sequence", dims])
    graph.show("embedding", graph.pool(hidden), ["batch", dims])
    return graph.model()


def _repeats(graph: Graph) -> str:
    """Add the weight of each token by how often its text has it, batch × sequence."""
    ids = graph.add("Cast", "input_ids", to=TensorProto.INT32)
    other = graph.add("Unsqueeze", ids, graph.constant([1]))
    equal = graph.add("Cast", graph.add("Equal", graph.column(ids), other), to=TensorProto.FLOAT)
    # A product with the mask counts what is no padding, and is faster than a sum.
    counts = graph.add("MatMul", equal, graph.column(graph.mask()))
    counts = graph.add("Squeeze", counts, graph.constant([2]))
    floor = graph.add("Max", counts, graph.constant(1.0))  # of padding, which counts nothing
    return str(graph.add("Pow", floor, graph.constant(-REPEATED)))


def layers(weights: Weights) -> int:
    """Return how many layers an encoder has."""
    return len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})


def one_layer(weights: Weights, number: int) -> dict[str, NDArray[np.float32]]:
    """Return the weights of one layer, named without it: `output.dense.weight`, …."""
    prefix = f"encoder.layer.{number}."
    return {
        name.removeprefix(prefix): array
        for name, array in weights.items()
        if name.startswith(prefix)
    }


def _embed(graph: Graph, weights: Weights) -> str:
    """Add the embeddings of words and places; all tokens are of type 0, which joins the places."""
    word, place, kind = (
        weights[f"embeddings.{name}_embeddings.weight"]
        for name in ("word", "position", "token_type")
    )
    length = graph.add("Shape", "input_ids", start=1, end=2)
    places = graph.add(
        "Slice", graph.constant(place + kind[0]), graph.constant([0]), length, graph.constant([0])
    )
    rows, scales = graph.look_up(word, "input_ids")
    summed = graph.add("Add", graph.add("Mul", rows, graph.column(scales)), places)
    return graph.normalise(
        summed, weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"]
    )


def _layer(
    graph: Graph, weights: Weights, prefix: str, hidden: str, masks: _Masks, heads: int
) -> str:
    """Add one layer: attention, then two linear maps, each added to what it was given."""

    def named(name: str) -> tuple[Array, Array]:
        return weights[f"{prefix}{name}.weight"], weights[f"{prefix}{name}.bias"]

    mixed = _attention(graph, weights, prefix + "attention.self.", hidden, masks, heads)
    mixed = graph.linear(mixed, *named("attention.output.dense"))
    hidden = graph.normalise(graph.add("Add", mixed, hidden), *named("attention.output.LayerNorm"))
    wide = graph.gelu(graph.linear(hidden, *named("intermediate.dense")))
    narrow = graph.linear(wide, *named("output.dense"))
    return graph.normalise(graph.add("Add", narrow, hidden), *named("output.LayerNorm"))


def _attention(
    graph: Graph, weights: Weights, prefix: str, hidden: str, masks: _Masks, heads: int
) -> str:
    """Add attention of every token to every token that is not padding; one product for q, k, v."""
    names = ("query", "key", "value")
    weight = np.concatenate([weights[f"{prefix}{name}.weight"] for name in names])
    bias = np.concatenate([weights[f"{prefix}{name}.bias"] for name in names])
    linear = graph.linear(hidden, weight, bias)
    parts = graph.add("Split", linear, outputs=3, axis=2, num_outputs=3)
    return str(
        graph.either(
            masks.is_whole,
            Call("MultiHeadAttention", parts, {"num_heads": heads}),
            Call("MultiHeadAttention", [*parts, "", masks.kept], {"num_heads": heads}),
        )
    )
