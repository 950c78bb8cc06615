"""The second step of a search: codes, graph and words say which chunks may be relevant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..graph.leann import LeannSearch
from ..lexical.bm25 import LexicalScores
from ..vectors.ranking import top
from .candidate import Candidate
from .context import SearchContext
from .evidence import Evidence
from .first_stage import Retriever, Sought
from .fusion import fusion_for
from .plan import Plan


@dataclass(frozen=True)
class Candidates:
    """What may become hits, and what is known of it."""

    evidence: Evidence
    found: Mapping[int, Candidate]
    """By chunk."""
    by_words: tuple[int, ...]
    """Chunks that hold words of the query, the best first."""
    by_meaning: tuple[int, ...]
    """Chunks that are near by their codes, or by the graph, the nearest first."""
    expanded: int = 0
    """Recomputed chunks that are beside one recomputed before them."""
    is_exact: bool = False
    """Whether their scores are exact, as far as the plan goes."""


def find_candidates(plan: Plan, context: SearchContext) -> Candidates:
    """Return candidates from what is in memory.

    Some rare words are only found by reading files, which an instant answer does not wait for;
    see `confirm_words`.
    """
    lexical = _match_words(plan, context, confirms=not plan.recomputes)
    sought = _seek(plan, context) if plan.uses_meaning else None
    return _nearest(_gather(plan, context, lexical, sought), plan, context)


def confirm_words(candidates: Candidates, plan: Plan, context: SearchContext) -> Candidates:
    """Return the candidates with the rare words that only reading files tells."""
    evidence = candidates.evidence
    if evidence.lexical.is_open:
        lexical = _match_words(plan, context, confirms=True)
        sought = evidence.meaning.sought if evidence.meaning else None
        evidence = _gather(plan, context, lexical, sought)
    return _nearest(evidence, plan, context)


def widen(candidates: Candidates, plan: Plan, context: SearchContext) -> Candidates:
    """Return as many candidates as a plan keeps that was widened."""
    wider = _nearest(candidates.evidence, plan, context)
    return replace(wider, expanded=candidates.expanded)


def _match_words(plan: Plan, context: SearchContext, *, confirms: bool) -> LexicalScores:
    with context.stopwatch.stage("words"):
        return context.score_words(plan.parsed, plan.keys, plan.allowed, confirms=confirms)


def _seek(plan: Plan, context: SearchContext) -> Sought:
    with context.stopwatch.stage("embed"):
        embedding = context.models.embed_for_codes([plan.parsed.embedded])[0]
    with context.stopwatch.stage("codes"):
        return Sought.of(embedding, context.models.quantiser, context.table)


def _gather(
    plan: Plan, context: SearchContext, lexical: LexicalScores, sought: Sought | None
) -> Evidence:
    """Add what codes tell to what words do."""
    meaning = None
    if sought is not None:
        with context.stopwatch.stage("codes"):
            parameters = plan.query.parameters
            retriever = Retriever(context.connection, context.table, context.graph, parameters)
            meaning = retriever.retrieve(sought, plan.allowed, lexical.scores)
    return Evidence(lexical, meaning, fusion_for(plan.query.mode))


def _nearest(evidence: Evidence, plan: Plan, context: SearchContext) -> Candidates:
    """Keep the best chunks by meaning, by words, and by both."""
    with context.stopwatch.stage("candidates"):
        scores = evidence.lexical.scores
        # Where words must occur to the letter, all that is left holds them.
        matched = plan.allowed if plan.parsed.is_exact else plan.allowed & (scores > 0)
        by_words = top(scores, matched, plan.pool)
        by_meaning: list[int] = []
        by_both: list[int] = []
        if evidence.meaning is not None and not isinstance(evidence.meaning.queue, LeannSearch):
            by_meaning = evidence.meaning.queue.nearest(plan.pool)
            by_both = evidence.meaning.queue.best(plan.pool)
        chunks = [*dict.fromkeys((*by_meaning, *by_words, *by_both))]
        known = evidence.candidates(chunks, by_meaning=frozenset(by_meaning))
        found = dict(zip(chunks, known, strict=True))
    return Candidates(evidence, found, tuple(by_words), tuple(by_meaning))
