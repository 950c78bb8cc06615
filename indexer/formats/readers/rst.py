"""reStructuredText: lines of punctuation make headings, their order of appearance the levels."""

from __future__ import annotations

import re

from . import text as plain_text
from .layout import Layout

_MARKS = r"[!-/:-@\[-`{-~]"
_UNDERLINE = re.compile(rf"\n(?P<mark>{_MARKS})(?P=mark){{2,}}[ \t]*(?=\n|\Z)")

_DROPPED_LINE = re.compile(
    rf"\n(?:(?P<mark>{_MARKS})(?P=mark){{2,}}"
    r"|[ \t]*\.\. (?:_[^\n]*:[^\n]*|\|[^\n]*|(?P<directive>[\w:-]+)::[ \t]*(?P<argument>[^\n]*))"
    r"|[ \t]*:(?:maxdepth|caption|name|class|align|width|height|linenos|target|hidden):[^\n]*"
    r")[ \t]*(?=\n|\Z)"
)
_INLINE = re.compile(r"(?::[\w:+.-]+:)?`(?P<text>[^`<\n]*(?:\n[^`<\n]+){0,3})(?:<[^<>`]*>)?`_{0,2}")
_STRONG = re.compile(r"\*\*(?P<text>[^\s*](?:[^*\n]*[^\s*])?)\*\*|``(?P<code>[^`\n]+)``")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])|(?<=[^\s*])\*(?![\w*])")


def read(text: str) -> Layout:
    """Lay out reStructuredText."""
    layout = Layout(text)
    styles: list[str] = []
    at = 0
    for line in _UNDERLINE.finditer("\n" + text):
        heading = _heading(text, at, line.start() - 1, line.end() - 1)
        if not heading:
            continue
        start, title, end = heading
        layout.add_paragraphs(at, start)
        is_title = not layout.headings and all(
            text.startswith((".. ", ":"), block.start) for block in layout.blocks
        )
        style = line["mark"] + ("over" if start < title else "")
        if style not in styles:
            styles.append(style)
        level = styles.index(style) + (not layout.has_title)
        layout.add_heading(title, line.start() - 1, 0 if is_title else max(1, level))
        at = end
    layout.add_paragraphs(at, len(text))
    return layout


def plain(fragment: str) -> str:
    """Return the readable text: no roles, targets, adornments or marks."""
    text = _DROPPED_LINE.sub(_kept, "\n" + plain_text.plain(fragment))
    if "``" in text or "**" in text:
        text = _STRONG.sub(lambda found: found["text"] or found["code"], text)
    if "`" in text:
        text = _INLINE.sub(lambda found: found["text"].rstrip(), text)
    text = _EMPHASIS.sub("", text) if "*" in text else text
    return plain_text.squeeze(text).strip("\n")


def _heading(text: str, since: int, line_start: int, end: int) -> tuple[int, int, int] | None:
    """Return (start, start of the title, end) of the heading whose underline is at the line.

    `line_start` is the line end before the underline.
    """
    title = text.rfind("\n", since, max(0, line_start)) + 1 or since
    words = text[title : max(0, line_start)]
    mark = text[line_start + 1]
    if title < since or not words.strip() or words.strip().strip(mark) == "":
        return None
    above = text.rfind("\n", since, max(since, title - 1)) + 1 or since
    over = text[above : max(above, title - 1)].rstrip()
    is_over = bool(over) and over.strip(mark) == "" and len(over) > 2
    if not is_over and (over or words[0] in " \t"):
        return None
    if end - line_start - 1 < 0.7 * len(words.strip()):
        return None
    return (above if is_over else title), title, end


def _kept(line: re.Match[str]) -> str:
    argument = line["argument"]
    keeps = argument and line["directive"] not in ("code-block", "toctree", "highlight", "module")
    return f"\n{argument}" if keeps else "\n"
