"""HTML inside other documents: chapters of books and bodies of mails."""

from __future__ import annotations

from ..document import BlockKind, Unreadable
from ..extract import Builder
from ..readers import html, unix_lines

_HEAD_CHARS = 4096


def add_html(builder: Builder, text: str, level: int = 0) -> None:
    """Add the readable text of some HTML; its headings go `level` deeper than they are."""
    if "<!ENTITY" in text[:_HEAD_CHARS]:
        raise Unreadable("declares XML entities, which are never expanded", failed=True)
    for block in html.read(unix_lines(text)).blocks:
        words = html.plain(text[block.start : block.end])
        if block.kind is BlockKind.HEADING:
            builder.add_heading(words, block.level + level)
        else:
            builder.add(words)
