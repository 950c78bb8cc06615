"""What the index holds. All values are frozen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .files import Folder


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """A folder with what the index holds of it."""

    folder: Folder
    files: int
    chunks: int
    skipped: int
    failed: int
    text_bytes: int
    missing: int = 0
    """Of the files, those gone all at once that are kept until it is sure that they are deleted."""


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What the last scan of a folder saw of it."""

    root: str = ""
    """What told the folder from another one in its place; empty if it was never seen."""
    missing: int = 0
    """Files that were gone and are kept."""
    missing_since: float | None = None
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class CacheUse:
    """The cache of recomputed embeddings, and what became of those asked for since it was made."""

    vectors: int = 0
    bytes: int = 0
    """On disk."""
    hits: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True)
class IndexModel:
    """The model that an index was made with."""

    fingerprint: str
    name: str = ""
    folder: Path | None = None
    """Where it lay then, None if that was not noted."""
    code_bytes: int = 24
    """Length of a chunk's code."""

    @property
    def codes(self) -> tuple[str, int]:
        """What makes codes comparable."""
        return self.fingerprint, self.code_bytes


@dataclass(frozen=True, slots=True)
class Migration:
    """An index that is being made with another model, while the present one answers."""

    model: str
    """Its name."""
    files: int
    """Indexed with it so far."""
    files_total: int
    """Those of the present index."""
    waits_for: tuple[str, ...] = ()
    """Folders that cannot be seen now; until they can, the present index stays."""


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
    made_with: IndexModel | None = None
    """The model that the index was made with, None if there is none yet."""
    migration: Migration | None = None


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
