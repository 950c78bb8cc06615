"""Texts to embeddings: the only home of onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from store import Vectors

from .batching import TokenIds, batches_of, pad
from .checksums import Checksums
from .model import Model, ModelError, Pooling
from .tokens import Tokens, read_tokenizer

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# From 1.29 on, onnxruntime's wheels report their use to its maker over HTTPS and keep a device id
# and a queue of reports in the user's cache folder, unless this is set before they are loaded.

_ZERO = np.zeros(1, dtype=np.int64)  # the first token, for a text that has none
_TOKENIZED_TEXTS = 512
"""Texts that are tokenized at a time, which takes some 30 bytes for each letter."""
_VOCABULARY_SAMPLE = 12_000
_WORD_STARTS = "▁Ġ"
"""How some vocabularies mark that a word begins."""
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
CPU = "CPUExecutionProvider"
_PREFERRED = ("CUDAExecutionProvider", "CoreMLExecutionProvider")
_NAMES = {CPU: "the processor", _PREFERRED[0]: "CUDA", _PREFERRED[1]: "CoreML"}
Floats = NDArray[np.float32]
_SMALLEST = 1e-12


class Embedder:
    """One model, loaded when first used. May be used by many threads at once."""

    def __init__(
        self,
        model: Model,
        threads: int | None = None,
        *,
        device: str = "auto",
        checksums: Checksums = Checksums(),  # noqa: B008 (remembers nothing)
        notify: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Make an embedder.

        Args:
            model: the model.
            threads: of the processor; None uses every core.
            device: `auto` uses an accelerator if onnxruntime offers one, `cpu` never does.
            checksums: by which the model's files are checked before they are used.
            notify: told, in a sentence for people, if an accelerator could not be used.
        """
        self.model = model
        self._threads = threads
        self._device = device
        self._checksums = checksums
        self._notify = notify
        self._loading = Lock()

    @property
    def threads(self) -> int:
        """How many it may use."""
        return self._threads or os.cpu_count() or 1

    def load(self) -> None:
        """Load the model, unless it is; who needs it meanwhile waits. Raises ModelError."""
        with self._loading:
            _ = self._inputs, self._tokens

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions; shape (n, dims), unit length. Raises ModelError."""
        return self._embed([self.model.query_prefix + text for text in texts], lambda: None)

    def embed_passages(
        self, texts: Sequence[str], before_batch: Callable[[], None] = lambda: None
    ) -> Vectors:
        """Embed texts to be found; shape (n, dims), unit length. Raises ModelError.

        `before_batch` is called before each batch, in its thread; what it raises ends the work.
        """
        return self._embed([self.model.passage_prefix + text for text in texts], before_batch)

    def some_words(self) -> list[str]:
        """Return words that the model knows, from all over its vocabulary. Raises ModelError."""
        vocabulary = self._tokenizer.get_vocab(with_added_tokens=False)
        plain = {word.lstrip(_WORD_STARTS) for word in vocabulary}
        words = sorted(word for word in plain if word.isalpha() and len(word) > 2)
        if not words:
            raise ModelError(f"the tokenizer {self.model.tokenizer} knows no words")
        return words[:: max(1, len(words) // _VOCABULARY_SAMPLE)]

    def check(self) -> None:
        """Embed a few probes. Raises ModelError if the model cannot be used."""
        highest = max(self._tokenizer.get_vocab(with_added_tokens=True).values())
        self._run([_ZERO])
        try:
            self._run([_ZERO + highest])
        except ModelError as error:
            raise ModelError(
                f"the tokenizer {self.model.tokenizer} does not fit {self.model.graph}: "
                f"its token {highest} is unknown to the model"
            ) from error
        texts = ["a probe", "Another text, about the income tax return.", "word " * 1000]
        vectors = np.concatenate([self.embed_queries(texts), self.embed_passages(texts)])
        if not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-2):
            raise ModelError(f"the model in {self.model.folder} gives embeddings of no length")
        if np.allclose(vectors[0], vectors[1], atol=1e-4):
            raise ModelError(f"the model in {self.model.folder} embeds all texts alike")

    def _embed(self, texts: Sequence[str], before_batch: Callable[[], None]) -> Vectors:
        vectors = np.zeros((len(texts), self.model.dims), dtype=np.float32)
        for first in range(0, len(texts), _TOKENIZED_TEXTS):
            part = list(texts[first : first + _TOKENIZED_TEXTS])
            if self.model.lower_case:
                part = [text.lower() for text in part]
            self.load()
            tokens = [ids if ids.size else _ZERO for ids in self._tokens.of(part)]
            batches = [*batches_of([*map(len, tokens)], is_light=self.model.is_light)]
            sorted_tokens = [[tokens[place] for place in places] for places in batches]
            made = self._run_all(sorted_tokens, before_batch)
            for places, embeddings in zip(batches, made, strict=True):
                vectors[[first + place for place in places]] = embeddings
        if not np.isfinite(vectors).all():
            raise ModelError(f"the model in {self.model.folder} returned numbers that are not")
        return vectors

    def _run_all(
        self, batches: list[list[TokenIds]], before_batch: Callable[[], None]
    ) -> Iterable[NDArray[np.float32]]:
        """Run batches side by side, each on one thread: they share no work that would wait."""

        def run(batch: list[TokenIds]) -> NDArray[np.float32]:
            before_batch()
            return self._run(batch)

        if len(batches) == 1 or self._threads == 1:
            return map(run, batches)
        return self._workers.map(run, batches)

    @cached_property
    def _workers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.threads, "embed")

    def _run(self, tokens: Sequence[TokenIds]) -> NDArray[np.float32]:
        ids, mask = pad(tokens)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        inputs = {name: given[name] for name in self._inputs}
        try:
            output = self._session.run([self.model.output], inputs)[0]
        except Exception as error:  # the library's errors share no base of its own
            raise ModelError(f"the model {self.model.graph} failed: {_short(error)}") from error
        return self._to_embeddings(np.asarray(output, dtype=np.float32), mask)

    def _to_embeddings(
        self, output: NDArray[np.float32], mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Pool, cut and scale what the graph returned."""
        model = self.model
        axes = 2 if model.pooling is Pooling.GRAPH else 3
        if output.ndim == axes:
            vectors = pool(output, mask, model.pooling)
            if vectors.shape == (len(mask), model.output_dims or model.dims):
                return to_unit_length(vectors[:, : model.dims])
        raise ModelError(
            f"the model in {model.folder} returned embeddings of shape {output.shape}, "
            f"but its model.toml says {model.output_dims or model.dims} dims"
        )

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        if self._threads is not None:
            os.environ.setdefault("RAYON_NUM_THREADS", str(self._threads))
        return read_tokenizer(self.model.tokenizer, self.model.max_tokens)

    @cached_property
    def _tokens(self) -> Tokens:
        return Tokens(self._tokenizer, self.model.max_tokens, remembers=self.threads == 1)

    @cached_property
    def _inputs(self) -> list[str]:
        """Names of the graph's inputs, all of which we know how to fill."""
        names = [one.name for one in self._session.get_inputs()]
        if set(names) <= {*_INPUTS} and names:
            return names
        raise ModelError(
            f"the model {self.model.graph} asks for {', '.join(names)}; "
            f"thimble gives {', '.join(_INPUTS)}"
        )

    @cached_property
    def _session(self) -> InferenceSession:
        import onnxruntime

        self._checksums.verify(self.model)
        wanted = providers(onnxruntime.get_available_providers(), self._device)
        try:
            session = _open(self.model.graph, wanted)
        except ModelError:
            if wanted == [CPU]:
                raise
            session = _open(self.model.graph, [CPU])
        if wanted[0] not in session.get_providers():
            self._notify(
                f"the model {self.model.name} cannot run on {device_name(wanted[0])}, "
                "so it runs on the processor; to say so beforehand: thimble config set device cpu"
            )
        return session


