"""Reading source files: whole and settled when indexing, by span when searching."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from store import DocumentTexts, FileRecord, FileState, Heading, Passage, ReadBack, Signature, Span

from .chunker import chunk
from .document import Chunked, Document, Unreadable
from .encoding import decode_bytes
from .readback import read_fragments, read_passages
from .readers import plain, read_document
from .scan import signature_of

_ATTEMPTS = 3
_TODAYS_CHUNKS = 256
"""Most chunks of a changed file that are looked at to answer a query."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes of a file, with the signature they were read under."""

    data: bytes
    signature: Signature

    @property
    def digest(self) -> bytes:
        """BLAKE2b-128 of the bytes."""
        return blake2b(self.data, digest_size=16).digest()


def read_source(path: Path) -> SourceFile:
    """Read a file that holds still meanwhile. Raises Unreadable, or OSError if it is gone."""
    # Not blocking and not following, since a name may have become a FIFO or a link by now.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    for _ in range(_ATTEMPTS):
        descriptor = os.open(path, flags)
        with open(descriptor, "rb") as file:  # noqa: PTH123 (a descriptor, not a path)
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise Unreadable("not a regular file")
            data = file.read()
            if signature_of(before) == signature_of(os.fstat(descriptor)):
                return SourceFile(data, signature_of(before))
    raise Unreadable("it kept changing while it was read; it is tried again next time", failed=True)


def read_and_chunk(data: bytes, path: Path) -> tuple[Document, Chunked]:
    """Cut a file's content into chunks. Raises Unreadable, also for a bug in a reader."""
    try:
        document = read_document(data, path.name)
        chunked = chunk(document)
    except Unreadable:
        raise
    except Exception as error:  # one bad file costs one file, whatever is wrong with it
        raise Unreadable(
            f"cannot be read ({type(error).__name__}: {error})", failed=True
        ) from error
    if not chunked.spans:
        raise Unreadable("empty: no text to index")
    return document, chunked


def read_back(record: FileRecord, indexes: Sequence[int]) -> ReadBack:
    """Return the text of some chunks of a file as it is now; the `ReadText` of every search."""
    name = record.path.name
    try:
        source = read_source(record.path)
        if source.signature != record.signature and source.digest != record.digest:
            return _read_anew(record.path, source.data)
    except (OSError, Unreadable):
        return ReadBack(FileState.MISSING, name, ())
    layout = _layout_of(record)
    passages = layout.passages(source.data, indexes)
    return ReadBack(FileState.CURRENT, layout.title(source.data) or name, passages)


def read_texts(record: FileRecord, indexes: range) -> DocumentTexts | None:
    """Return texts of a file as it is now; the `ReadTexts` of every search."""
    try:
        source = read_source(record.path)
        if source.signature == record.signature or source.digest == record.digest:
            state, layout = FileState.CURRENT, _layout_of(record)
            spans = record.spans[indexes.start : indexes.stop]
        else:
            document, chunked = read_and_chunk(source.data, record.path)
            state, layout = FileState.CHANGED, _new_layout(document, chunked)
            spans = chunked.spans[:_TODAYS_CHUNKS]
    except (OSError, Unreadable):
        return None
    texts = read_fragments(source.data, layout.kind, layout.encoding, spans)
    return DocumentTexts(state, layout.title(source.data), texts)


def _read_anew(path: Path, data: bytes) -> ReadBack:
    """Answer for a file that changed since it was indexed, from what it holds now."""
    document, chunked = read_and_chunk(data, path)
    layout = _new_layout(document, chunked)
    passages = layout.passages(data, range(min(len(chunked.spans), _TODAYS_CHUNKS)))
    return ReadBack(FileState.CHANGED, layout.title(data) or path.name, passages)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the chunks and headings of a document are."""

    kind: str
    encoding: str
    spans: tuple[Span, ...]
    outline: tuple[Heading, ...]

    def passages(self, data: bytes, indexes: Sequence[int]) -> tuple[Passage, ...]:
        """Read some chunks from the bytes of the file."""
        texts = read_passages(
            lambda span: data[span.start : span.end],
            self.kind,
            self.encoding,
            self.spans,
            self.outline,
            indexes,
        )
        spans = (self.spans[index] for index in indexes)
        return tuple(
            Passage(text, context, span, _line(data, span), fresh=True)
            for (context, text), span in zip(texts, spans, strict=True)
        )

    def title(self, data: bytes) -> str:
        """Return the title that a document states, or its first heading, or nothing."""
        for heading in self.outline[:1]:
            raw = data[heading.span.start : heading.span.end]
            if heading.level <= 1:
                return " ".join(plain(self.kind, decode_bytes(raw, self.encoding)).split())
        return ""


def read_now(path: Path) -> tuple[Passage, ...]:
    """Return a whole document as it is now, in passages. Raises OSError or Unreadable."""
    data = read_source(path).data
    document, chunked = read_and_chunk(data, path)
    layout = _new_layout(document, chunked)
    return layout.passages(data, range(len(chunked.spans)))


def _layout_of(record: FileRecord) -> _Layout:
    return _Layout(record.kind, record.encoding, record.spans, record.outline)


def _new_layout(document: Document, chunked: Chunked) -> _Layout:
    return _Layout(document.kind, document.encoding, chunked.spans, chunked.outline)


def _line(data: bytes, span: Span) -> int:
    return data.count(b"\n", 0, span.start) + 1
