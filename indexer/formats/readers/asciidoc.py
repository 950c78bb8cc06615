"""AsciiDoc: equals signs make headings; comments and settings are left out."""

from __future__ import annotations

import re

from . import text as plain_text
from .layout import Layout

_LEFT_OUT = r"//[^\n]*|:!?[\w-]+!?:[^\n]*|\[[^\[\]\n]*\][ \t]*|'{3,}[ \t]*|<{3,}[ \t]*"
_PARTS = re.compile(
    r"^(?P<marks>={1,6}|\#{1,6})[ \t]+(?P<heading>[^\n]+)"
    r"|^(?P<code>(?P<fence>-{4,}|\.{4,})[ \t]*\n(?s:.*?)(?:^(?P=fence)[ \t]*$|\Z))"
    r"|^/{4,}[ \t]*\n(?s:.*?)(?:^/{4,}[ \t]*$|\Z)"
    rf"|^(?:{_LEFT_OUT})$",
    re.M,
)

_LINE = re.compile(
    r"\n(?:(?:={1,6}|\#{1,6})[ \t]+(?P<words>[^\n]+)"
    r"|/{4,}[ \t]*\n(?s:.*?)\n/{4,}[ \t]*(?=\n|\Z)"
    r"|\.(?P<caption>[A-Za-z][^\n]*)"
    rf"|(?:{_LEFT_OUT}|-{{4,}}|\.{{4,}}|={{4,}}|\*{{4,}}|_{{4,}}|\|={{3,}})(?=\n|\Z))"
)
_LINK = re.compile(
    r"(?:link:|mailto:|xref:|image::?|(?=https?:))[^\s\[\]]*\[(?P<text>[^\[\]\n]*)\]"
    r"|<<(?P<target>[^<>,\n]*)(?:,[ ]?(?P<label>[^<>\n]*))?>>"
)
_EMPHASIS = re.compile(r"(?<!\w)[*_`]{1,2}(?=[^\s*_`])|(?<=[^\s*_`])[*_`]{1,2}(?!\w)")


def read(text: str) -> Layout:
    """Lay out AsciiDoc."""
    layout = Layout(text)
    layout.fill(_PARTS, heading=_heading)
    return layout


def plain(fragment: str) -> str:
    """Return the readable text: no marks, settings, delimiters or link targets."""
    text = _LINE.sub(_plain_line, "\n" + plain_text.plain(fragment))
    text = _LINK.sub(lambda found: found["text"] or found["label"] or found["target"] or "", text)
    return plain_text.squeeze(_EMPHASIS.sub("", text)).strip("\n")


def _heading(match: re.Match[str]) -> tuple[int, int, int]:
    """One mark is the document's title, two are the first level, and so on."""
    return (*match.span("heading"), len(match["marks"]) - 1)


def _plain_line(line: re.Match[str]) -> str:
    return "\n" + (line["words"] or line["caption"] or "")
