"""XML: the text between tags; text on one line of the source is one block."""

from __future__ import annotations

import html
import re

from . import text as plain_text
from .layout import Layout

_MARKUP = re.compile(
    r"<(?:!--(?s:.*?)(?:-->|\Z)"
    r"|!\[CDATA\["
    r"|!DOCTYPE[^\[>]*(?:\[(?s:.*?)(?:\]|\Z))?\s*(?:>|\Z)"
    r"|/?(?P<name>[^\s<>/!?]*)[^<>]*(?:>|\Z))"
    r"|\]\]>"
)
_SPACES = re.compile("  +")
_TITLES = frozenset(("title", "book-title"))
_FARTHEST_CHARS = 300
"""More markup than this between two texts keeps them apart."""


def read(text: str) -> Layout:
    """Lay out XML."""
    layout = Layout(text)
    block = block_end = at = 0
    title_follows = False
    for markup in _MARKUP.finditer(text):
        start, end = at, markup.start()
        at = markup.end()
        if end > start and not text[start:end].isspace():
            if title_follows:
                layout.add_title(start, end)
            gap = text[block_end:start]
            if not block_end or len(gap) > _FARTHEST_CHARS or "\n" in gap:
                layout.add(block, block_end)
                block = start
            block_end = end
        title_follows = (markup["name"] or "").lower() in _TITLES and markup[0][1] != "/"
    layout.add(block, block_end)
    layout.add(at, len(text))
    return layout


def plain(fragment: str) -> str:
    """Return the text without tags, with characters in place of entities."""
    text = plain_text.plain(fragment)
    if "<" in text or "]]>" in text:
        text = _SPACES.sub(" ", _MARKUP.sub(_gap, text))
    return plain_text.close_up(html.unescape(text) if "&" in text else text)


def _gap(markup: re.Match[str]) -> str:
    return " " if markup["name"] else ""
