"""Embeddings for the rivals that store them all: any model folder, one vector a document."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer import Embedder, Model
from store import Vectors


class StoredVectors:
    """A model whose document vectors are kept on disk, since a transformer is slow."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.model = Model.load(folder)
        self._embedder = Embedder(self.model)
        self._cache = cache

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed documents, or read their vectors from the cache."""
        key = hashlib.sha256("\0".join((self.model.sha256, *texts)).encode()).hexdigest()[:32]
        path = self._cache / f"{self.model.name}-{key}.npy"
        if not path.exists():
            self._cache.mkdir(parents=True, exist_ok=True)
            np.save(path, self._embedder.embed_passages(texts))
        vectors: Vectors = np.load(path)
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed queries."""
        return self._embedder.embed_queries(texts)
