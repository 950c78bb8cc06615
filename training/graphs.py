"""ONNX graphs written from numpy weights, int8 inside. No torch here: anyone can rebuild one.

Both graphs map `input_ids` and `attention_mask` (int64, batch × sequence) to `embedding`
(float32, batch × dims, unit length).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from .rounding import Rounded, round_columns, round_rows

Array = NDArray[Any]
Weights = Mapping[str, NDArray[np.float32]]
"""Named as in a BERT checkpoint: `encoder.layer.0.attention.self.query.weight`, …"""

REPEATED = 0.2
"""A token that a text has n times counts n ** (1 - REPEATED) times in the index model."""
_OPSET = 18
_EPSILON = 1e-12
_MASKED = -10_000.0


@dataclass
class _Graph:
    """Nodes and constants of a graph that is being written."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    outputs: list[onnx.ValueInfoProto] = field(default_factory=list)
    count: int = 0

    def add(self, operator: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Add a node; return the name of its output, or of all outputs if there are several."""
        names = [f"{operator}_{self.count + place}" for place in range(outputs)]
        self.count += outputs
        self.nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, values: Array | Sequence[int] | float) -> str:
        """Add a constant: numpy arrays as they are, other integers int64, floats float32."""
        if not isinstance(values, np.ndarray):
            kind = np.float32 if isinstance(values, float) else np.int64
            values = np.asarray(values, dtype=kind)
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def look_up(self, table: Array, ids: str) -> tuple[str, str]:
        """Add rows of an int8 table, and their scales, batch × sequence."""
        rounded = round_rows(table)
        rows = self.add("Gather", self.constant(rounded.values), ids)
        scales = self.add("Gather", self.constant(rounded.scales), ids)
        return self.add("Cast", rows, to=TensorProto.FLOAT), scales

    def linear(self, inputs: str, weight: Array, bias: Array) -> str:
        """Add `inputs @ weight.T + bias` in int8; what comes in is rounded as it comes."""
        rounded: Rounded = round_columns(weight.T)
        quantised, scale, zero = self.add("DynamicQuantizeLinear", inputs, outputs=3)
        products = self.add("MatMulInteger", quantised, self.constant(rounded.values), zero)
        scales = self.add("Mul", scale, self.constant(rounded.scales))
        product = self.add("Mul", self.add("Cast", products, to=TensorProto.FLOAT), scales)
        return str(self.add("Add", product, self.constant(bias)))

    def normalise(self, inputs: str, weight: Array, bias: Array) -> str:
        """Add layer normalisation over the last axis."""
        names = self.constant(weight), self.constant(bias)
        return str(self.add("LayerNormalization", inputs, *names, axis=-1, epsilon=_EPSILON))

    def gelu(self, inputs: str) -> str:
        """Add the exact GELU, in the form that onnxruntime recognises."""
        part = self.add("Div", inputs, self.constant(math.sqrt(2)))
        grown = self.add("Add", self.add("Erf", part), self.constant(1.0))
        return str(self.add("Mul", self.add("Mul", inputs, grown), self.constant(0.5)))

    def mask(self) -> str:
        """Add the mask as float32, batch × sequence."""
        return str(self.add("Cast", "attention_mask", to=TensorProto.FLOAT))

    def column(self, values: str) -> str:
        """Add a last axis of size 1 to what is batch × sequence."""
        return str(self.add("Unsqueeze", values, self.constant([2])))

    def unit(self, inputs: str) -> str:
        """Add division of vectors by their length."""
        length = self.add("ReduceL2", inputs, self.constant([-1]), keepdims=1)
        return str(self.add("Div", inputs, self.add("Max", length, self.constant(1e-9))))

    def pool(self, tokens: str) -> str:
        """Add the sum of the tokens that are not padding, at unit length."""
        kept = self.add("Mul", tokens, self.column(self.mask()))
        return self.unit(self.add("ReduceSum", kept, self.constant([1]), keepdims=0))

    def show(self, name: str, output: str, shape: Sequence[str | int]) -> None:
        """Make a value an output of the model."""
        self.nodes.append(helper.make_node("Identity", [output], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def model(self) -> onnx.ModelProto:
        """Return the finished model."""
        shape = ["batch", "sequence"]
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape)
            for name in ("input_ids", "attention_mask")
        ]
        graph = helper.make_graph(self.nodes, "thimble", inputs, self.outputs, self.constants)
        opset = helper.make_opsetid("", _OPSET)
        model = helper.make_model(graph, opset_imports=[opset], producer_name="thimble")
        model.ir_version = 9  # read by every onnxruntime that thimble accepts
        onnx.checker.check_model(model)
        return model


def static_graph(table: NDArray[np.float32]) -> onnx.ModelProto:
    """Return a static model: the sum of its tokens' rows, repeated ones less and less.

    `table` has shape (tokens, dims).
    """
    graph = _Graph()
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
    graph = _Graph()
    dims = weights["embeddings.word_embeddings.weight"].shape[1]
    hidden = _embed(graph, weights)
    absent = graph.add("Sub", graph.constant(1.0), graph.mask())
    absent = graph.add("Unsqueeze", absent, graph.constant([1, 2]))
    absent = graph.add("Mul", absent, graph.constant(_MASKED))
    for layer in range(layers(weights)):
        hidden = _layer(graph, weights, f"encoder.layer.{layer}.", hidden, absent, heads)
        if layer + 1 in shown:
            graph.show(f"hidden_{layer + 1}", hidden, ["batch", "sequence", dims])
    graph.show("embedding", graph.pool(hidden), ["batch", dims])
    return graph.model()


def _repeats(graph: _Graph) -> str:
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


def _embed(graph: _Graph, weights: Weights) -> str:
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
    graph: _Graph, weights: Weights, prefix: str, hidden: str, absent: str, heads: int
) -> str:
    """Add one layer: attention, then two linear maps, each added to what it was given."""

    def named(name: str) -> tuple[Array, Array]:
        return weights[f"{prefix}{name}.weight"], weights[f"{prefix}{name}.bias"]

    mixed = _attention(graph, weights, prefix + "attention.self.", hidden, absent, heads)
    mixed = graph.linear(mixed, *named("attention.output.dense"))
    hidden = graph.normalise(graph.add("Add", mixed, hidden), *named("attention.output.LayerNorm"))
    wide = graph.gelu(graph.linear(hidden, *named("intermediate.dense")))
    narrow = graph.linear(wide, *named("output.dense"))
    return graph.normalise(graph.add("Add", narrow, hidden), *named("output.LayerNorm"))


def _attention(
    graph: _Graph, weights: Weights, prefix: str, hidden: str, absent: str, heads: int
) -> str:
    """Add attention of every token to every token that is not padding; one product for q, k, v."""
    names = ("query", "key", "value")
    weight = np.concatenate([weights[f"{prefix}{name}.weight"] for name in names])
    bias = np.concatenate([weights[f"{prefix}{name}.bias"] for name in names])
    size = weight.shape[1] // heads
    factor = np.float32(1 / math.sqrt(size))
    weight[: size * heads] *= factor  # of the query: the scores need no division then
    bias[: size * heads] *= factor
    parts = graph.add("Split", graph.linear(hidden, weight, bias), outputs=3, axis=2, num_outputs=3)
    split = graph.constant([0, 0, heads, size])
    query, key, value = (graph.add("Reshape", part, split) for part in parts)
    query, value = (graph.add("Transpose", part, perm=[0, 2, 1, 3]) for part in (query, value))
    key = graph.add("Transpose", key, perm=[0, 2, 3, 1])
    scores = graph.add("Add", graph.add("MatMul", query, key), absent)
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
    joined = graph.add("Transpose", mixed, perm=[0, 2, 1, 3])
    return str(graph.add("Reshape", joined, graph.constant([0, 0, size * heads])))