def _short(error: Exception) -> str:
    """Return the first line of an error of onnxruntime."""
    return str(error).strip().partition("\n")[0]


def output_dims(graph: Path) -> dict[str, int | None]:
    """Return the names of a graph's outputs and their dims, None if the graph leaves them open.

    Raises ModelError if onnxruntime cannot load it.
    """
    outputs = _open(graph, [CPU]).get_outputs()
    sizes = {one.name: (one.shape or [None])[-1] for one in outputs}
    return {name: size if isinstance(size, int) else None for name, size in sizes.items()}


def _open(graph: Path, wanted: list[str]) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # its threads would spin while they wait for each other
    options.enable_cpu_mem_arena = False  # both keep the memory of the largest batch
    options.enable_mem_pattern = False
    options.log_severity_level = 4  # errors are raised
    try:
        # Its own fallback would print to stdout.
        return onnxruntime.InferenceSession(str(graph), options, wanted, enable_fallback=0)
    except Exception as error:  # the library's errors share no base of its own
        raise ModelError(f"cannot load the model {graph}: {_short(error)}") from error


def providers(available: Sequence[str], device: str) -> list[str]:
    """Return the execution providers to try, best first; the processor is always the last.

    Args:
        available: what this onnxruntime offers.
        device: `auto`, or `cpu` for the processor alone.
    """
    if device == "cpu":
        return [CPU]
    return [*(one for one in _PREFERRED if one in available), CPU]


def device_name(provider: str) -> str:
    """Return a provider's name for people."""
    return _NAMES.get(provider, provider)


def pool(output: Floats, mask: NDArray[np.int64], pooling: Pooling) -> Floats:
    """Return one vector a text, shape (texts, dims).

    Args:
        output: of the graph; shape (texts, tokens, dims), or (texts, dims) if that pools.
        mask: 1 for each token of a text and 0 for padding after them, shape (texts, tokens).
        pooling: how; as in Reimers and Gurevych, "Sentence-BERT", 2019, §3.
    """
    if pooling is Pooling.GRAPH:
        return output
    if pooling is Pooling.CLS:
        return np.asarray(output[:, 0])
    if pooling is Pooling.LAST:
        return np.asarray(output[np.arange(len(output)), mask.sum(axis=1) - 1])
    if pooling is Pooling.MAX:
        return np.asarray(np.where(mask[:, :, None] > 0, output, -np.inf).max(axis=1))
    summed: Floats = np.einsum("nt,ntd->nd", mask.astype(np.float32), output)
    counts = np.maximum(mask.sum(axis=1, keepdims=True), 1)
    return np.asarray(summed / counts, dtype=np.float32)


def to_unit_length(vectors: Floats) -> Floats:
    """Return vectors of unit length, shape (n, dims); zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, _SMALLEST), dtype=np.float32)
