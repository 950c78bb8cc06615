"""Settings by their sections: INI and TOML."""

from __future__ import annotations

import re

from .layout import Layout
from .text import plain

__all__ = ["plain", "read"]

_SECTION = re.compile(r"^[ \t]*\[{1,2}(?P<heading>[^\[\]\n]+)\]{1,2}[ \t]*(?:[#;][^\n]*)?$", re.M)
_SECTION_LEVEL = 3
"""Deep enough that small sections share a chunk."""


def read(text: str) -> Layout:
    """Lay out INI or TOML."""
    layout = Layout(text)
    layout.fill(_SECTION, heading=lambda found: (*found.span("heading"), _SECTION_LEVEL))
    return layout
