"""One search: codes, graph and words give candidates, the best are read back and scored exactly.

    query → candidates (codes ∪ graph ∪ words) → instant answer → recompute … → exact answer

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

from . import analysis, bm25
from .candidates import Candidate, Evidence
from .codes import ScanTable
from .filters import allowed_chunks
from .hits import build_hits
from .models import SearchModels
from .parameters import SearchParameters, SearchPath
from .passages import PassageReader
from .query import ParsedQuery, parse
from .ranking import Fusion, Scale, Scores, interleave, top
from .recompute import Readable, Recomputer, place
from .retrieval import FirstStage, Retriever
from .types import Explain, Mode, Query, ReadText, Results

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
        retriever: Retriever,
        query: Query,
        models: SearchModels,
        read: ReadText,
        parameters: SearchParameters,
    ) -> None:
        self._connection = connection
        self._table = table
        self._retriever = retriever
        self._query = query
        self._models = models
        self._read = read
        self._parameters = parameters
        self._started = perf_counter()
        self._milliseconds: dict[str, float] = {}
        self._expanded = 0
        self.recomputer = Recomputer(connection, models)

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
            found = {
                chunk: evidence.candidate(chunk, by_meaning=place < len(by_meaning))
                for place, chunk in enumerate(dict.fromkeys((*by_meaning, *by_words)))
            }
        reader = PassageReader(self._connection, self._read, evidence.lexical)
        refined = evidence.meaning is not None and self._query.budget > 0 and bool(found)
        for exact in (False, True) if refined else (True,):
            if exact and evidence.meaning is not None and refined:
                self._refine(found, by_words, evidence, evidence.meaning, reader)
            with self._timed("show" if exact else "read"):
                hits = build_hits(found.values(), evidence, reader, self._query.limit)
            explain = self._explain(evidence, len(by_words), len(by_meaning))
            yield Results(self._query, hits, exact, explain)

    @property
    def _uses_meaning(self) -> bool:
        return self._query.mode in (Mode.HYBRID, Mode.SEMANTIC)

    def _gather(self, parsed: ParsedQuery, allowed: NDArray[np.bool_]) -> Evidence:
        """Score the allowed chunks by their words and by their codes."""
        with self._timed("words"):
            keys = () if self._query.mode is Mode.SEMANTIC else parsed.keys
            lexical = bm25.score(self._connection, keys, self._table, allowed)
        meaning, scale = None, Scale(0.0, 1.0)
        if self._uses_meaning:
            with self._timed("embed"):
                embedding = self._models.embed_for_codes([parsed.text])[0]
            with self._timed("codes"):
                meaning = self._retriever.retrieve(embedding, self._models.quantiser, allowed)
                scale = meaning.scale
        fusion = Fusion(self._query.mode, Scale.of(lexical.scores[allowed]), scale)
        return Evidence(parsed, allowed, lexical, meaning, fusion)

    def _nearest(self, evidence: Evidence) -> tuple[list[int], list[int]]:
        """Return the best chunks by meaning and the best by words."""
        scores = evidence.lexical.scores
        pool = max(self._query.budget, _POOL * self._query.limit)
        if evidence.parsed.phrases or evidence.parsed.excluded:
            pool = max(pool, _VERIFIED_POOL)
        wordless = self._query.mode is Mode.EXACT and not evidence.parsed.keys
        matched = evidence.allowed & (scores > 0) if not wordless else evidence.allowed
        by_words = top(scores, matched, pool)
        if evidence.meaning is None or evidence.meaning.path is SearchPath.LEANN:
            return [], by_words
        return evidence.meaning.queue.best(pool), by_words

    def _refine(
        self,
        found: dict[int, Candidate],
        by_words: list[int],
        evidence: Evidence,
        meaning: FirstStage,
        reader: PassageReader,
    ) -> None:
        """Recompute the most promising candidates, batch by batch, each telling of the next."""
        tried: set[int] = set()
        left, batch = self._query.budget, max(self._query.budget // 2, self._parameters.batch)
        while left > 0 and not self._is_late():
            with self._timed("candidates"):
                near = meaning.queue.best(min(left, batch))
                words = [chunk for chunk in by_words if chunk not in tried]
                chosen = interleave(near, words, min(left, batch))
            if not chosen:
                return
            self._expanded += meaning.queue.led_to(np.array(chosen))
            for chunk in chosen:
                if chunk not in found:
                    found[chunk] = evidence.candidate(chunk, by_meaning=True)
            with self._timed("read"):
                read = _read([found[chunk] for chunk in chosen], reader)
            with self._timed("recompute"):
                self.recomputer.recompute(evidence.parsed.text, read)
            place(found.values())
            meaning.queue.settle(np.array(chosen), _settled([found[chunk] for chunk in chosen]))
            tried.update(chosen)
            left -= len(chosen)
            batch = self._parameters.batch

    def _is_late(self) -> bool:
        limit = self._query.deadline_ms
        return limit is not None and (perf_counter() - self._started) * 1000 > limit

    def _holding_phrases(
        self, parsed: ParsedQuery, allowed: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Keep the chunks that hold every term of every phrase."""
        with self._timed("phrases"):
            keys = {key for phrase in parsed.phrases for key in analysis.terms(phrase)}
            lexical = bm25.score(self._connection, tuple(keys), self._table, allowed)
        return np.asarray(allowed & (lexical.matched == len(keys)), dtype=bool)

    def _explain(self, evidence: Evidence, by_words: int, by_meaning: int) -> Explain:
        meaning = evidence.meaning
        return Explain(
            chunks=int(evidence.allowed.sum()),
            path=str(meaning.path) if meaning else "",
            scanned=meaning.estimates.compared if meaning else 0,
            visited=meaning.visited if meaning else 0,
            candidates_words=by_words,
            candidates_meaning=by_meaning,
            expanded=self._expanded,
            recomputed=self.recomputer.recomputed,
            cache_hits=len(self.recomputer.cache_hits),
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


def _read(chosen: list[Candidate], reader: PassageReader) -> list[Readable]:
    """Read candidates back, without those whose file is gone."""
    reader.prefetch(chosen)
    passages = [(one, reader.passage(one)) for one in chosen]
    return [
        Readable(one, passage.indexed_text, one.chunk in reader.unchanged)
        for one, passage in passages
        if passage is not None
    ]


def _settled(candidates: list[Candidate]) -> Scores:
    """Return similarities on the scale of the estimates; -inf for what could not be read."""
    known = [one.meaning if one.exact is not None else -np.inf for one in candidates]
    return np.array(known, dtype=np.float32)
