"""Source code, and data nested by indentation: each top-level item with what belongs to it.

One rule serves all languages, since code is indented: an item starts at an outermost line that
follows a blank line, a deeper line or a closing bracket, and takes in comments and decorators
right above it. Items too long for a chunk are opened up in the same way, one level further in.
"""

from __future__ import annotations

import re

from ..document import BlockKind
from .layout import Layout
from .text import plain

__all__ = ["plain", "read"]

_OPENED_CHARS = 1_300
"""An item longer than this will not fit into a chunk whole."""
_OPENED_LEVELS = 5

_CONTINUES = re.compile(
    r"[)\]}>{]|\*/|\"\"\"|'''|--\]\]"
    r"|(?:end|else|elif|elsif|elseif|except|finally|catch|rescue|ensure|fi|done|esac|then|do"
    r"|begin|BEGIN|END|END;)\b"
)
"""Starts of lines that go on with the item above, though they are not indented."""

Line = tuple[int, int, int]
"""(start, end, indentation) of a line that is not blank."""


def read(text: str) -> Layout:
    """Lay out source code."""
    layout = Layout(text)
    _add_items(layout, _lines(text), _OPENED_LEVELS)
    return layout


def _lines(text: str) -> list[Line]:
    lines: list[Line] = []
    start = 0
    for line in text.split("\n"):
        body = line.lstrip()
        if body:
            lines.append((start, start + len(line), len(line) - len(body)))
        start += len(line) + 1
    return lines


def _add_items(layout: Layout, lines: list[Line], levels: int) -> None:
    for item in _items(layout.text, lines):
        start, end = item[0][0], item[-1][1]
        inner = min((indent for _, _, indent in item[1:] if indent), default=0)
        if end - start <= _OPENED_CHARS or not inner or not levels:
            layout.add(start, end, BlockKind.CODE)
        else:
            outdented = [(start, end, max(0, indent - inner)) for start, end, indent in item]
            _add_items(layout, outdented, levels - 1)


def _items(text: str, lines: list[Line]) -> list[list[Line]]:
    """Group lines into the items at indentation 0."""
    items: list[list[Line]] = []
    last_end, was_inside = -1, True
    for line in lines:
        start, end, indent = line
        goes_on = indent > 0 or _CONTINUES.match(text, start + indent)
        if not items or (not goes_on and (was_inside or text.count("\n", last_end, start) > 1)):
            items.append([])
        items[-1].append(line)
        last_end, was_inside = end, bool(goes_on)
    return items
