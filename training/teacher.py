"""The teacher: a BERT checkpoint, run in int8, and what it says about the training texts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from indexer.embedding.batching import batches_of, pad

from .graph import Array
from .graphs import Weights, encoder_graph, layers

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # it reports to its maker otherwise
HEADS = 12
_SHARD = 2048
_SMALL = np.float16


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A teacher on disk."""

    weights: Weights
    tokenizer: Tokenizer

    @classmethod
    def load(cls, folder: Path) -> Checkpoint:
        """Read `model.safetensors` and `tokenizer.json`."""
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        weights = load_file(folder / "model.safetensors")
        floats = {name: array for name, array in weights.items() if array.dtype == np.float32}
        return cls(floats, tokenizer)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What student and teacher make of every token of some texts."""

    early: NDArray[np.float16]
    """After the student's early layers, shape (tokens, dims)."""
    last: NDArray[np.float16]
    """After the teacher's last layer."""
    ends: NDArray[np.int64]
    """Where each text ends in both."""

    def of(self, text: int) -> slice:
        """Return the rows of one text."""
        return slice(int(self.ends[text - 1]) if text else 0, int(self.ends[text]))


class Teacher:
    """Runs a checkpoint on texts, and the early layers of a student that does not change."""

    def __init__(
        self, checkpoint: Checkpoint, early: Weights, most_tokens: int, threads: int
    ) -> None:
        self._tokenizer = checkpoint.tokenizer
        self._tokenizer.enable_truncation(most_tokens)
        count, last = layers(early), layers(checkpoint.weights)
        self._early_output = [f"hidden_{count}"]
        self._last_outputs = ["embedding", f"hidden_{last}"]
        self._early = _session(encoder_graph(early, HEADS, shown=[count]))
        self._whole = _session(encoder_graph(checkpoint.weights, HEADS, shown=[last]))
        self._threads = threads

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return embeddings, shape (n, dims), unit length."""
        found: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * len(texts)
        for place, embedding, _, _ in self._run(texts, hidden=False):
            found[place] = embedding
        return np.stack(found)

    def tokens(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], Tokens]:
        """Return embeddings, and the tokens after the early and the last layer."""
        rows = sorted(self._run(texts, hidden=True), key=lambda row: row[0])
        ends = np.cumsum([len(early) for _, _, early, _ in rows])
        tokens = Tokens(
            np.concatenate([early for _, _, early, _ in rows]),
            np.concatenate([last for _, _, _, last in rows]),
            ends.astype(np.int64),
        )
        return np.stack([embedding for _, embedding, _, _ in rows]), tokens

    def _run(
        self, texts: Sequence[str], *, hidden: bool
    ) -> Iterator[tuple[int, NDArray[np.float32], NDArray[np.float16], NDArray[np.float16]]]:
        """Yield place, embedding and tokens of each text, the shortest first."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        nothing = np.zeros((0, 0), _SMALL)

        def run(places: list[int]) -> tuple[list[int], NDArray[np.float32], list[Array]]:
            padded, mask = pad([ids[place] for place in places])
            given = {"input_ids": padded, "attention_mask": mask}
            embeddings, *last = self._whole.run(self._last_outputs[: 1 + hidden], given)
            early = self._early.run(self._early_output, given) if hidden else []
            return places, embeddings, [*early, *last]

        with ThreadPoolExecutor(self._threads) as workers:
            for places, embeddings, outputs in workers.map(run, batches_of([*map(len, ids)])):
                for row, place in enumerate(places):
                    parts = [array[row, : len(ids[place])].astype(_SMALL) for array in outputs]
                    yield place, embeddings[row], *(parts or [nothing, nothing])


def _session(model: onnx.ModelProto) -> InferenceSession:
    import onnxruntime  # after it has been told not to report

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # whole batches run side by side
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def teach(teacher: Teacher, texts: Sequence[str], with_tokens: int, cache: Path) -> None:
    """Write what the teacher says of texts: `embeddings-N.npy`, of the first also `tokens-N.npz`.

    One file for so many texts; a run that was stopped goes on with the next.
    """
    cache.mkdir(parents=True, exist_ok=True)
    for number, first in enumerate(range(0, len(texts), _SHARD)):
        part, path = texts[first : first + _SHARD], cache / f"embeddings-{number}.npy"
        if path.exists():
            continue
        if first < with_tokens:
            embeddings, tokens = teacher.tokens(part)
            np.save(cache / f"ends-{number}.npy", tokens.ends)
            np.save(cache / f"early-{number}.npy", tokens.early)
            np.save(cache / f"last-{number}.npy", tokens.last)
        else:
            embeddings = teacher.embed(part)
        np.save(path, embeddings.astype(_SMALL))


def embeddings(cache: Path) -> NDArray[np.float16]:
    """Return the embeddings of all texts so far."""
    count = len(list(cache.glob("embeddings-*.npy")))
    return np.concatenate([np.load(cache / f"embeddings-{n}.npy") for n in range(count)])


def tokens(cache: Path) -> list[Tokens]:
    """Return the tokens so far, one element for each `_SHARD` texts; they stay on disk."""
    count = len(list(cache.glob("last-*.npy")))
    return [
        Tokens(
            np.load(cache / f"early-{n}.npy", mmap_mode="r"),
            np.load(cache / f"last-{n}.npy", mmap_mode="r"),
            np.load(cache / f"ends-{n}.npy"),
        )
        for n in range(count)
    ]
