"""From candidates to hits: one for each document, the best first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from . import snippets
from .candidates import Candidate, Evidence
from .passages import PassageReader
from .places import Place
from .query import has_excluded
from .types import FileRecord, Hit, Passage

_SCORE_SPREAD = 4.0
"""Fused score, in standard deviations, at which the shown score is 1 / (1 + 1/e)."""
_FARTHEST = 30.0
"""Beyond, a shown score would be 0 or 1."""


def build_hits(
    candidates: Iterable[Candidate], evidence: Evidence, reader: PassageReader, limit: int
) -> tuple[Hit, ...]:
    """Return the best `limit` documents among the candidates.

    Documents with the same bytes are folded into one hit. Candidates whose file is gone, or
    whose text of now holds an excluded word, are left out.
    """
    hits: dict[bytes, Hit] = {}
    seen: set[int] = set()
    for candidate in sorted(candidates, key=lambda one: (-_fused(one, evidence), one.chunk)):
        record = reader.file(candidate)
        if record.first_chunk in seen or (len(hits) == limit and record.digest not in hits):
            continue
        passage = reader.passage(candidate)
        if passage is None or has_excluded(passage.indexed_text, evidence.parsed):
            continue
        seen.add(record.first_chunk)
        if record.digest in hits:
            first = hits[record.digest]
            hits[record.digest] = replace(first, duplicates=(*first.duplicates, record.path))
        else:
            score = _fused(candidate, evidence)
            rank = len(hits) + 1
            title = reader.title(record)
            hits[record.digest] = _hit(rank, score, candidate, evidence, record, passage, title)
    return tuple(hits.values())


def _fused(candidate: Candidate, evidence: Evidence) -> float:
    return evidence.fusion.fuse(candidate.words, candidate.meaning)


def _hit(
    rank: int,
    fused: float,
    candidate: Candidate,
    evidence: Evidence,
    record: FileRecord,
    passage: Passage,
    title: str,
) -> Hit:
    highlights = snippets.highlights(passage.text, evidence.parsed)
    snippet = snippets.snippet(passage.text, highlights, evidence.lexical.weights)
    place = _place(passage, snippet[0])
    found_by = {"meaning": candidate.by_meaning, "words": candidate.by_words}
    return Hit(
        rank=rank,
        score=1 / (1 + math.exp(-min(max(fused / _SCORE_SPREAD, -_FARTHEST), _FARTHEST))),
        path=record.path,
        title=title,
        heading=passage.context.removeprefix(title).removeprefix(" › "),
        line=passage.line,
        page=place.number if place else None,
        start=passage.span.start,
        end=passage.span.end,
        text=passage.text,
        highlights=highlights,
        snippet=snippet,
        fresh=passage.fresh,
        source=tuple(name for name, found in found_by.items() if found),
        modified=record.signature.mtime_ns / 1e9,
        place=place.label if place else "",
    )


def _place(passage: Passage, offset: int) -> Place | None:
    """Return the page, slide, … that a character of a passage is on."""
    return next((one for one in reversed(passage.places) if one.offset <= offset), None)
