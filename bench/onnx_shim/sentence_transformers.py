"""Stands in for the library of this name, so that LEANN embeds with thimble's ONNX model.

LEANN calls `SentenceTransformer(…).encode(texts)`. With this folder on the rivals' PYTHONPATH it
gets the embedder that thimble uses: the same weights, runtime and batching. What is left to
compare is then the index and not the speed of two libraries at the same arithmetic.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # it reports to its maker otherwise
_BATCH_TEXTS = 16
_BATCH_TOKENS = 4096
_MOST_TOKENS = 256


class SentenceTransformer:
    """The few methods that LEANN calls."""

    def __init__(self, model: str, **_: Any) -> None:
        """Load the model folder `model`."""
        folder = Path(model)
        import onnxruntime  # after it has been told not to report

        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MOST_TOKENS)

    def encode(self, texts: Sequence[str], **_: Any) -> np.ndarray:
        """Return embeddings, float32, shape (n, dims), of unit length."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        rows: list[np.ndarray] = [np.zeros(0, np.float32)] * len(tokens)
        batch: list[int] = []
        for place in sorted(range(len(tokens)), key=lambda at: len(tokens[at])):
            full = (len(batch) + 1) * len(tokens[place]) > _BATCH_TOKENS
            if batch and (full or len(batch) == _BATCH_TEXTS):
                self._run(tokens, batch, rows)
                batch = []
            batch.append(place)
        self._run(tokens, batch, rows)
        return np.stack(rows)

    def eval(self) -> None:
        """Do nothing; an ONNX session is always ready."""

    def parameters(self) -> tuple[()]:
        """Return none; LEANN freezes what is returned."""
        return ()

    def _run(
        self, tokens: Sequence[Sequence[int]], batch: Sequence[int], rows: list[np.ndarray]
    ) -> None:
        longest = max(len(tokens[place]) for place in batch)
        ids = np.zeros((len(batch), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, place in enumerate(batch):
            ids[row, : len(tokens[place])] = tokens[place]
            mask[row, : len(tokens[place])] = 1
        inputs = {"input_ids": ids, "attention_mask": mask}
        for place, vector in zip(batch, self._session.run(["embedding"], inputs)[0], strict=True):
            rows[place] = vector
