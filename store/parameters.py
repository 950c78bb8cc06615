"""How a search spends its work. Users set the budget; the rest is for benchmarks and ablations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SearchPath(StrEnum):
    """How chunks are found by meaning."""

    AUTO = "auto"
    """`FLAT` or `GRAPH`, whichever is faster for so many chunks."""
    FLAT = "flat"
    """The codes of all chunks are compared."""
    GRAPH = "graph"
    """A walk over the graph compares the codes it meets."""
    LEANN = "leann"
    """LEANN's two-level search as published: recomputed similarities alone guide the walk."""


@dataclass(frozen=True, slots=True)
class SearchParameters:
    """Parameters of one search, named as in the LEANN paper where it has them."""

    path: SearchPath = SearchPath.AUTO
    ef: int = 128
    """Chunks kept in the queue of a walk over the graph."""
    a: float = 0.1
    """Promotion ratio: the share of the approximate queue recomputed in a step. LEANN only."""
    batch: int = 8
    """Embeddings recomputed at a time, after the first half of the budget."""
    expand: bool = True
    """Whether neighbours of exact hits are preferred."""
