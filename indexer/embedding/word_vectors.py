"""Embeddings of single words, remembered: a language has few, and texts repeat them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from store import Vectors

from .embedder import Embedder

_MOST = 1 << 15
"""Words remembered: some 20 MB."""


class WordVectors:
    """Embeds words with one model. May be used by many threads at once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float16]] = {}

    def embed(self, words: Sequence[str]) -> Vectors:
        """Return the embeddings of words, shape (n, dims), unit length. Raises ModelError."""
        known = self._known
        missing = [word for word in dict.fromkeys(words) if word not in known]
        if missing:
            if len(known) + len(missing) > _MOST:
                known = self._known = {word: known[word] for word in words if word in known}
            made = self._embedder.embed_passages(missing).astype(np.float16)
            known |= zip(missing, made, strict=True)
        return np.array([known[word] for word in words], dtype=np.float32)
