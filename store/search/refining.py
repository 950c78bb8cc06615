"""The second stage of a search: the most promising candidates are read and scored exactly.

Batch by batch: half the budget at first, then a few at a time, since what one batch shows says
which chunks are worth the next. After the first, the query moves towards the best of it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..lexical import analysis
from ..lexical.file_names import FileNames
from ..lexical.soft_match import SoftWordMatch
from ..values.embeddings import Embed
from ..values.queries import Query
from ..vectors.ranking import Scores
from .candidates import Candidate
from .evidence import Evidence
from .feedback import PASSAGES
from .passages import PassageReader
from .recompute import Readable, Recomputer, place
from .stopwatch import Stopwatch

_BUDGET = 32
"""Where neither the query nor the settings say."""
_FOR_WORDS = 64
"""Least candidates that a search for words alone scores by their text, where there is a budget:
postings only tell what occurs, not how often, and a passage is read in a third of a millisecond."""


class Refiner:
    """Spends the budget of one search."""

    def __init__(
        self,
        query: Query,
        recomputer: Recomputer,
        embed_words: Embed,
        load_names: Callable[[], FileNames],
        stopwatch: Stopwatch,
        *,
        learns: bool,
    ) -> None:
        """Make one.

        Args:
            query: what is asked for.
            recomputer: embeds what is read.
            embed_words: for kinship.
            load_names: what files are called.
            stopwatch: of the search.
            learns: whether the first half says what to spend the rest on.
        """
        self._query = query
        self._parameters = query.parameters
        self._recomputer = recomputer
        self._embed_words = embed_words
        self._load_names = load_names
        self._stopwatch = stopwatch
        self._learns = learns
        self.depth = _BUDGET if query.budget is None else query.budget
        """Most candidates whose scores are made exact."""
        if self.depth and not query.mode.uses_meaning:
            self.depth = max(self.depth, _FOR_WORDS)
        self.expanded = 0
        """Recomputed chunks that are beside one recomputed before them."""

    def refine(
        self,
        found: dict[int, Candidate],
        by_words: list[int],
        evidence: Evidence,
        reader: PassageReader,
    ) -> None:
        """Make the scores of candidates exact; what the graph leads to is added to `found`."""
        soft_match = SoftWordMatch(
            evidence.parsed.text, evidence.lexical.weights, self._embed_words
        )
        tried: set[int] = set()
        left = self.depth
        batch = max(left // 2, self._parameters.batch) if evidence.meaning else left
        while left > 0:
            with self._stopwatch.stage("candidates"):
                chosen = self._choose(min(left, batch), by_words, tried, evidence)
            if not chosen:
                return
            new = [chunk for chunk in chosen if chunk not in found]
            found |= zip(new, evidence.candidates(new, by_meaning=new), strict=True)
            self._score([found[chunk] for chunk in chosen], evidence, reader, soft_match)
            place(found.values())
            if evidence.meaning is not None:
                settled = _settled([found[chunk] for chunk in chosen], evidence)
                evidence.meaning.queue.settle(np.array(chosen), settled)
                if self._learns and not tried:
                    evidence.meaning.look_near(_best([found[chunk] for chunk in chosen], evidence))
            tried.update(chosen)
            left -= len(chosen)
            batch = self._parameters.batch

    def _choose(
        self, count: int, by_words: list[int], tried: set[int], evidence: Evidence
    ) -> list[int]:
        if evidence.meaning is not None:
            queue = evidence.meaning.queue
            if promising := queue.best(count):
                self.expanded += queue.led_to(np.array(promising, dtype=np.int64))
                return promising
        return [chunk for chunk in by_words if chunk not in tried][:count]

    def _score(
        self,
        chosen: list[Candidate],
        evidence: Evidence,
        reader: PassageReader,
        soft_match: SoftWordMatch,
    ) -> None:
        with self._stopwatch.stage("read"):
            reader.prefetch(chosen)
            passages = [(one, reader.passage(one)) for one in chosen]
            read = [
                Readable(one, passage.indexed_text, one.chunk in reader.unchanged)
                for one, passage in passages
                if passage is not None
            ]
            known = self._load_names()
            names = [known.of(one.candidate.chunk) for one in read]
            for one, name in zip(read, names, strict=True):
                one.candidate.terms = analysis.counts(one.text)
                named = analysis.distinct_keys(name)
                one.candidate.match = evidence.lexical.match(one.candidate.terms, named)
        if evidence.meaning is not None:
            self._match_softly(read, names, soft_match)
            with self._stopwatch.stage("recompute"):
                self._recomputer.recompute(evidence.parsed.embedded, read)

    def _match_softly(
        self, read: list[Readable], names: list[str], soft_match: SoftWordMatch
    ) -> None:
        with self._stopwatch.stage("kinship"):
            texts = [f"{name} {one.text}" for name, one in zip(names, read, strict=True)]
            found = soft_match.of(texts)
            if found is not None:
                for one, value in zip(read, found.tolist(), strict=True):
                    one.candidate.soft_match = value


def _settled(candidates: list[Candidate], evidence: Evidence) -> Scores:
    """Return similarities in standard deviations; -inf for what could not be read."""
    known = [one.meaning if one.exact is not None else -np.inf for one in candidates]
    return evidence.scale.standardise(np.array(known, dtype=np.float32))


def _best(candidates: list[Candidate], evidence: Evidence) -> NDArray[np.int64]:
    """Return the chunks most likely to be relevant."""
    logits = evidence.fusion.logits(evidence.features(candidates))
    chunks = np.array([one.chunk for one in candidates])
    return np.asarray(chunks[np.argsort(-logits, kind="stable")[:PASSAGES]])
