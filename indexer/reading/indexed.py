"""The texts of chunks as they were embedded, as long as their files have not changed."""

from __future__ import annotations

from store import FileRecord, ReadKept, indexed_text

from ..chunking.readback import read_passages
from ..formats.document import Unreadable
from .source import read_source


def read_indexed(record: FileRecord, indexes: range, kept: ReadKept) -> list[str] | None:
    """Return the texts of some chunks of a file; the `ReadIndexed` of every index run.

    None if they cannot be had any more. Where extracted text is kept, the file is not looked at.
    """
    fetch = kept if record.parts is not None else _unchanged(record)
    if fetch is None:
        return None
    texts = read_passages(
        fetch, record.kind, record.encoding, record.spans, record.outline, indexes
    )
    return [indexed_text(context, text) for context, text in texts]


def _unchanged(record: FileRecord) -> ReadKept | None:
    """Return a function that reads the text of a file, or None if it is not what was indexed."""
    try:
        source = read_source(record.path)
    except (OSError, Unreadable):
        return None
    if not source.is_still(record):
        return None
    data = source.data
    return lambda span: data[span.start : span.end]
