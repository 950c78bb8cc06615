"""One search: codes and words give candidates, the best are read back and scored exactly.

    query → candidates (codes ∪ words) → instant answer → recompute → fuse → exact answer

The text of a hit is always read from its source file while the search runs. A file that changed
since it was indexed is answered from its text of now; one that is gone is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter

import apsw
import numpy as np
from numpy.typing import NDArray

from . import analysis, bm25, cache, hubs
from .candidates import Candidate, Evidence
from .codes import ScanTable
from .filters import allowed_chunks
from .hits import build_hits
from .models import SearchModels
from .passages import PassageReader
from .quantiser import estimate
from .query import ParsedQuery, parse
from .ranking import Fusion, Scale, Scores, interleave, top
from .types import Explain, Mode, Query, ReadText, Results, Vectors

_POOL = 3
"""Candidates kept for each hit wanted, since several may share a document."""
_VERIFIED_POOL = 1000
"""Candidates kept when each must be checked for a phrase before it may be shown."""


class Search:
    """One run of one query over one snapshot of the index."""

    def __init__(
        self,
        connection: apsw.Connection,
        table: ScanTable,
        query: Query,
        models: SearchModels,
        read: ReadText,
    ) -> None:
        self._connection = connection
        self._table = table
        self._query = query
        self._models = models
        self._read = read
        self._milliseconds: dict[str, float] = {}
        self.recomputed: dict[int, NDArray[np.float32]] = {}
        """Vectors of the rank model that may be cached, by chunk."""
        self.cache_hits: list[int] = []
        self._recomputed = 0

    def run(self) -> Iterator[Results]:
        """Yield the instant answer and, if embeddings get recomputed, the exact one."""
        parsed = parse(self._query)
        with self._timed("filter"):
            allowed = allowed_chunks(self._connection, parsed.filters, self._table.live)
        if not parsed.phrases:
            yield from self._answer(parsed, allowed)
            return
        answers = list(self._answer(parsed, self._holding_phrases(parsed, allowed)))
        if not answers[-1].hits and self._query.mode is not Mode.EXACT:
            # Nothing holds the quoted words: take them as ordinary ones, as people expect.
            answers = list(self._answer(replace(parsed, phrases=()), allowed))
        yield from answers

    def _answer(self, parsed: ParsedQuery, allowed: NDArray[np.bool_]) -> Iterator[Results]:
        evidence = self._gather(parsed, allowed)
        with self._timed("candidates"):
            by_meaning, by_words = self._nearest(evidence)
            found = _candidates(evidence, by_meaning, by_words)
        reader = PassageReader(self._connection, self._read, evidence.lexical)
        budget = self._query.budget if self._uses_meaning else 0
        to_score = interleave(by_meaning, by_words, budget)
        for exact in (False, True) if to_score else (True,):
            if exact and to_score:
                self._recompute([found[chunk] for chunk in to_score], evidence, reader)
            with self._timed("read" if not exact else "show"):
                hits = build_hits(found.values(), evidence, reader, self._query.limit)
            yield Results(
                self._query, hits, exact, self._explain(evidence, len(by_words), len(by_meaning))
            )

    @property
    def _uses_meaning(self) -> bool:
        return self._query.mode in (Mode.HYBRID, Mode.SEMANTIC)

    def _gather(self, parsed: ParsedQuery, allowed: NDArray[np.bool_]) -> Evidence:
        """Score every allowed chunk by its words and by its code."""
        with self._timed("words"):
            keys = () if self._query.mode is Mode.SEMANTIC else parsed.keys
            lexical = bm25.score(self._connection, keys, self._table, allowed)
        meaning = np.zeros(allowed.size, dtype=np.float32)
        if self._uses_meaning:
            with self._timed("embed"):
                embedding = self._models.embed_for_codes([parsed.text])[0]
            with self._timed("scan"):
                quantiser = self._models.quantiser
                meaning = estimate(self._table.codes, quantiser.tables(embedding))
            with self._timed("hubs"):
                near = hubs.nearest(self._connection, embedding, quantiser)
                meaning[near.chunks] = near.similarities
        scales = (Scale.of(lexical.scores[allowed]), Scale.of(meaning[allowed]))
        return Evidence(parsed, allowed, lexical, meaning, Fusion(self._query.mode, *scales))

    def _nearest(self, evidence: Evidence) -> tuple[list[int], list[int]]:
        """Return the best chunks by meaning and the best by words."""
        scores = evidence.lexical.scores
        pool = max(self._query.budget, _POOL * self._query.limit)
        if evidence.parsed.phrases or evidence.parsed.excluded:
            pool = max(pool, _VERIFIED_POOL)
        wordless = self._query.mode is Mode.EXACT and not evidence.parsed.keys
        matched = evidence.allowed & (scores > 0) if not wordless else evidence.allowed
        by_words = top(scores, matched, pool)
        if not self._uses_meaning:
            return [], by_words
        return top(evidence.meaning, evidence.allowed, pool), by_words

    def _recompute(
        self, chosen: list[Candidate], evidence: Evidence, reader: PassageReader
    ) -> None:
        """Replace the estimated similarities of the chosen candidates by exact ones."""
        with self._timed("read"):
            reader.prefetch(chosen)
            texts = {
                one.chunk: passage.indexed_text
                for one in chosen
                if (passage := reader.passage(one)) is not None
            }
        if not texts:
            return
        with self._timed("recompute"):
            query = self._models.embed_query([evidence.parsed.text])[0]
            exact = self._vectors(texts, reader.unchanged) @ query
        readable = [one for one in chosen if one.chunk in texts]
        placed = _match_moments(exact, np.array([one.meaning for one in readable], np.float32))
        for candidate, similarity in zip(readable, placed, strict=True):
            candidate.meaning = float(similarity)

    def _vectors(self, texts: dict[int, str], unchanged: set[int]) -> Vectors:
        """Embed the texts of chunks, except those that were recomputed for an earlier search."""
        vectors = {chunk: self.recomputed[chunk] for chunk in texts if chunk in self.recomputed}
        wanted = [chunk for chunk in texts if chunk in unchanged and chunk not in vectors]
        if wanted:
            model = self._models.rank_fingerprint()
            vectors |= cache.load(self._connection, model, wanted)
            self.cache_hits += [chunk for chunk in wanted if chunk in vectors]
        missing = [chunk for chunk in texts if chunk not in vectors]
        if missing:
            fresh = cache.rounded(self._models.embed_passages([texts[one] for one in missing]))
            vectors |= zip(missing, fresh, strict=True)
            self.recomputed |= {one: vectors[one] for one in missing if one in unchanged}
        self._recomputed += len(missing)
        return np.array([vectors[chunk] for chunk in texts], dtype=np.float32)

    def _holding_phrases(
        self, parsed: ParsedQuery, allowed: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Keep the chunks that hold every term of every phrase."""
        with self._timed("phrases"):
            keys = {key for phrase in parsed.phrases for key in analysis.terms(phrase)}
            lexical = bm25.score(self._connection, tuple(keys), self._table, allowed)
        return np.asarray(allowed & (lexical.matched == len(keys)), dtype=bool)

    def _explain(self, evidence: Evidence, by_words: int, by_meaning: int) -> Explain:
        return Explain(
            chunks=int(evidence.allowed.sum()),
            scanned=self._table.live.size if self._uses_meaning else 0,
            candidates_words=by_words,
            candidates_meaning=by_meaning,
            recomputed=self._recomputed,
            milliseconds=dict(self._milliseconds),
            cache_hits=len(self.cache_hits),
        )

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = perf_counter()
        try:
            yield
        finally:
            spent = (perf_counter() - started) * 1000
            self._milliseconds[stage] = self._milliseconds.get(stage, 0.0) + spent


def _candidates(
    evidence: Evidence, by_meaning: list[int], by_words: list[int]
) -> dict[int, Candidate]:
    near = set(by_meaning)
    return {
        chunk: Candidate(
            chunk=chunk,
            words=float(evidence.lexical.scores[chunk]),
            meaning=float(evidence.meaning[chunk]),
            by_words=bool(evidence.lexical.scores[chunk] > 0),
            by_meaning=chunk in near,
        )
        for chunk in dict.fromkeys((*by_meaning, *by_words))
    }


def _match_moments(exact: Scores, estimated: Scores) -> Scores:
    """Put exact similarities on the scale of the estimates they replace.

    The rank model may be another one than made the codes, with similarities of its own spread;
    only the order and the relative distances of the exact scores carry meaning.
    """
    own, other = Scale.of(exact), Scale.of(estimated)
    return (exact - own.mean) / own.deviation * other.deviation + other.mean
