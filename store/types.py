"""The values that cross the boundaries of the program. All are frozen; none holds a connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:  # so that a command which only asks the daemon does not import numpy
    import numpy as np
    from numpy.typing import NDArray

from .places import Place, Places

Vectors: TypeAlias = "NDArray[np.float32]"
"""Embeddings, float32, shape (n, dims), each row of unit length."""

Embed = Callable[[Sequence[str]], Vectors]
"""Texts to embeddings. Search receives one, so the store recomputes without knowing ONNX."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder the user asked to have indexed."""

    id: int
    name: str
    path: Path
    include: tuple[str, ...] = ()
    """Globs; when given, only files that match one are indexed."""
    exclude: tuple[str, ...] = ()
    online: bool = True
    """False while the folder cannot be seen, for instance an unplugged disk."""


class Signature(NamedTuple):
    """What `stat` says about a file; equal signatures mean an unchanged file.

    A tuple, as a scan makes and compares two for every file of a folder.
    """

    size: int
    mtime_ns: int
    change: int
    """32-bit digest of ctime and inode: catches edits that restore the modification time."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range of bytes in a source file, or in the text extracted from it."""

    start: int
    length: int

    @property
    def end(self) -> int:
        """The first byte after the span."""
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document, as the bytes that hold its text in the source file."""

    span: Span
    level: int
    """0 is the document's title (front matter or `<title>`), 1 to 6 are headings."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """An indexed file. Its chunks have the ids `first_chunk` … `first_chunk + len(spans) - 1`."""

    first_chunk: int
    path: Path
    folder_id: int
    signature: Signature
    digest: bytes
    """BLAKE2b-128 of the file's bytes."""
    kind: str
    """The reader that read it: `markdown`, `text`, `html`, `python`, …"""
    encoding: str
    spans: tuple[Span, ...]
    outline: tuple[Heading, ...]
    """Headings in document order."""
    places: Places | None = None
    """Parts of its extracted text, in which the spans lie; None if the file itself is the text."""
    extract: int = 0
    """Where the store keeps the extracted text."""


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that was looked at and not indexed, with the reason in one line."""

    path: Path
    folder_id: int
    signature: Signature
    reason: str
    failed: bool
    """True when something went wrong; False when there was nothing to index."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """What the indexer hands to the store for one file: where its chunks are, what is in them."""

    folder_id: int
    path: Path
    signature: Signature
    digest: bytes
    kind: str
    encoding: str
    spans: tuple[Span, ...]
    outline: tuple[Heading, ...]
    terms: tuple[NDArray[np.int64], ...]
    """Keys of the terms of each chunk's indexed text, in order; see `terms`."""
    places: Places | None = None
    extracted: bytes = b""
    """Text to keep, in UTF-8, if the file is no text itself; the spans lie in it."""


@dataclass(frozen=True, slots=True)
class MovedFile:
    """A file whose content is indexed already, under another path or signature."""

    old: Path
    new: Path
    signature: Signature


@dataclass(frozen=True, slots=True)
class Changes:
    """What one transaction changes in a folder. All paths lie in that folder."""

    files: tuple[NewFile, ...] = ()
    """Replace what was known of their paths; each has at least one chunk."""
    skipped: tuple[SkippedFile, ...] = ()
    moved: tuple[MovedFile, ...] = ()
    removed: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """The current text of one chunk, read back from its source file."""

    text: str
    """Plain text, markup removed."""
    context: str
    """Title and heading path, joined by ` › `; may be empty."""
    span: Span
    line: int
    """1-based line of the span's first byte."""
    fresh: bool
    """True if the file is byte for byte the one that was indexed, or was read anew just now."""
    places: tuple[Place, ...] = ()
    """The pages, slides, … that the text is from, ascending."""

    @property
    def indexed_text(self) -> str:
        """The text that is embedded and whose words are indexed."""
        return indexed_text(self.context, self.text)


def indexed_text(context: str, text: str) -> str:
    """Return the text of a chunk that is embedded and whose words are indexed."""
    return f"{context}\n{text}" if context else text


class FileState(StrEnum):
    """How a file stands against the index."""

    CURRENT = "current"
    STALE = "stale"
    """Changed, and answered with the text that was indexed."""
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Answer of `ReadText`: the passages asked for or, for a changed file, those it has now."""

    state: FileState
    title: str
    passages: tuple[Passage, ...]


ReadKept = Callable[[Span], bytes]
"""Reads a range of the extracted text that is kept of one file; raises StoreDamaged."""

ReadText = Callable[[FileRecord, Sequence[int], ReadKept], ReadBack]
"""(file, indexes into its spans, its kept text) → passages in that order; for a CHANGED file, all
of today's."""


class Mode(StrEnum):
    """What a query is matched against."""

    HYBRID = "hybrid"
    SEMANTIC = "semantic"
    LEXICAL = "lexical"
    EXACT = "exact"
    REGEX = "regex"


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


@dataclass(frozen=True, slots=True)
class Query:
    """A search request."""

    text: str
    limit: int = 10
    """Most hits returned."""
    mode: Mode = Mode.HYBRID
    filters: Filters = field(default_factory=Filters)
    budget: int = 32
    """Most chunks whose embedding is recomputed; 0 answers from codes and words alone."""
    deadline_ms: float | None = None
    """Milliseconds after which nothing more is recomputed; what is known then is the answer."""
    meaning: str = ""
    """Text whose embedding stands for the query's, such as a passage that might answer it."""


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
    source: tuple[str, ...]
    """What found it: `words`, `meaning`, or both."""
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
