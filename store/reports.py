"""What the index says about itself. All values are frozen."""

from __future__ import annotations

from dataclasses import dataclass

from .types import Folder


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """A folder with what the index holds of it."""

    folder: Folder
    files: int
    chunks: int
    skipped: int
    failed: int
    text_bytes: int


@dataclass(frozen=True, slots=True)
class CacheUse:
    """The cache of recomputed embeddings, and what became of those asked for since it was made."""

    vectors: int = 0
    bytes: int = 0
    """On disk."""
    hits: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the whole index."""

    folders: tuple[FolderStatus, ...]
    files: int
    chunks: int
    skipped: int
    failed: int
    writer: str | None
    """The process that is writing now, for people (`pid 123, thimble index`), or None."""
    cache: CacheUse = CacheUse()


@dataclass(frozen=True, slots=True)
class Size:
    """Where the index's bytes go. All counts are bytes; parts sum to `index_bytes`."""

    text_bytes: int
    """Bytes of the indexed source files."""
    index_bytes: int
    """Bytes of every file of the index."""
    parts: dict[str, int]
    stored_vectors_bytes: int
    """What storing every chunk's embedding as float32 would take."""
