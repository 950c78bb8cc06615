"""One search: codes, graph and words give candidates, the best are read back and scored exactly.

    query → candidates (codes ∪ graph ∪ words) → instant answer → recompute … → exact answer

The text of a hit is always read from its source file while the search runs. A file that changed
since it was indexed is answered from its text of now; one that is gone is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import apsw
import numpy as np
from numpy.typing import NDArray

from ..graph.leann import LeannSearch
from ..lexical import analysis, bm25
from ..lexical.bm25 import LexicalScores
from ..lexical.confirming import confirm
from ..lexical.exact import Verified, verify
from ..lexical.parsed_query import ParsedQuery, parse
from ..values.passages import ReadText, ReadTexts
from ..values.queries import Mode, Query
from ..values.results import Explain, Results
from ..vectors.models import SearchModels
from ..vectors.ranking import top
from .evidence import Evidence
from .filters import allowed_chunks
from .first_stage import Retriever, Sought
from .fusion import fusion_for
from .hits import build_hits
from .loaded_index import LoadedIndex
from .passages import PassageReader
from .recompute import Recomputer
from .refining import Refiner
from .stopwatch import Stopwatch

_POOL = 3
"""Candidates kept for each hit wanted, since several may share a document."""
_IN_SIGHT = 10
"""Most hits of an instant answer: what a screen has room for, as each is read from its file."""
_VERIFIED_POOL = 5
"""Documents that hold a phrase, looked for until there are so many for each hit wanted."""
_WIDER = 8
"""Factor of the candidates kept, when too many of them hold what the query excludes."""


class Search:
    """One run of one query over one snapshot of the index."""

    def __init__(
        self,
        connection: apsw.Connection,
        loaded: LoadedIndex,
        query: Query,
        models: SearchModels,
        read: ReadText,
        read_texts: ReadTexts,
        give_way: Callable[[], None],
    ) -> None:
        """Make one; `give_way` is called before each batch that is embedded and may end it."""
        self._connection = connection
        self._table = loaded.table(connection)
        self._loaded = loaded
        load_graph = partial(loaded.graph, connection, self._table)
        self._retriever = Retriever(connection, self._table, load_graph, query.parameters)
        self._query = query
        self._models = models
        self._read = read
        self._read_texts = read_texts
        self._stopwatch = Stopwatch()
        self.recomputer = Recomputer(connection, models, give_way)
        self._refiner = Refiner(
            query,
            self.recomputer,
            models.embed_words,
            partial(loaded.names, connection),
            self._stopwatch,
            # Else nothing has judged a passage but what its code estimates.
            learns=not (models.is_one and query.mode is Mode.SEMANTIC),
        )

    def run(self) -> Iterator[Results]:
        """Yield the instant answer and, if embeddings get recomputed, the exact one."""
        parsed = parse(self._query)
        with self._stopwatch.stage("filter"):
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
        chunks = allowed if verified is None else verified.chunks
        recomputes = self._uses_meaning and self._refiner.depth > 0 and bool(chunks.any())
        lexical = self._match_words(parsed, chunks, confirms=not recomputes)
        sought = self._seek(parsed) if self._uses_meaning else None
        evidence = self._gather(parsed, chunks, lexical, sought)
        reader = PassageReader(self._connection, self._read, evidence.lexical)
        if verified is not None:
            reader.prime(verified)
        pool = max(self._refiner.depth, _POOL * self._query.limit)
        if recomputes:
            yield self._results(evidence, reader, pool, is_exact=False)
            if lexical.is_open:
                lexical = self._match_words(parsed, chunks, confirms=True)
                evidence = self._gather(parsed, chunks, lexical, sought)
        results = self._results(evidence, reader, pool, is_exact=True)
        yield results
        while parsed.excluded and len(results.hits) < self._query.limit:
            # What is excluded took the places of hits; others may be left.
            pool *= _WIDER
            if pool >= _WIDER * evidence.allowed.sum():
                return
            results = self._results(evidence, reader, pool, is_exact=True)
            yield results

    def _results(
        self, evidence: Evidence, reader: PassageReader, pool: int, *, is_exact: bool
    ) -> Results:
        with self._stopwatch.stage("candidates"):
            by_meaning, by_words, by_both = self._nearest(evidence, pool)
            chunks = [*dict.fromkeys((*by_meaning, *by_words, *by_both))]
            known = evidence.candidates(chunks, by_meaning=frozenset(by_meaning))
            found = dict(zip(chunks, known, strict=True))
        if is_exact:
            self._refiner.refine(found, by_words, evidence, reader)
        limit = self._query.limit if is_exact else min(self._query.limit, _IN_SIGHT)
        with self._stopwatch.stage("show" if is_exact else "read"):
            hits = build_hits(list(found.values()), evidence, reader, limit)
        explain = self._explain(evidence, len(by_words), len(by_meaning))
        confident = bool(hits) and (
            evidence.parsed.is_exact or hits[0].score >= evidence.fusion.confident
        )
        return Results(self._query, hits, is_exact, explain, confident)

    @property
    def _uses_meaning(self) -> bool:
        return self._query.mode.uses_meaning

    def _match_words(
        self, parsed: ParsedQuery, allowed: NDArray[np.bool_], *, confirms: bool
    ) -> LexicalScores:
        """Score the allowed chunks by their words.

        Some rare words are only found by reading files, which an instant answer does not wait for.
        """
        with self._stopwatch.stage("words"):
            keys = () if self._query.mode is Mode.SEMANTIC else parsed.keys
            return self._score_words(parsed, keys, allowed, confirms=confirms)

    def _seek(self, parsed: ParsedQuery) -> Sought:
        with self._stopwatch.stage("embed"):
            embedding = self._models.embed_for_codes([parsed.embedded])[0]
        with self._stopwatch.stage("codes"):
            return self._retriever.seek(embedding, self._models.quantiser)

    def _gather(
        self,
        parsed: ParsedQuery,
        allowed: NDArray[np.bool_],
        lexical: LexicalScores,
        sought: Sought | None,
    ) -> Evidence:
        """Add what codes tell to what words do."""
        meaning = None
        if sought is not None:
            with self._stopwatch.stage("codes"):
                meaning = self._retriever.retrieve(sought, allowed, lexical.scores)
        return Evidence(parsed, allowed, lexical, meaning, fusion_for(self._query.mode))

    def _nearest(self, evidence: Evidence, pool: int) -> tuple[list[int], list[int], list[int]]:
        """Return the best `pool` chunks by meaning, by words, and by both."""
        scores = evidence.lexical.scores
        wordless = evidence.parsed.is_exact  # all that is left holds what was asked for
        matched = evidence.allowed & (scores > 0) if not wordless else evidence.allowed
        by_words = top(scores, matched, pool)
        if evidence.meaning is None or isinstance(evidence.meaning.queue, LeannSearch):
            return [], by_words, []
        queue = evidence.meaning.queue
        return queue.nearest(pool), by_words, queue.best(pool)

    def _score_words(
        self,
        parsed: ParsedQuery,
        keys: tuple[int, ...],
        allowed: NDArray[np.bool_],
        *,
        confirms: bool = True,
    ) -> LexicalScores:
        stems = analysis.beginnings(parsed.text)
        by_text = partial(confirm, self._connection, self._read_texts, stems)
        look_up = partial(self._loaded.term, self._connection, self._table, stems)
        return bm25.score(keys, self._table, allowed, look_up, by_text if confirms else None)

    def _verify(self, parsed: ParsedQuery, allowed: NDArray[np.bool_]) -> Verified:
        """Find the chunks that hold what must occur to the letter."""
        with self._stopwatch.stage("verify"):
            lexical = self._score_words(parsed, parsed.keys, allowed)
            wanted = _VERIFIED_POOL * self._query.limit
            sources = (self._read, self._read_texts)
            return verify(self._connection, parsed, allowed, lexical.scores, *sources, wanted)

    def _explain(self, evidence: Evidence, by_words: int, by_meaning: int) -> Explain:
        meaning = evidence.meaning
        return Explain(
            chunks=int(evidence.allowed.sum()),
            path=str(meaning.path) if meaning else "",
            scanned=meaning.estimates.compared if meaning else 0,
            visited=meaning.visited if meaning else 0,
            candidates_words=by_words,
            candidates_meaning=by_meaning,
            expanded=self._refiner.expanded,
            recomputed=self.recomputer.recomputed,
            cache_hits=len(self.recomputer.cache_hits),
            milliseconds=dict(self._stopwatch.milliseconds),
        )
