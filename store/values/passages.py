"""Passages: the text of chunks, read back from their files while a search runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .files import FileRecord, Span
from .parts import PassagePart


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
    parts: tuple[PassagePart, ...] = ()
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


@dataclass(frozen=True, slots=True)
class DocumentTexts:
    """The text of a document as it is now."""

    state: FileState
    title: str
    texts: tuple[str, ...]
    """Plain text of the chunks asked for; of all its chunks of today if the file has changed."""


ReadTexts = Callable[[FileRecord, range, ReadKept], DocumentTexts | None]
"""(file, indexes into its spans, its kept text) → their texts, without the places and contexts
that `ReadText` works out; None if the file is gone."""


ReadIndexed = Callable[[FileRecord, range, ReadKept], Sequence[str] | None]
"""(file, indexes into its spans, its kept text) → the texts that were embedded; None if the file
has changed since, or is gone."""
