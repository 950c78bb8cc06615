"""Making documents of source files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from store import DocumentParts

from ..chunking.chunker import chunk
from ..formats.document import Chunks, Document, Unreadable
from ..formats.extract import Extract
from ..formats.readers import read_document
from .admission import Content
from .source import CHANGING, SourceFile, open_source, signature_now


class Extracting(Protocol):
    """Takes a document apart that is no text itself: a `SandboxPool`, or a `TimeBudget`."""

    def extract(self, descriptor: int, kind: str, name: str, size: int) -> Extract:
        """Return its text. Raises Unreadable."""


@dataclass(frozen=True, slots=True)
class ChunkedDocument:
    """A document with the chunks that it was cut into."""

    document: Document
    chunks: Chunks
    parts: DocumentParts | None
    """Parts of its extracted text; None if the file itself is the text."""

    @property
    def extracted(self) -> bytes:
        """The extracted text in UTF-8, in which the chunks lie; empty if there is none."""
        return b"" if self.parts is None else self.document.text.encode()


def content_of(source: SourceFile, path: Path, sandbox: Extracting) -> Content:
    """Return the content of a file. Raises Unreadable or OSError."""
    return source.data if source.kind is None else _extract(source, source.kind, path, sandbox)


def cut(content: Content, name: str) -> ChunkedDocument:
    """Cut a content into chunks. Raises Unreadable, also for a bug in a reader."""
    try:
        if isinstance(content, bytes):
            document, parts = read_document(content, name), None
        else:
            document, parts = content.document()
        chunks = chunk(document)
    except Unreadable:
        raise
    except Exception as error:  # one bad file costs one file, whatever is wrong with it
        raise Unreadable(
            f"cannot be read ({type(error).__name__}: {error})", failed=True
        ) from error
    if not chunks.spans:
        raise Unreadable("empty: no text to index")
    return ChunkedDocument(document, chunks, parts)


def _extract(source: SourceFile, kind: str, path: Path, sandbox: Extracting) -> Extract:
    if not source.signature.size:
        raise Unreadable("empty: no text to index")
    with open_source(path) as file:
        if signature_now(file) != source.signature:
            raise Unreadable(CHANGING, failed=True)
        extract = sandbox.extract(file.fileno(), kind, path.name, source.signature.size)
        if signature_now(file) != source.signature:
            raise Unreadable(CHANGING, failed=True)
    return extract
