"""Jupyter notebooks: the cells' sources, in place in the JSON; outputs are left out.

A fragment that begins with a quotation mark begins before a string, any other inside one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..document import BlockKind
from . import text as plain_text
from .json_text import unescape
from .layout import Layout

_SOURCES = frozenset(("source", "input"))  # `input` in notebooks of version 3
_HEADING = re.compile(
    r"(?:\"|\\n)(?P<marks>\#{1,6})[ \t]+(?P<heading>[^\"\\]*(?:\\[^n][^\"\\]*)*)(?:\\n)?\"?,?"
)
_TOKEN = re.compile(r'"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)(?:"(?P<colon>\s*:)?|\\?\Z)|[\[\]{}]', re.S)
_SKIPPED = frozenset(("outputs", "metadata", "attachments"))


@dataclass(slots=True)
class _Cell:
    kind: str = ""
    start: int = -1
    end: int = -1


def read(text: str) -> Layout:
    """Lay out a notebook, or the text as it is if it is no valid JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return plain_text.read(text)
    layout = Layout(text)
    for cell in _cells(text):
        if cell.kind == "markdown":
            _add_prose(layout, cell.start, cell.end)
        else:
            layout.add(cell.start, cell.end, BlockKind.CODE)
    return layout


def plain(fragment: str) -> str:
    """Return the cells' sources as they were typed."""
    text = plain_text.plain(fragment)
    parts: list[str] = []
    is_source, depth, skips = True, 0, False
    for token in _TOKEN.finditer(text if text.startswith('"') else f'"{text}'):
        string = token["text"]
        if string is None:
            if depth or (skips and token[0] in "[{"):
                depth += 1 if token[0] in "[{" else -1
        elif token["colon"] and not depth:
            is_source, skips = string in _SOURCES, string in _SKIPPED
            parts.append("\n\n" if is_source else "")
        elif is_source and not depth:
            parts.append(string)
    return plain_text.squeeze(unescape("".join(parts))).strip("\n")


def _cells(text: str) -> Iterator[_Cell]:
    """Find the cells of a valid notebook, whichever depth its version keeps them at."""
    cell, key, depth, cell_depth = _Cell(), "", 0, -1
    for token in _TOKEN.finditer(text):
        if token["text"] is None:
            depth += 1 if token[0] in "[{" else -1
            if token[0] == "[" and key == "cells":
                cell_depth = depth + 1
            if token[0] == "}" and depth == cell_depth - 1:
                yield cell
                cell = _Cell()
        elif token["colon"]:
            key = token["text"] if depth == cell_depth or token["text"] == "cells" else ""
        elif key in _SOURCES and token["text"]:
            cell.start = token.start() if cell.start < 0 else cell.start
            cell.end = token.end()
        elif key == "cell_type" and depth == cell_depth:
            cell.kind = token["text"]


def _add_prose(layout: Layout, start: int, end: int) -> None:
    """Add a cell of Markdown: its headings, and what lies between."""
    for match in _HEADING.finditer(layout.text, start, end):
        layout.add(start, match.start())
        layout.add_heading(*match.span("heading"), len(match["marks"]))
        start = match.end()
    layout.add(start, end)
