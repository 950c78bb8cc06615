"""What a search knows about a chunk before and after its embedding is recomputed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..lexical.bm25 import Match


@dataclass(slots=True)
class Candidate:
    """A chunk that may become a hit; its scores sharpen while the search runs."""

    chunk: int
    match: Match
    """How its words match: as postings tell at first, exact once it is read."""
    estimate: float
    """Similarity as its code tells."""
    meaning: float
    """Similarity on the scale of the estimates: the estimate at first, exact once recomputed."""
    by_words: bool
    """Holds a word of the query."""
    by_meaning: bool
    """Among the nearest by code or by the graph."""
    exact: float | None = None
    """Recomputed similarity, on the rank model's own scale."""
    soft_match: float | None = None
    """How near its words come to the query's, once it is read; see `soft_match.py`."""
    terms: Mapping[int, int] = field(default_factory=dict, repr=False, compare=False)
    """How often it holds each term, once it is read."""
