"""Chats that WhatsApp exports as a text: every message is a block and a part of its own.

`[31/05/2024, 14:03:11] Ada: …` (iOS) or `31.05.24, 14:03 - Ada: …` (Android), the date and the
clock as people write them where the phone is at home; a message goes on until the next.
"""

from __future__ import annotations

import re
from itertools import pairwise

from .layout import Layout
from .text import plain

__all__ = ["is_chat", "plain", "read", "starts"]

_MOMENT = (
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\.?, "
    r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:[ \u202f\xa0]?[ap]\.?[ \u202f\xa0]?m\.?)?"
)
_START = re.compile(rf"(?im)^[\ufeff\u200e\u200f]*(?:\[{_MOMENT}\] |{_MOMENT} - )")
_LOOKED_AT_CHARS = 8192
_FEWEST = 2
"""Messages near the beginning that make a text a chat; its first line begins the first one."""


def is_chat(text: str) -> bool:
    """Tell whether a text begins like an exported chat."""
    return bool(_START.match(text)) and len(starts(text[:_LOOKED_AT_CHARS])) >= _FEWEST


def starts(text: str) -> list[int]:
    """Return where the messages begin."""
    return [found.start() for found in _START.finditer(text)]


def read(text: str) -> Layout:
    """Lay out a chat."""
    layout = Layout(text)
    edges = [0, *starts(text), len(text)]
    for start, end in pairwise(edges):
        layout.add(start, end)
    return layout
