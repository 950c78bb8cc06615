"""The text of files as they are now, for a query: read from the file, or from the text kept of it.

A text is read from the file itself. Of any other document the extracted text is in the store; if
the file has changed since, it is taken apart anew if there is time, else its old text is shown and
labelled as such.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from store import (
    DocumentParts,
    DocumentTexts,
    FileRecord,
    FileState,
    Folder,
    Heading,
    Passage,
    PassagePart,
    ReadBack,
    ReadKept,
    Span,
)

from ..chunking.readback import parts_of, read_fragments, read_passages
from ..formats.document import Unreadable
from ..formats.encoding import decode_bytes
from ..formats.readers import plain
from ..scanning.ignore import MAX_FILE_BYTES
from ..scanning.signature import signature_of
from .admission import Admission
from .source import open_source, read_source

if TYPE_CHECKING:
    from .loading import Extracting

_TODAYS_CHUNKS = 256
"""Most chunks of a changed file that are looked at to answer a query."""

_LineOf = Callable[[int], int]
"""Byte offset → 1-based line."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A document's text, wherever it lies, and where its chunks and headings are."""

    state: FileState
    fetch: ReadKept
    line_of: _LineOf
    kind: str
    encoding: str
    spans: tuple[Span, ...]
    outline: tuple[Heading, ...]
    parts: DocumentParts | None

    def passages(self, indexes: Sequence[int]) -> tuple[Passage, ...]:
        """Return some chunks."""
        texts = read_passages(
            self.fetch, self.kind, self.encoding, self.spans, self.outline, indexes
        )
        fresh = self.state is not FileState.STALE
        return tuple(
            Passage(text, context, span, self.line_of(span.start), fresh, self._within(span))
            for (context, text), span in zip(
                texts, map(self.spans.__getitem__, indexes), strict=True
            )
        )

    def title(self) -> str:
        """Return the title that a document states, or its first heading, or nothing."""
        for heading in self.outline[:1]:
            if heading.level <= 1:
                return " ".join(self._plain(self.fetch(heading.span)).split())
        return ""

    def part(self, start: int, end: int) -> str:
        """Return the text of a part."""
        return self._plain(self.fetch(Span(start, end - start))).strip()

    def todays(self) -> range:
        """Return the chunks that a changed file answers with."""
        return range(min(len(self.spans), _TODAYS_CHUNKS))

    def _within(self, span: Span) -> tuple[PassagePart, ...]:
        if self.parts is None or not self.parts.unit:
            return ()
        raw, parts = self.fetch(span), self.parts
        return tuple(
            PassagePart(len(self._plain(raw[: at - span.start])), number, parts.label(number))
            for at, number in parts.within(span.start, span.end)
        )

    def _plain(self, raw: bytes) -> str:
        return plain(self.kind, decode_bytes(raw, self.encoding))


