"""The fourth step of a search: candidates become hits, one for each document, the best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..lexical.parsed_query import ParsedQuery, has_excluded
from ..values.files import FileRecord
from ..values.parts import PassagePart
from ..values.passages import Passage
from ..values.results import Explain, Hit, Results
from . import snippets
from .candidate import Candidate
from .candidates import Candidates
from .context import SearchContext
from .evidence import Evidence
from .features import add_cluster_scores
from .fusion import probability
from .passages import PassageReader
from .plan import Plan

_IN_SIGHT = 10
"""Most hits of an instant answer: what a screen has room for, as each is read from its file."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate in its place."""

    candidate: Candidate
    score: float
    """Probability that it is relevant."""
    features: tuple[float, ...]


def present(
    candidates: Candidates, plan: Plan, reader: PassageReader, context: SearchContext
) -> Results:
    """Return what is found so far, as it is shown."""
    evidence, limit = candidates.evidence, plan.query.limit
    if not candidates.is_exact:
        limit = min(limit, _IN_SIGHT)
    with context.stopwatch.stage("show" if candidates.is_exact else "read"):
        hits = _hits(candidates, plan.parsed, reader, limit)
    confident = bool(hits) and (plan.parsed.is_exact or hits[0].score >= evidence.fusion.confident)
    explain = _explain(candidates, plan, context)
    return Results(plan.query, hits, candidates.is_exact, explain, confident)


def _explain(candidates: Candidates, plan: Plan, context: SearchContext) -> Explain:
    meaning = candidates.evidence.meaning
    return Explain(
        chunks=int(plan.allowed.sum()),
        path=str(meaning.path) if meaning else "",
        scanned=meaning.estimates.compared if meaning else 0,
        visited=meaning.visited if meaning else 0,
        candidates_words=len(candidates.by_words),
        candidates_meaning=len(candidates.by_meaning),
        expanded=candidates.expanded,
        recomputed=context.recomputer.recomputed,
        cache_hits=len(context.recomputer.cache_hits),
        milliseconds=dict(context.stopwatch.milliseconds),
    )


def _hits(
    candidates: Candidates, parsed: ParsedQuery, reader: PassageReader, limit: int
) -> tuple[Hit, ...]:
    """Return the best `limit` documents among the candidates.

    Documents with the same bytes are folded into one hit. Candidates whose file is gone, or
    whose text of now holds an excluded word, are left out.
    """
    hits: dict[bytes, Hit] = {}
    seen: set[int] = set()
    for ranked in _ranked(list(candidates.found.values()), candidates.evidence):
        candidate = ranked.candidate
        first_chunk, digest = reader.identity(candidate)
        if first_chunk in seen or (len(hits) == limit and digest not in hits):
            continue
        passage = reader.passage(candidate)
        if passage is None or has_excluded(passage.indexed_text, parsed):
            continue
        seen.add(first_chunk)
        record = reader.file(candidate)
        if digest in hits:
            first = hits[digest]
            hits[digest] = replace(first, duplicates=(*first.duplicates, record.path))
        else:
            rank, title = len(hits) + 1, reader.title(record)
            highlights = snippets.highlights(passage.text, parsed)
            weights = candidates.evidence.lexical.weights
            snippet = snippets.snippet(passage.text, highlights, weights)
            plain = hit_of(rank, ranked.score, record, passage, title, snippet)
            hits[digest] = _matched(plain, ranked, highlights)
    return tuple(hits.values())


def _ranked(candidates: Sequence[Candidate], evidence: Evidence) -> Iterator[Ranked]:
    """Yield the candidates, the most likely first; ties by chunk."""
    known = evidence.features(candidates)
    add_cluster_scores(known, candidates)
    logits = evidence.fusion.logits(known)
    chunks = np.array([one.chunk for one in candidates])
    for place in np.lexsort((chunks, -logits)):
        score = probability(float(logits[place]))
        yield Ranked(candidates[place], score, tuple(known[place].tolist()))


def _matched(plain: Hit, ranked: Ranked, highlights: tuple[tuple[int, int], ...]) -> Hit:
    """Return a hit with what matched in it."""
    candidate = ranked.candidate
    found_by = {"meaning": candidate.by_meaning, "words": candidate.by_words}
    return replace(
        plain,
        highlights=highlights,
        found_by=tuple(name for name, found in found_by.items() if found),
        evidence=ranked.features,
    )


def hit_of(
    rank: int,
    score: float,
    record: FileRecord,
    passage: Passage,
    title: str,
    snippet: tuple[int, int],
) -> Hit:
    """Return a passage of a file as a hit in which nothing is matched."""
    place = _place(passage, snippet[0])
    return Hit(
        rank=rank,
        score=score,
        path=record.path,
        title=title,
        heading=passage.context.removeprefix(title).removeprefix(" › "),
        line=passage.line,
        page=place.number if place else None,
        start=passage.span.start,
        end=passage.span.end,
        text=passage.text,
        highlights=(),
        snippet=snippet,
        fresh=passage.fresh,
        found_by=(),
        modified=record.signature.mtime_ns / 1e9,
        place=place.label if place else "",
    )


def _place(passage: Passage, offset: int) -> PassagePart | None:
    """Return the page, slide, … that a character of a passage is on."""
    return next((one for one in reversed(passage.parts) if one.offset <= offset), None)
