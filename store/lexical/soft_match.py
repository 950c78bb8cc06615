"""How near the words of a text come to those of a query: to BM25, other words are strangers.

Each word of the query looks for the most similar word of the text by embeddings of single words,
and counts by its idf, as in Kenter and de Rijke, "Short Text Similarity with Word Embeddings",
2015. Of an exact match there is nothing more similar. Nothing is kept for this: the embeddings
are those of the built-in index model, which is a table of tokens, and the text is at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ..values.embeddings import Embed
from . import analysis

SoftMatches = NDArray[np.float32]


class SoftWordMatch:
    """Compares texts with one query, word by word."""

    def __init__(self, query: str, weights: Mapping[int, float], embed_words: Embed) -> None:
        """Make one.

        Args:
            query: its text.
            weights: term key → how much a term counts; others do not.
            embed_words: words to embeddings, shape (n, dims), unit length.
        """
        self._embed = embed_words
        self._words = {
            word: keys
            for word, keys in analysis.plain_words(query).items()
            if any(key in weights for key in keys)
        }
        heaviest = [max(weights.get(key, 0.0) for key in keys) for keys in self._words.values()]
        self._weights = np.array(heaviest, dtype=np.float32)

    def of(self, texts: Sequence[str]) -> SoftMatches | None:
        """Return one number a text, 0 to 1, or None if the query has no word in Latin letters.

        The root makes a word that has no kin at all count for more than several with distant kin.
        """
        if not self._weights.any():
            return None
        known = [analysis.plain_words(text) for text in texts]
        words = [*dict.fromkeys(chain.from_iterable(known))]
        places = {word: place for place, word in enumerate(words)}
        table = self._similarities(words)
        best = np.zeros((len(texts), len(self._words)), dtype=np.float32)
        for row, own in enumerate(known):
            best[row] = table[:, [places[word] for word in own]].max(axis=1, initial=0.0)
            keys = set(chain.from_iterable(own.values()))
            best[row, [not keys.isdisjoint(mine) for mine in self._words.values()]] = 1.0
        return np.asarray(np.sqrt(best) @ self._weights / self._weights.sum(), dtype=np.float32)

    def _similarities(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Return those of the query's words with others, none above 1, (own, others)."""
        vectors = self._embed([*self._words, *words])
        own = len(self._words)
        return np.asarray(np.minimum(vectors[:own] @ vectors[own:].T, 1.0))