class CurrentTexts:
    """Reads files as they are now, as far as the next index run would read them.

    For the searches and previews of a moment: the folders are those that there are now.
    """

    def __init__(self, folders: Sequence[Folder] = (), max_bytes: int = MAX_FILE_BYTES) -> None:
        """Read by the rules of these folders; a file in none of them is read as it is."""
        self._admission = Admission(folders, max_bytes)

    def read_back(self, record: FileRecord, indexes: Sequence[int], kept: ReadKept) -> ReadBack:
        """Return the text of some chunks of a file as it is now; the `ReadText` of a search."""
        name = record.path.name
        try:
            text = self._text_of(record, kept)
        except (OSError, Unreadable):
            return ReadBack(FileState.MISSING, name, ())
        wanted = text.todays() if text.state is FileState.CHANGED else indexes
        return ReadBack(text.state, text.title() or name, text.passages(wanted))

    def read_texts(
        self, record: FileRecord, indexes: range, kept: ReadKept
    ) -> DocumentTexts | None:
        """Return texts of a file as it is now; the `ReadTexts` of a search."""
        try:
            text = self._text_of(record, kept)
        except (OSError, Unreadable):
            return None
        wanted = text.todays() if text.state is FileState.CHANGED else indexes
        spans = text.spans[wanted.start : wanted.stop]
        return DocumentTexts(
            text.state, text.title(), read_fragments(text.fetch, text.kind, text.encoding, spans)
        )

    def read_now(
        self, path: Path, record: FileRecord | None = None, kept: ReadKept | None = None
    ) -> tuple[Passage, ...]:
        """Return a whole document as it is now, in passages. Raises OSError or Unreadable.

        What the index knows of it, if that is given, saves taking the document apart.
        """
        if record is not None and kept is not None and record.parts is not None:
            text = self._text_of(record, kept)
        else:
            text = self._text_in_sandbox(path)
        return text.passages(range(len(text.spans)))

    def read_part(self, path: Path, address: str) -> str:
        """Return the text of a part of a document, `page=3`, as it is now.

        Raises OSError, or Unreadable if there is no such part or no text in it.
        """
        text = self._text_in_sandbox(path)
        parts = text.parts
        if parts is None or not parts.unit:
            raise Unreadable("has no parts that could be shown by themselves")
        span = parts.find(address)
        if span is None:
            unit, last = parts.unit, len(parts.starts)
            raise Unreadable(f"there is no {address} in it, only {unit}=1 to {unit}={last}")
        part = text.part(*span)
        if not part:
            raise Unreadable(f"there is no text in {address}")
        return part

    def _text_of(self, record: FileRecord, kept: ReadKept) -> _Text:
        """Find the text of an indexed file. Raises OSError if it is gone, or Unreadable."""
        self._admission.check_size(record.path)
        if record.parts is None:
            source = read_source(record.path)
            if source.is_still(record):
                fetch, line_of = _in_data(source.data)
                parts = parts_of(record.kind, record.encoding, source.data)
                return _indexed(record, FileState.CURRENT, fetch, line_of, parts)
            return self._text_in_time(record.path)
        with open_source(record.path) as file:
            is_current = signature_of(os.fstat(file.fileno())) == record.signature
        if is_current or read_source(record.path).digest == record.digest:
            return _indexed(record, FileState.CURRENT, kept, _no_line, record.parts)
        try:
            return self._text_in_time(record.path)
        except Unreadable:
            return _indexed(record, FileState.STALE, kept, _no_line, record.parts)

    def _text_in_time(self, path: Path) -> _Text:
        """Read a file anew, unless it takes longer than somebody would wait."""
        from .time_budget import time_budget  # with what reads files, which few searches need

        return self._text_now(path, time_budget())

    def _text_in_sandbox(self, path: Path) -> _Text:
        """Read a file anew, however long it takes."""
        from ..sandbox import SandboxPool

        with SandboxPool(1) as sandbox:
            return self._text_now(path, sandbox)

    def _text_now(self, path: Path, sandbox: Extracting) -> _Text:
        """Read a file anew."""
        from .loading import content_of, cut

        self._admission.check_file(path)
        source = read_source(path)
        content = content_of(source, path, sandbox)
        self._admission.check_content(path, content)
        cut_document = cut(content, path.name)
        document = cut_document.document
        fetch, line_of = _in_data(source.data or cut_document.extracted)
        return _Text(
            FileState.CHANGED,
            fetch,
            line_of if cut_document.parts is None else _no_line,
            document.kind,
            document.encoding,
            cut_document.chunks.spans,
            cut_document.chunks.outline,
            cut_document.parts or parts_of(document.kind, document.encoding, source.data),
        )


def _indexed(
    record: FileRecord,
    state: FileState,
    fetch: ReadKept,
    line_of: _LineOf,
    parts: DocumentParts | None,
) -> _Text:
    return _Text(
        state,
        fetch,
        line_of,
        record.kind,
        record.encoding,
        record.spans,
        record.outline,
        parts,
    )


def _in_data(data: bytes) -> tuple[ReadKept, _LineOf]:
    """Return functions that give a span of some bytes, and the 1-based line of an offset."""
    return (
        lambda span: data[span.start : span.end],
        lambda offset: data.count(b"\n", 0, offset) + 1,
    )


def _no_line(offset: int) -> int:
    """Return 1: lines of an extracted text mean nothing to whoever opens the file."""
    del offset
    return 1
