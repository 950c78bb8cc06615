"""Writes a model folder as the product reads it: graph, tokenizer, settings, code projection."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import onnx
from tokenizers import Tokenizer

from store import Quantiser

LICENCE = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class Described:
    """What `model.toml` says beside the sum of the graph."""

    name: str
    dims: int
    pooling: str
    max_tokens: int


def write(folder: Path, graph: onnx.ModelProto, tokenizer: Tokenizer, described: Described) -> None:
    """Write `model.onnx`, `tokenizer.json` and `model.toml`."""
    folder.mkdir(parents=True, exist_ok=True)
    data = graph.SerializeToString(deterministic=True)
    (folder / "model.onnx").write_bytes(data)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    compact = json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(compact, "utf-8", newline="\n")
    lines = [
        f'name = "{described.name}"',
        f"dims = {described.dims}",
        f'pooling = "in graph: {described.pooling}, then L2 normalised"',
        f"max_tokens = {described.max_tokens}",
        'query_prefix = ""',
        'passage_prefix = ""',
        f'licence = "{LICENCE}"',
        f'sha256 = "{hashlib.sha256(data).hexdigest()}"',
    ]
    (folder / "model.toml").write_text("\n".join(lines) + "\n", "utf-8", newline="\n")


def write_projection(folder: Path, quantiser: Quantiser) -> None:
    """Write `projection.npz`, the code projection that goes with the model."""
    (folder / "projection.npz").write_bytes(quantiser.to_bytes())
