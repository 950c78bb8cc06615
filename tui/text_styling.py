"""Styling of documents for reading: code in colours, headings and lists of prose set apart.

The text keeps every character and so every position; only styles are added. It has passed the
sanitizer before.
"""

from __future__ import annotations

import re
from pathlib import Path

from textual.content import Content, Span

from store import TextStyle, safe_text

_LONGEST_CODE = 100_000
"""Characters; more than that is shown without colours."""

_HEADING = re.compile(r"(?:\A|(?<=\n\n))(?![-*+•>\d#|])[^\n]{1,70}(?<![.,;:!?…])(?=\n|\Z)")
_BULLET = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])(?=[ \t])", re.M)
_FIELD = re.compile(r"^[A-Za-z][\w -]{0,20}:(?=[ \t]\S)", re.M)


def styled(text: str, path: Path, style: TextStyle) -> Content:
    """Return `text`, made safe, in a style; the name of `path` tells the language of code."""
    shown = safe_text(text)
    match style:
        case TextStyle.CODE:
            return _code(shown, path)
        case TextStyle.PROSE:
            return Content(shown, _prose(shown))
        case TextStyle.PLAIN:
            return Content(shown)


def _prose(text: str) -> list[Span]:
    spans = [Span(*found.span(), ".heading") for found in _HEADING.finditer(text)]
    for pattern in (_BULLET, _FIELD):
        spans += [Span(*found.span(), ".bullet") for found in pattern.finditer(text)]
    return spans


def _code(text: str, path: Path) -> Content:
    from pygments.lexers import find_lexer_class_for_filename  # only code needs Pygments

    from .code_style import colours

    lexer = find_lexer_class_for_filename(path.name)
    if lexer is None or len(text) > _LONGEST_CODE or "\t" in text:
        return Content(text)
    return Content(text, colours(text, lexer.aliases[0]))
