"""Writes ONNX graphs node by node. No torch here: anyone can rebuild a model."""

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
_OPSET = 18
_EPSILON = 1e-12
_CONTRIBUTED = "com.microsoft"
"""Operators that onnxruntime has beside those of the standard."""


@dataclass(frozen=True, slots=True)
class Call:
    """An operator, what it is given, and how it works."""

    operator: str
    inputs: Sequence[str]
    attributes: Mapping[str, Any]


@dataclass
class Graph:
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

    def either(self, condition: str, yes: Call, no: Call) -> Any:
        """Add a choice between two calls of onnxruntime's own operators."""
        branches = {}
        for branch, call in (("then_branch", yes), ("else_branch", no)):
            name = f"{branch}_{self.count}"
            node = helper.make_node(
                call.operator, call.inputs, [name], domain=_CONTRIBUTED, **call.attributes
            )
            output = helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
            branches[branch] = helper.make_graph([node], name, [], [output])
        return self.add("If", condition, **branches)

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
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIBUTED, 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="thimble")
        model.ir_version = 9  # read by every onnxruntime that thimble accepts
        onnx.checker.check_model(model)
        return model
