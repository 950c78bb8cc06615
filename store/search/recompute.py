"""The second stage of a search by meaning: exact similarities, from text read back just now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import apsw
import numpy as np
from numpy.typing import NDArray

from ..values.embeddings import Vectors
from ..vectors import cache
from ..vectors.models import SearchModels
from ..vectors.ranking import Scale, Scores
from .candidate import Candidate


@dataclass(frozen=True, slots=True)
class Readable:
    """A candidate whose file is still there."""

    candidate: Candidate
    text: str
    """What is embedded."""
    unchanged: bool
    """True if the text is byte for byte what was indexed."""


class Recomputer:
    """Recomputes the embeddings of candidates of one search."""

    def __init__(
        self, connection: apsw.Connection, models: SearchModels, give_way: Callable[[], None]
    ) -> None:
        """Make one; `give_way` is called before each batch of texts and may end the search."""
        self._connection = connection
        self._models = models
        self._give_way = give_way
        self._query: Vectors | None = None
        self.recomputed = 0
        """Embeddings recomputed so far."""
        self.fresh: dict[int, NDArray[np.float32]] = {}
        """Those that may be cached, by chunk."""
        self.cache_hits: list[int] = []
        """Chunks whose embeddings came from the cache."""

    def recompute(self, query: str, read: list[Readable]) -> None:
        """Set the exact similarity of each candidate with the query."""
        if not read:
            return
        if self._query is None:
            self._query = self._models.embed_query([query])[0]
        vectors = self._vectors(read)
        for one, similarity in zip(read, vectors @ self._query, strict=True):
            one.candidate.exact = float(similarity)

    def _vectors(self, read: list[Readable]) -> Vectors:
        """Embed texts, except those that were recomputed for an earlier search."""
        texts = {one.candidate.chunk: one.text for one in read}
        unchanged = {one.candidate.chunk for one in read if one.unchanged}
        vectors = {chunk: self.fresh[chunk] for chunk in texts if chunk in self.fresh}
        wanted = [chunk for chunk in unchanged if chunk not in vectors]
        if wanted:
            model = self._models.rank_fingerprint()
            vectors |= cache.load(self._connection, model, wanted)
            self.cache_hits += [chunk for chunk in wanted if chunk in vectors]
        missing = [chunk for chunk in texts if chunk not in vectors]
        if missing:
            wanted_texts = [texts[chunk] for chunk in missing]
            new = cache.rounded(self._models.embed_passages(wanted_texts, self._give_way))
            vectors |= zip(missing, new, strict=True)
            self.fresh |= {chunk: vectors[chunk] for chunk in missing if chunk in unchanged}
        self.recomputed += len(missing)
        return np.array([vectors[chunk] for chunk in texts], dtype=np.float32)


def calibrate(candidates: Iterable[Candidate]) -> None:
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
