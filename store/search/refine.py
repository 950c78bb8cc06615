"""The third step of a search: the most promising candidates are read and scored exactly.

Batch by batch: half the budget at first, then a few at a time, since what one batch shows says
which chunks are worth the next. After the first, the query moves towards the best of it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..lexical import analysis
from ..lexical.soft_match import SoftWordMatch
from ..values.queries import Mode
from ..vectors.ranking import Scores
from .candidate import Candidate
from .candidates import Candidates
from .context import SearchContext
from .evidence import Evidence
from .feedback import PASSAGES
from .passages import PassageReader
from .plan import Plan
from .recompute import Readable, calibrate


def refine(
    candidates: Candidates, plan: Plan, reader: PassageReader, context: SearchContext
) -> Candidates:
    """Return the candidates with exact scores, and with what the graph led to."""
    refiner = _Refiner(candidates, plan, reader, context)
    refiner.run()
    return replace(
        candidates,
        found=refiner.found,
        expanded=candidates.expanded + refiner.expanded,
        is_exact=True,
    )


class _Refiner:
    """Spends the budget of one search."""

    def __init__(
        self, candidates: Candidates, plan: Plan, reader: PassageReader, context: SearchContext
    ) -> None:
        self._by_words = candidates.by_words
        self._evidence = candidates.evidence
        self._meaning = candidates.evidence.meaning
        self._plan = plan
        self._reader = reader
        self._context = context
        self._soft_match = SoftWordMatch(
            plan.parsed.text, self._evidence.lexical.weights, context.models.embed_words
        )
        self._tried: set[int] = set()
        self.found = dict(candidates.found)
        self.expanded = 0

    @property
    def _learns(self) -> bool:
        """Whether the first batch says what to spend the rest on.

        Not where nothing has judged a passage but what its code estimates.
        """
        return not (self._context.models.is_one and self._plan.query.mode is Mode.SEMANTIC)

    def run(self) -> None:
        """Make the scores of candidates exact; what the graph leads to is added to `found`."""
        left, step = self._plan.depth, self._plan.query.parameters.batch
        batch = max(left // 2, step) if self._meaning else left
        while left > 0:
            with self._context.stopwatch.stage("candidates"):
                chosen = self._choose(min(left, batch))
            if not chosen:
                return
            self._refine(chosen)
            self._tried.update(chosen)
            left -= len(chosen)
            batch = step

    def _refine(self, chunks: list[int]) -> None:
        new = [chunk for chunk in chunks if chunk not in self.found]
        self.found |= zip(new, self._evidence.candidates(new, by_meaning=new), strict=True)
        chosen = [self.found[chunk] for chunk in chunks]
        self._score(chosen)
        calibrate(self.found.values())
        if self._meaning is not None:
            self._meaning.queue.settle(np.array(chunks), _settled(chosen, self._evidence))
            if self._learns and not self._tried:
                self._meaning.look_near(_best(chosen, self._evidence))

    def _choose(self, count: int) -> list[int]:
        if self._meaning is not None:
            queue = self._meaning.queue
            if promising := queue.best(count):
                self.expanded += queue.led_to(np.array(promising, dtype=np.int64))
                return promising
        return [chunk for chunk in self._by_words if chunk not in self._tried][:count]

    def _score(self, chosen: list[Candidate]) -> None:
        with self._context.stopwatch.stage("read"):
            read = self._read(chosen)
            known = self._context.names()
            names = [known.of(readable.candidate.chunk) for readable in read]
            for readable, name in zip(read, names, strict=True):
                candidate = readable.candidate
                candidate.terms = analysis.counts(readable.text)
                named = analysis.distinct_keys(name)
                candidate.match = self._evidence.lexical.match(candidate.terms, named)
        if self._meaning is not None:
            self._match_softly(read, names)
            with self._context.stopwatch.stage("recompute"):
                self._context.recomputer.recompute(self._plan.parsed.embedded, read)

    def _read(self, chosen: list[Candidate]) -> list[Readable]:
        self._reader.prefetch(chosen)
        passages = [(candidate, self._reader.passage(candidate)) for candidate in chosen]
        return [
            Readable(candidate, passage.indexed_text, candidate.chunk in self._reader.unchanged)
            for candidate, passage in passages
            if passage is not None
        ]

    def _match_softly(self, read: list[Readable], names: list[str]) -> None:
        with self._context.stopwatch.stage("soft_match"):
            texts = [f"{name} {readable.text}" for name, readable in zip(names, read, strict=True)]
            matches = self._soft_match.of(texts)
            if matches is not None:
                for readable, match in zip(read, matches.tolist(), strict=True):
                    readable.candidate.soft_match = match


def _settled(candidates: list[Candidate], evidence: Evidence) -> Scores:
    """Return similarities in standard deviations; -inf for what could not be read."""
    known = [one.meaning if one.exact is not None else -np.inf for one in candidates]
    return evidence.scale.standardise(np.array(known, dtype=np.float32))


def _best(candidates: list[Candidate], evidence: Evidence) -> NDArray[np.int64]:
    """Return the chunks most likely to be relevant."""
    logits = evidence.fusion.logits(evidence.features(candidates))
    chunks = np.array([one.chunk for one in candidates])
    return np.asarray(chunks[np.argsort(-logits, kind="stable")[:PASSAGES]])
