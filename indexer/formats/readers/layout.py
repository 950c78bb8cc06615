"""What every reader builds: the blocks and headings of a text, collected while scanning it."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..document import Block, BlockKind

_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_LONGEST_HEADING_CHARS = 300
"""A longer one is a paragraph that looks like a heading."""


def unix_lines(text: str) -> str:
    r"""Return the text with `\n` line ends and every character still at its offset."""
    return text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in text else text


def marked_heading(match: re.Match[str]) -> tuple[int, int, int]:
    """Return a heading of as deep a level as the group `marks` is long."""
    return (*match.span("heading"), len(match["marks"]))


class Layout:
    """Blocks and headings of one text, added in ascending order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.blocks: list[Block] = []
        self.headings: list[tuple[int, int, int]] = []
        self.has_title = False

    def add(self, start: int, end: int, kind: BlockKind = BlockKind.PARAGRAPH) -> None:
        """Add a block without the white space around it, or none if there is nothing else."""
        span = self._trim(start, end)
        if span:
            self.blocks.append(Block(*span, kind))

    def add_heading(self, start: int, end: int, level: int) -> None:
        """Add a heading: its text is a block of its own. Level 0 is the title, shown on top."""
        span = self._trim(start, end)
        if not span:
            return
        if span[1] - span[0] > _LONGEST_HEADING_CHARS:
            self.add(*span)
            return
        self.blocks.append(Block(*span, BlockKind.HEADING, max(1, level)))
        self.headings.append((*span, level))
        self.has_title |= level == 0

    def add_title(self, start: int, end: int) -> None:
        """Name the document by a text that need not lie in a block. The first title counts."""
        span = self._trim(start, end)
        if span and not self.has_title:
            self.headings.append((span[0], min(span[1], span[0] + _LONGEST_HEADING_CHARS), 0))
            self.has_title = True

    def add_paragraphs(self, start: int, end: int) -> None:
        """Add everything between blank lines as a block; tables drawn with bars are kept whole."""
        for gap in _BLANK_LINES.finditer(self.text, start, end):
            self._add_paragraph(start, gap.start())
            start = gap.end()
        self._add_paragraph(start, end)

    def fill(
        self,
        pattern: re.Pattern[str],
        start: int = 0,
        heading: Callable[[re.Match[str]], tuple[int, int, int]] = marked_heading,
    ) -> None:
        """Lay out the text from `start`: what `pattern` finds, and paragraphs between.

        A match's named groups say what was found: `heading`, which the function of that name
        turns into (start, end, level); `title` names the document; `code` is kept whole; anything
        else is left out.
        """
        for match in pattern.finditer(self.text, start):
            self.add_paragraphs(start, match.start())
            start = match.end()
            groups = match.groupdict()
            if groups.get("heading"):
                self.add_heading(*heading(match))
            elif groups.get("code"):
                self.add(*match.span("code"), BlockKind.CODE)
            elif groups.get("title"):
                self.add_title(*match.span("title"))
        self.add_paragraphs(start, len(self.text))

    def _add_paragraph(self, start: int, end: int) -> None:
        span = self._trim(start, end)
        if span:
            is_table = self.text[span[0]] in "|+"
            self.blocks.append(Block(*span, BlockKind.CODE if is_table else BlockKind.PARAGRAPH))

    def _trim(self, start: int, end: int) -> tuple[int, int] | None:
        body = self.text[start:end]
        kept = len(body.rstrip())
        return (start + len(body) - len(body.lstrip()), start + kept) if kept else None
