"""JSON Lines: every line is a record."""

from __future__ import annotations

from .json_text import plain
from .layout import Layout

__all__ = ["plain", "read"]


def read(text: str) -> Layout:
    """Lay out text of which every line is a record."""
    layout = Layout(text)
    start = 0
    for line in text.split("\n"):
        layout.add(start, start + len(line))
        start += len(line) + 1
    return layout
