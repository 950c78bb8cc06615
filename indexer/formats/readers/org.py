"""Org mode: stars make headings; drawers, settings and comments are left out."""

from __future__ import annotations

import re

from . import text as plain_text
from .layout import Layout

_TODO = r"(?:(?:TODO|DONE|NEXT|WAITING|CANCELLED|STARTED|SOMEDAY)[ \t]+)?(?:\[\#\w\][ \t]+)?"
_LEFT_OUT = (
    r"(?i::(?:properties|logbook)):[ \t]*(?:\n[ \t]*(?::|-|CLOCK)[^\n]*){0,50}?"
    r"\n[ \t]*(?i::end):[ \t]*"
    r"|\#\+(?!(?i:title|begin|end))[\w-]+:?[^\n]*|\#[ \t][^\n]*|\#|-{5,}[ \t]*"
)
_PARTS = re.compile(
    rf"^(?P<marks>\*+)[ \t]+{_TODO}(?P<heading>[^\n]+)"
    r"|^[ \t]*(?:"
    r"\#\+(?i:title):[ \t]*(?P<title>[^\n]+)"
    r"|(?P<code>\#\+(?i:begin)_(?P<name>\w+)[^\n]*\n(?s:.*?)(?:^[ \t]*\#\+(?i:end)_(?P=name)|\Z))"
    rf"|(?:{_LEFT_OUT})$)",
    re.M,
)

_LINE = re.compile(
    rf"\n[ \t]*(?:\*+[ \t]+{_TODO}(?P<words>[^\n]+)"
    rf"|\#\+(?i:begin|end)[^\n]*|\#\+(?i:title):[^\n]*|(?:{_LEFT_OUT})(?=\n|\Z))"
)
_LINK = re.compile(r"\[\[(?P<target>[^\[\]]*)\](?:\[(?P<text>[^\[\]]*)\])?\]")
_EMPHASIS = re.compile(
    r"(?<![\w*/=~+])(?P<mark>[*/=~+_])(?P<text>[^\s*/=~+_](?:[^*/=~+_\n]*[^\s*/=~+_])?)(?P=mark)(?!\w)"
)


def read(text: str) -> Layout:
    """Lay out Org mode."""
    layout = Layout(text)
    layout.fill(_PARTS)
    return layout


def plain(fragment: str) -> str:
    """Return the readable text: no stars, settings, drawers or link targets."""
    text = _LINE.sub(_plain_line, "\n" + plain_text.plain(fragment))
    if "[[" in text:
        text = _LINK.sub(lambda found: found["text"] or found["target"], text)
    return plain_text.squeeze(_EMPHASIS.sub(r"\g<text>", text)).strip("\n")


def _plain_line(line: re.Match[str]) -> str:
    return "\n" + (line["words"] or "")
