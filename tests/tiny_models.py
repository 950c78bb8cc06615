"""Makes tiny real models: a table of token vectors as an ONNX graph, a tokenizer, config files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

_TEXT = """[UNK] query: passage: carrots celery simmer soup hour deposit returned thirty days lease
rent cat kitten tax income return the a is in for and of note number said here"""
WORDS = [*_TEXT.split()]
DIMS = 8


def table(seed: int = 0, rows: int = len(WORDS)) -> NDArray[np.float32]:
    """Return the token vectors, shape (rows, DIMS)."""
    return np.random.default_rng(seed).standard_normal((rows, DIMS)).astype(np.float32)


def token_ids(text: str) -> list[int]:
    """Return the ids that the tokenizer gives to a text of lower-case words."""
    return [WORDS.index(word) if word in WORDS else 0 for word in text.split()]


def write_graph(
    path: Path,
    *,
    seed: int = 0,
    rows: int = len(WORDS),
    output: str = "last_hidden_state",
    inputs: tuple[str, ...] = ("input_ids", "attention_mask"),
) -> None:
    """Write a graph: a vector a token, or with another output their sum for the text."""
    vectors = table(seed, rows)
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["gathered"])]
    constants = [numpy_helper.from_array(vectors, "table")]
    last = "gathered"
    if "token_type_ids" in inputs:
        types = np.zeros((2, DIMS), np.float32)
        types[1] = 100  # no text of ours is of the second type
        constants.append(numpy_helper.from_array(types, "types"))
        nodes.append(helper.make_node("Gather", ["types", "token_type_ids"], ["typed"]))
        nodes.append(helper.make_node("Add", [last, "typed"], ["with_types"]))
        last = "with_types"
    whole = output in ("embedding", "sentence_embedding")
    shape: list[str | int | None] = ["texts", DIMS] if whole else ["texts", "tokens", DIMS]
    if whole:
        constants.append(numpy_helper.from_array(np.array([2], np.int64), "axis"))
        nodes += [
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["mask", "axis"], ["wide"]),
            helper.make_node("Mul", [last, "wide"], ["masked"]),
            helper.make_node("ReduceSum", ["masked", "one"], [output], keepdims=0),
        ]
        constants.append(numpy_helper.from_array(np.array([1], np.int64), "one"))
    else:
        nodes.append(helper.make_node("Identity", [last], [output]))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(n, TensorProto.INT64, ["texts", "tokens"]) for n in inputs],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def write_tokenizer(path: Path, *, lower: bool = False) -> None:
    """Write a tokenizer that knows WORDS, split at spaces."""
    vocabulary = {word: place for place, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if lower:
        tokenizer.normalizer = normalizers.Lowercase()
    path.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))


def write_model(
    folder: Path,
    *,
    pooling: Mapping[str, object] | None = None,
    seed: int = 0,
    **graph: object,
) -> Path:
    """Write a folder as sentence-transformers does and return it; `graph` as for write_graph."""
    write_graph(folder / "onnx" / "model.onnx", seed=seed, **graph)  # type: ignore[arg-type]
    write_tokenizer(folder / "tokenizer.json")
    kinds = {"Transformer": ""}
    if pooling is not None:
        kinds["Pooling"] = "1_Pooling"
        kinds["Normalize"] = "2_Normalize"
        write_json(folder / "1_Pooling" / "config.json", pooling)
    package = "sentence_transformers.models"
    modules = [
        {"idx": place, "name": str(place), "path": path, "type": f"{package}.{kind}"}
        for place, (kind, path) in enumerate(kinds.items())
    ]
    write_json(folder / "modules.json", modules)
    return folder


def write_json(path: Path, value: object) -> None:
    """Write a file of JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
