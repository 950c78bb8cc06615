"""Text to sentences, as people would read them aloud: for choosing, checking and citing them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s|$)|[。！？][」』”]?")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|Nr|vs|etc|cf|ca|al|approx|Fig|fig|pp|vol"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|bzw|usw|resp)|\b(?:e\.g|i\.e|z\.B|d\.h))$"
)
"""What a full stop may follow without ending a sentence."""
_NUMBERED = re.compile(r"^\W*\d{1,3}$")
"""`3.` at the start of a line numbers an item."""
_ITEM = re.compile(r"\s*(?:[-*+•–|#>]|\d{1,3}[.)]\s|\[[ xX]\]|[\w-]{1,20}:\s)")
_WRAPPED = 40
"""Characters from which a line that ends without a stop is taken to go on in the next."""
_SHORT = 20
"""Characters from which it is if the next begins with a small letter."""


def sentences(text: str) -> list[str]:
    """Return the sentences of a text in order, each on one line.

    Headings, list items and table rows count as sentences; lines that an editor wrapped are
    joined again.
    """
    return [sentence for block in _blocks(text) for sentence in _split(block)]


def _blocks(text: str) -> Iterator[str]:
    """Yield the lines of a text, wrapped ones joined."""
    block = ""
    for line in text.splitlines():
        if block and not _goes_on(block, line):
            yield block
            block = ""
        block = " ".join(f"{block} {line}".split())
    if block:
        yield block


def _goes_on(block: str, line: str) -> bool:
    if not line.strip() or _ITEM.match(line) or _END.search(block[-2:]):
        return False
    return len(block) >= (_SHORT if line.lstrip()[0].islower() else _WRAPPED)


def _split(block: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(block):
        before = block[start : end.start()]
        if end.group()[0] == "." and (_ABBREVIATION.search(before) or _NUMBERED.match(before)):
            continue
        following = block[end.end() :].lstrip()
        if following[:1].islower():
            continue
        yield block[start : end.end()].strip()
        start = end.end()
    if rest := block[start:].strip():
        yield rest
