"""One search: codes and words give candidates, the best are read back and scored exactly.

    query → candidates (codes ∪ words) → instant answer → recompute → fuse → exact answer

The text of a hit is always read from its source file while the search runs. A file that changed
since it was indexed is answered from its text of now; one that is gone is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from time import perf_counter

import apsw
import numpy as np
from numpy.typing import NDArray

from . import analysis, bm25, hubs
from .candidates import Candidate, Evidence
from .codes import ScanTable
from .confirming import confirm
from .exact import Verified, verify
from .filters import allowed_chunks
from .hits import build_hits
from .models import SearchModels
from .passages import PassageReader
from .quantiser import estimate
from .query import ParsedQuery, parse
from .ranking import Fusion, Scale, Scores, interleave, top
from .sources import ReadTexts
from .types import Explain, Mode, Query, ReadText, Results

_POOL = 3
"""Candidates kept for each hit wanted, since several may share a document."""
_VERIFIED_POOL = 5
"""Documents that hold a phrase, looked for until there are so many for each hit wanted."""
_WIDER = 8
"""Factor of the candidates kept, when too many of them hold what the query excludes."""


class Search:
    """One run of one query over one snapshot of the index."""

    def __init__(
        self,
        connection: apsw.Connection,
        table: ScanTable,
        query: Query,
        models: SearchModels,
        read: ReadText,
        read_texts: ReadTexts,
    ) -> None:
        self._connection = connection
        self._table = table
        self._query = query
        self._models = models
        self._read = read
        self._read_texts = read_texts
        self._milliseconds: dict[str, float] = {}
        self._recomputed = 0

    def run(self) -> Iterator[Results]:
        """Yield the instant answer and, if embeddings get recomputed, the exact one."""
        parsed = parse(self._query)
        with self._timed("filter"):
            allowed = allowed_chunks(self._connection, parsed.filters, self._table.live)
        if not parsed.is_exact:
            yield from self._answer(parsed, allowed)
            return
        verified = self._verify(parsed, allowed)
        if verified.passages or self._query.mode in (Mode.EXACT, Mode.REGEX):
            yield from self._answer(parsed, allowed, verified)
        else:  # Nothing holds the quoted words: take them as ordinary ones, as people expect.
            yield from self._answer(replace(parsed, phrases=()), allowed)

    def _answer(
        self, parsed: ParsedQuery, allowed: NDArray[np.bool_], verified: Verified | None = None
    ) -> Iterator[Results]:
        evidence = self._gather(parsed, allowed)
        reader = PassageReader(self._connection, self._read, evidence.lexical)
        if verified is not None:
            reader.prime(verified)
            evidence = replace(evidence, allowed=verified.chunks)
        pool = max(self._query.budget, _POOL * self._query.limit)
        for results in self._rank(evidence, reader, pool):
            yield results
        while parsed.excluded and len(results.hits) < self._query.limit:
            # What is excluded took the places of hits; others may be left.
            pool *= _WIDER
            if pool >= _WIDER * evidence.allowed.sum():
                return
            *_, results = self._rank(evidence, reader, pool)
            yield results

    def _rank(self, evidence: Evidence, reader: PassageReader, pool: int) -> Iterator[Results]:
        with self._timed("candidates"):
            by_meaning, by_words = self._nearest(evidence, pool)
            found = _candidates(evidence, by_meaning, by_words)
        to_score = interleave(by_meaning, by_words, self._query.budget)
        for is_exact in (False, True) if to_score and self._uses_meaning else (True,):
            if is_exact and to_score:
                self._sharpen([found[chunk] for chunk in to_score], evidence, reader)
            with self._timed("show" if is_exact else "read"):
                hits = build_hits(found.values(), evidence, reader, self._query.limit)
            counts = (len(by_words), len(by_meaning))
            yield Results(self._query, hits, is_exact, self._explain(evidence, *counts))

    @property
    def _uses_meaning(self) -> bool:
        return self._query.mode in (Mode.HYBRID, Mode.SEMANTIC)

    def _gather(self, parsed: ParsedQuery, allowed: NDArray[np.bool_]) -> Evidence:
        """Score every allowed chunk by its words and by its code."""
        with self._timed("words"):
            keys = () if self._query.mode is Mode.SEMANTIC else parsed.keys
            lexical = self._score_words(parsed, keys, allowed)
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
        scales = (lexical.scale(allowed), Scale.of(meaning[allowed]))
        return Evidence(parsed, allowed, lexical, meaning, Fusion(self._query.mode, *scales))

    def _nearest(self, evidence: Evidence, pool: int) -> tuple[list[int], list[int]]:
        """Return the best `pool` chunks by meaning and the best by words."""
        scores = evidence.lexical.scores
        wordless = evidence.parsed.is_exact  # all that is left holds what was asked for
        matched = evidence.allowed & (scores > 0) if not wordless else evidence.allowed
        by_words = top(scores, matched, pool)
        if not self._uses_meaning:
            return [], by_words
        return top(evidence.meaning, evidence.allowed, pool), by_words

    def _sharpen(self, chosen: list[Candidate], evidence: Evidence, reader: PassageReader) -> None:
        """Replace the estimated scores of the chosen candidates by exact ones."""
        with self._timed("read"):
            reader.prefetch(chosen)
            texts = {
                one.chunk: passage.indexed_text
                for one in chosen
                if (passage := reader.passage(one)) is not None
            }
            for one in chosen:
                if one.chunk in texts:
                    one.words = evidence.lexical.score_text(texts[one.chunk])
        if texts and self._uses_meaning:
            self._recompute([one for one in chosen if one.chunk in texts], texts, evidence)

    def _recompute(
        self, readable: list[Candidate], texts: dict[int, str], evidence: Evidence
    ) -> None:
        with self._timed("recompute"):
            query = self._models.embed_query([evidence.parsed.text])[0]
            exact = self._models.embed_passages(list(texts.values())) @ query
        self._recomputed += len(texts)
        placed = _match_moments(exact, np.array([one.meaning for one in readable], np.float32))
        for candidate, similarity in zip(readable, placed, strict=True):
            candidate.meaning = float(similarity)

    def _score_words(
        self, parsed: ParsedQuery, keys: tuple[int, ...], allowed: NDArray[np.bool_]
    ) -> bm25.LexicalScores:
        stems = analysis.beginnings(parsed.text)
        by_text = partial(confirm, self._connection, self._read_texts, stems)
        return bm25.score(self._connection, keys, self._table, allowed, by_text)

    def _verify(self, parsed: ParsedQuery, allowed: NDArray[np.bool_]) -> Verified:
        """Find the chunks that hold what must occur to the letter."""
        with self._timed("verify"):
            lexical = self._score_words(parsed, parsed.keys, allowed)
            wanted = _VERIFIED_POOL * self._query.limit
            sources = (self._read, self._read_texts)
            return verify(self._connection, parsed, allowed, lexical.scores, *sources, wanted)

    def _explain(self, evidence: Evidence, by_words: int, by_meaning: int) -> Explain:
        return Explain(
            chunks=int(evidence.allowed.sum()),
            scanned=self._table.live.size if self._uses_meaning else 0,
            candidates_words=by_words,
            candidates_meaning=by_meaning,
            recomputed=self._recomputed,
            milliseconds=dict(self._milliseconds),
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
