"""How a search reads whole documents: the store itself reads no files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .types import FileRecord, FileState, ReadKept


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
