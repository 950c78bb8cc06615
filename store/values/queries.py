"""A query with all that narrows it: one value from the front ends to the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Mode(StrEnum):
    """What a query is matched against."""

    HYBRID = "hybrid"
    SEMANTIC = "semantic"
    LEXICAL = "lexical"
    EXACT = "exact"
    REGEX = "regex"

    @property
    def uses_meaning(self) -> bool:
        """Whether embeddings are compared."""
        return self in (Mode.HYBRID, Mode.SEMANTIC)


@dataclass(frozen=True, slots=True)
class Filters:
    """Limits on the files searched; applied before ranking, so they never empty a result list."""

    folders: tuple[str, ...] = ()
    """Names of folders."""
    paths: tuple[str, ...] = ()
    """Globs over absolute paths, or over the end of one if relative; any may match."""
    types: tuple[str, ...] = ()
    """File name suffixes without the dot (`md`, `pdf`) or reader kinds (`markdown`)."""
    since: float | None = None
    """Modification time, seconds since the epoch; inclusive."""
    until: float | None = None


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


@dataclass(frozen=True, slots=True)
class Query:
    """A search request: one value, from what somebody typed to the store."""

    text: str
    limit: int = 10
    """Most hits returned."""
    mode: Mode = Mode.HYBRID
    filters: Filters = field(default_factory=Filters)
    budget: int | None = None
    """Most chunks whose embedding is recomputed; 0 answers from codes and words alone, None
    recomputes as many as the settings say."""
    meaning: str = ""
    """Text whose embedding stands for the query's, such as a passage that might answer it."""
    recent: bool = False
    """Whether newer files rank a little higher."""
    parameters: SearchParameters = field(default_factory=SearchParameters)


def clean_query(text: str) -> str:
    """Return a query as one line of valid text. Raises ValueError if nothing is left."""
    query = " ".join(text.encode("utf-8", "replace").decode().replace("\0", " ").split())
    if not query:
        raise ValueError("the query is empty")
    return query
