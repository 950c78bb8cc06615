"""The second stage of a search by meaning: exact similarities, from text read back just now."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .candidates import Candidate
from .models import SearchModels
from .passages import PassageReader
from .ranking import Scale, Scores
from .types import Vectors


class Recomputer:
    """Recomputes the embeddings of candidates of one query."""

    def __init__(self, models: SearchModels, reader: PassageReader, query: str) -> None:
        self._models = models
        self._reader = reader
        self._text = query
        self._query: Vectors | None = None
        self.recomputed = 0
        """Embeddings recomputed so far."""

    def read(self, chosen: list[Candidate]) -> list[tuple[Candidate, str]]:
        """Return the candidates whose file is still there, with the text to embed."""
        self._reader.prefetch(chosen)
        passages = [(one, self._reader.passage(one)) for one in chosen]
        return [(one, passage.indexed_text) for one, passage in passages if passage is not None]

    def recompute(self, read: list[tuple[Candidate, str]]) -> None:
        """Set the exact similarity of each candidate."""
        if not read:
            return
        if self._query is None:
            self._query = self._models.embed_query([self._text])[0]
        exact = self._models.embed_passages([text for _, text in read]) @ self._query
        self.recomputed += len(read)
        for (candidate, _), similarity in zip(read, exact, strict=True):
            candidate.exact = float(similarity)


def place(candidates: Iterable[Candidate]) -> None:
    """Put exact similarities on the scale of the estimates they replace.

    The rank model may be another one than made the codes, with similarities of its own spread;
    only the order and the relative distances of the exact scores carry meaning.
    """
    known = [(one, one.exact) for one in candidates if one.exact is not None]
    if not known:
        return
    exact = np.array([similarity for _, similarity in known], dtype=np.float32)
    estimated = np.array([one.estimate for one, _ in known], dtype=np.float32)
    for (candidate, _), similarity in zip(known, _match_moments(exact, estimated), strict=True):
        candidate.meaning = float(similarity)


def _match_moments(exact: Scores, estimated: Scores) -> Scores:
    own, other = Scale.of(exact), Scale.of(estimated)
    return (exact - own.mean) / own.deviation * other.deviation + other.mean
