"""Trained weights to model folders: plain numpy and onnx, so that a test can do it too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from indexer import Embedder, Model
from store import Quantiser

from .folder import Described, write, write_projection
from .graphs import Weights, encoder_graph, static_graph
from .vocabulary import pruned

INDEX_NAME, RANK_NAME = "thimble-index", "thimble-rank"
_INDEX_TOKENS = 512
_RANK_TOKENS = 256
_WORDS = "embeddings.word_embeddings.weight"
_PLACES = "embeddings.position_embeddings.weight"


def export_index(
    folder: Path, table: NDArray[np.float32], tokenizer: Tokenizer, sample: list[str]
) -> None:
    """Write the index model and the code projection fitted to its embeddings of a sample."""
    described = Described(INDEX_NAME, table.shape[1], "sum of the tokens", _INDEX_TOKENS)
    write(folder, static_graph(table), tokenizer, described)
    (folder / "projection.npz").unlink(missing_ok=True)  # of an earlier table
    vectors = Embedder(Model.load(folder)).embed_passages(sample)
    write_projection(folder, Quantiser.fit(vectors))


def export_rank(folder: Path, weights: Weights, heads: int, tokenizer: Tokenizer) -> None:
    """Write the rank model without the words and places that it does not need."""
    kept, old = pruned(tokenizer), tokenizer.get_vocab()
    words = sorted(kept.get_vocab().items(), key=lambda item: item[1])
    smaller = {
        **weights,
        _WORDS: weights[_WORDS][[old[word] for word, _ in words]],
        _PLACES: weights[_PLACES][:_RANK_TOKENS],
    }
    dims = weights[_WORDS].shape[1]
    described = Described(RANK_NAME, dims, "mean of the tokens", _RANK_TOKENS)
    write(folder, encoder_graph(smaller, heads), kept, described)
