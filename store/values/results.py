"""What a search gives: hits, what it did, topics, and the text around a hit."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from .queries import Query


class TextStyle(Enum):
    """How the text of a document is shown."""

    PLAIN = "plain"
    PROSE = "prose"
    """Headings and lists set apart."""
    CODE = "code"
    """In colours, by the language that the file's name tells."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One result."""

    rank: int
    score: float
    """Probability that it is relevant, in (0, 1); comparable between queries."""
    path: Path
    title: str
    heading: str
    """Heading path inside the document, without the title; may be empty."""
    line: int
    page: int | None
    start: int
    """First byte of the chunk in the source file."""
    end: int
    text: str
    """The chunk's plain text."""
    highlights: tuple[tuple[int, int], ...]
    """Character ranges of matched words in `text`, ascending."""
    snippet: tuple[int, int]
    """Character range of the best sentence or two in `text`."""
    fresh: bool
    found_by: tuple[str, ...]
    """`words`, `meaning`, or both."""
    modified: float
    """The file's modification time, seconds since the epoch."""
    duplicates: tuple[Path, ...] = ()
    """Other indexed files with the same bytes."""
    place: str = ""
    """The part of its address after the file: `page=3`, `sheet=Costs`; empty for plain text."""
    evidence: tuple[float, ...] = ()
    """What the score was made of, in the order of `features.FEATURES`."""


@dataclass(frozen=True, slots=True)
class Explain:
    """What one search did."""

    chunks: int = 0
    """Chunks in the index that the filters let through."""
    path: str = ""
    """How chunks were found by meaning: `flat`, `graph`, `leann`, or empty for words alone."""
    scanned: int = 0
    """Codes compared."""
    visited: int = 0
    """Chunks visited by walking the graph; 0 for a flat scan."""
    candidates_words: int = 0
    candidates_meaning: int = 0
    expanded: int = 0
    """Of the recomputed, those beside a chunk recomputed before them."""
    recomputed: int = 0
    """Embeddings recomputed."""
    milliseconds: dict[str, float] = field(default_factory=dict)
    """Stage name → time, in the order they ran."""
    cache_hits: int = 0
    """Embeddings taken from the cache instead of being recomputed."""


@dataclass(frozen=True, slots=True)
class Results:
    """An answer; `exact` is False for the instant answer that a later one refines."""

    query: Query
    hits: tuple[Hit, ...]
    exact: bool
    explain: Explain
    confident: bool = True
    """Whether the best hit answers the query, as far as scores tell; True for what must occur to
    the letter. If not, the hits are only the least unlikely."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Documents that lie together in meaning: a part of the map of the collection."""

    name: str
    """Two or three words that tell it from the other topics; one if there are no more."""
    documents: int
    """How many documents are about it. Each document is counted in one topic."""
    position: tuple[float, float]
    """Where it lies on the map, each from 0 to 1; topics that are near are alike."""
    central: tuple[Hit, ...]
    """A few documents from its middle, the most central first, each by the passage that is
    nearest to it, without a score; fewer, perhaps none, if files are gone."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The part of a document around a hit, as plain text."""

    text: str
    first_line: int
    """1-based line number of the first line of `text`."""
    passage: tuple[int, int]
    """Character range of the hit's chunk in `text`."""
    highlights: tuple[tuple[int, int], ...]
    """Character ranges of matched words in `text`."""
