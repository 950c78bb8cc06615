"""Folders and files: what is indexed, what was skipped, and what one transaction changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .parts import DocumentParts

if TYPE_CHECKING:  # so that a command which only asks the daemon does not import numpy
    import numpy as np
    from numpy.typing import NDArray


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
    parts: DocumentParts | None = None
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
    parts: DocumentParts | None = None
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
class FileExplanation:
    """Why a file is or is not indexed."""

    path: Path
    indexed: bool
    reason: str
    """One sentence for people, naming the rule, setting or error that decided."""
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class Opening:
    """How a document is opened."""

    command: tuple[str, ...]
    takes_terminal: bool
    """True for an editor, which may need the terminal; False for what opens a window."""
