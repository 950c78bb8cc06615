"""What the tools answer; their schemas are made of this.

Without slots, whose descriptors the SDK takes for default values.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """A passage that was found."""

    id: str
    document: str
    """The document's id."""
    source: str
    """The folder's name and the path in it."""
    title: str
    heading: str
    line: int
    page: int | None
    score: float
    text: str
    fresh: bool
    """Whether it is what was indexed, or was read anew just now."""


@dataclass(frozen=True)
class Hits:
    """Passages, best first."""

    hits: tuple[Found, ...]


@dataclass(frozen=True)
class Text:
    """A part of a document."""

    id: str
    document: str
    source: str
    line: int
    text: str
    next_offset: int | None
    """Where to read on; None at the end."""


@dataclass(frozen=True)
class Missing:
    """What could not be read, and why."""

    id: str
    error: str


@dataclass(frozen=True)
class Texts:
    """Parts of several documents, in the order they were asked for."""

    results: tuple[Text | Missing, ...]


@dataclass(frozen=True)
class IndexedFolder:
    """A folder that is kept indexed."""

    name: str
    files: int
    online: bool


@dataclass(frozen=True)
class IndexStatus:
    """What is indexed."""

    files: int
    passages: int
    skipped: int
    failed: int
    indexing: bool
    folders: tuple[IndexedFolder, ...]
