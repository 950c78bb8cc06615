"""Documents inside documents: what a mail has attached."""

from __future__ import annotations

from collections.abc import Callable

from ..document import BlockKind
from ..extract import Builder, Extract
from ..readers import plain, read_document

Nested = Callable[[Builder, bytes, str], None]
"""(builder, bytes, file name): adds the text of an inner file, or nothing if it has none."""


def add_text(builder: Builder, data: bytes, name: str) -> None:
    """Add the readable text of an inner text file. Raises Unreadable if it is none."""
    document = read_document(data, name)
    for block in document.blocks:
        text = plain(document.kind, document.text[block.start : block.end])
        if block.kind is BlockKind.HEADING:
            builder.add_heading(text, min(block.level + 2, 6))
        else:
            builder.add(text)


def add_extract(builder: Builder, extract: Extract) -> None:
    """Add the text of an inner document with its headings."""
    start, _ = builder.add(extract.text)
    for first, end, level in extract.headings:
        builder.mark_heading(start + first, start + end, min(level + 3, 6))
