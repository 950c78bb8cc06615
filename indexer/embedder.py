"""Texts to embeddings: the only home of onnxruntime and tokenizers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from store import Quantiser, Vectors

from .model import Model, ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# From 1.29 on, onnxruntime's wheels report their use to its maker over HTTPS and keep a device id
# and a queue of reports in the user's cache folder, unless this is set before they are loaded.

_BATCH_TEXTS = 16
_BATCH_TOKENS = 4096
"""Small batches of texts of like length run fastest on a CPU and bound the memory used."""
_TOKENIZED_TEXTS = 512
"""Texts whose tokens are held at a time: a token takes about 60 bytes until it is embedded."""
_VOCABULARY_SAMPLE = 12_000


class Embedder:
    """One model, loaded when first used. May be used by many threads at once."""

    def __init__(self, model: Model, threads: int | None = None) -> None:
        self.model = model
        self._threads = threads

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions; shape (n, dims), unit length. Raises ModelError."""
        return self._embed([self.model.query_prefix + text for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts to be found; shape (n, dims), unit length. Raises ModelError."""
        return self._embed([self.model.passage_prefix + text for text in texts])

    def fit_quantiser(self) -> Quantiser:
        """Fit a code projection to the words the model knows.

        Words span the space of texts well enough: on seven retrieval sets codes fitted so kept
        as many of the true nearest chunks as codes fitted to 18,000 passages.
        """
        vocabulary = self._tokenizer.get_vocab(with_added_tokens=False)
        words = sorted(word for word in vocabulary if word.isalpha() and len(word) > 2)
        step = max(1, len(words) // _VOCABULARY_SAMPLE)
        return Quantiser.fit(self.embed_passages(words[::step]))

    def _embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.model.dims), dtype=np.float32)
        for first in range(0, len(texts), _TOKENIZED_TEXTS):
            part = list(texts[first : first + _TOKENIZED_TEXTS])
            tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(part)]
            for places in _batches([len(ids) for ids in tokens]):
                rows = [first + place for place in places]
                vectors[rows] = self._run([tokens[place] for place in places])
        if not np.isfinite(vectors).all():
            raise ModelError(f"the model in {self.model.folder} returned numbers that are not")
        return vectors

    def _run(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        longest = max(map(len, tokens))
        ids = np.zeros((len(tokens), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, sequence in enumerate(tokens):
            ids[row, : len(sequence)] = sequence
            mask[row, : len(sequence)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask}
        vectors: NDArray[np.float32] = self._session.run(["embedding"], inputs)[0]
        if vectors.shape != (len(tokens), self.model.dims):
            raise ModelError(
                f"the model in {self.model.folder} returned embeddings of shape {vectors.shape}, "
                f"but its model.toml says {self.model.dims} dims"
            )
        return vectors

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        if self._threads is not None:
            os.environ.setdefault("RAYON_NUM_THREADS", str(self._threads))
        from tokenizers import Tokenizer

        path = self.model.folder / "tokenizer.json"
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception
            raise ModelError(f"cannot read the tokenizer {path}: {error}") from error
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.model.max_tokens)
        return tokenizer

    @cached_property
    def _session(self) -> InferenceSession:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads or 0
        options.enable_cpu_mem_arena = False  # both keep the memory of the largest batch
        options.enable_mem_pattern = False
        options.log_severity_level = 3
        path = self.model.folder / "model.onnx"
        try:
            return onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library's errors share no base of its own
            raise ModelError(f"cannot load the model {path}: {error}") from error


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield places of texts in batches of like length, the shortest first."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (
            len(batch) == _BATCH_TEXTS or (len(batch) + 1) * lengths[place] > _BATCH_TOKENS
        ):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def load_quantiser(embedder: Embedder, cache: Path) -> Quantiser:
    """Return a model's code projection: shipped with it, or fitted once and kept in `cache`.

    Raises ModelError if the one that ships does not fit the model.
    """
    model = embedder.model
    shipped, fitted = model.folder / "projection.npz", cache / f"{model.sha256}.npz"
    for path in (shipped, fitted):
        if path.is_file():
            try:
                quantiser = Quantiser.from_bytes(path.read_bytes())
            except ValueError as error:
                raise ModelError(f"cannot use {path}: {error}") from error
            if quantiser.dims != model.dims:
                raise ModelError(f"{path} is for {quantiser.dims} dims, not {model.dims}")
            return quantiser
    quantiser = Quantiser.from_bytes(embedder.fit_quantiser().to_bytes())
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = fitted.with_suffix(".partial")
    partial.write_bytes(quantiser.to_bytes())
    partial.replace(fitted)
    return quantiser
