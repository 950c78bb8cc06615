"""How large a piece of text is, and where to cut one that is too large."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from ..formats.document import Block, BlockKind, Document
from ..formats.readers import plain, unix_lines
from ..formats.table import FORMATS

TARGET_TOKENS = 256
LIMIT_TOKENS = 400
"""Most tokens of a block that is kept whole."""
_PARAGRAPH_TOKENS = TARGET_TOKENS * 5 / 4
"""A paragraph up to this size is not worth cutting: the rest would be a fragment."""

CHARS_PER_TOKEN = 4.6
"""Of English prose (measured: 4.6 in plain text, 4.0 in Markdown with its marks)."""
CODE_CHARS_PER_TOKEN = 3.3
TOKENS_PER_FOREIGN_CHAR = 0.6
"""Of Greek, Cyrillic, Arabic, Indic and other alphabets."""
TOKENS_PER_WIDE_CHAR = 1.0
"""Of Chinese, Japanese, Korean and emoji."""

_PROSE = frozenset(kind for row in FORMATS for kind in row.prose_kinds)
_TAGGED = frozenset(("html", "xml"))
_MEASURED_PLAIN = _TAGGED | {"notebook", "subtitles"}
"""Kinds whose blocks have so much markup that only the plain text tells their size."""
_LONGEST_MEASURED_CHARS = 16 * 1024
"""A longer block is cut without being measured."""
_MOST_MARKUP = 8
"""Most source characters in a piece, as a multiple of a piece's of plain text."""
_FEWEST_CHARS = 16

_FOREIGN = re.compile("[\u0370-\u10ff\u1200-\u1fff]+")
_WIDE = re.compile("[\u1100-\u11ff\u2e80-\ud7ff\uf900-\U0010ffff]+")
_NOT_LATIN = re.compile("[\u0370-\u1fff\u2e80-\U0010ffff]")

_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s|[。！？]")
_PAUSE = re.compile(r"\s|[,;，、；|]")
_SPACES = re.compile(r"\s*")
_ATTACHED = frozenset("\u200d\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_LONGEST_CLUSTER = 32
"""Most characters that a cut steps back to keep a letter and its marks together."""


class Piece(NamedTuple):
    """A block, or a part of one that was too long, in characters of the document."""

    start: int
    end: int
    tokens: float
    level: int = 0
    """Of a heading: 1 to 6; 0 for anything else."""


class Cutter:
    """Estimates sizes in one document and cuts its blocks."""

    def __init__(self, document: Document) -> None:
        self._kind = document.kind
        self._text = document.text
        self._lines = unix_lines(document.text)
        self._chars = CHARS_PER_TOKEN if document.kind in _PROSE else CODE_CHARS_PER_TOKEN
        self._is_latin = document.text.isascii() or not _NOT_LATIN.search(document.text)

    def pieces(self, block: Block) -> Iterator[Piece]:
        """Yield a block's pieces, none of them blank; most blocks are one piece."""
        limit = LIMIT_TOKENS if block.kind is BlockKind.CODE else _PARAGRAPH_TOKENS
        at, end = block.start, block.end
        while True:
            is_long = end - at > _LONGEST_MEASURED_CHARS
            tokens = limit if is_long else self._tokens(at, end)
            if tokens <= limit and not is_long:
                break
            stop = self._cut(at, end)
            kept = at + len(self._text[at:stop].rstrip())
            if kept > at:
                yield Piece(at, kept, self._tokens(at, kept))
            following = _SPACES.match(self._text, stop, end)
            at = following.end() if following else stop
        if at < end:
            yield Piece(at, end, tokens, block.level)

    def _tokens(self, start: int, end: int) -> float:
        """Estimate how many tokens the readable text in a range has."""
        if self._kind in _MEASURED_PLAIN:
            return self._weigh(plain(self._kind, self._text[start:end]))
        if self._is_latin:
            return (end - start) / self._chars
        return self._weigh(self._text[start:end])

    def _weigh(self, text: str) -> float:
        if text.isascii():
            return len(text) / self._chars
        foreign = sum(map(len, _FOREIGN.findall(text)))
        wide = sum(map(len, _WIDE.findall(text)))
        latin = len(text) - foreign - wide
        return latin / self._chars + foreign * TOKENS_PER_FOREIGN_CHAR + wide * TOKENS_PER_WIDE_CHAR

    def _cut(self, start: int, end: int) -> int:
        """Return where a piece of about the target size that begins at `start` had best end."""
        far = self._reach(start, end)
        if far == end:
            return end
        stop = self._last_break(start + (far - start) // 2, far)
        if self._kind in _TAGGED:
            tag = self._text.rfind("<", start, stop)
            if tag > start and self._text.find(">", tag, stop) < 0:
                return tag
        return stop

    def _reach(self, start: int, end: int) -> int:
        """Return the end of the target size, found by a few estimates."""
        most = int(TARGET_TOKENS * self._chars)
        size = most
        for _ in range(5):
            stop = min(start + size, end)
            tokens = self._tokens(start, stop)
            if tokens <= TARGET_TOKENS and (stop == end or tokens > 0.8 * TARGET_TOKENS):
                break
            size = int(size * 0.95 * TARGET_TOKENS / max(tokens, 1))
            size = max(_FEWEST_CHARS, min(size, _MOST_MARKUP * most))
        return min(start + size, end)

    def _last_break(self, near: int, far: int) -> int:
        """Return the best place to cut: blank line, line, sentence, word, then anywhere."""
        for mark in ("\n\n", "\n"):
            at = self._lines.rfind(mark, near, far)
            if at >= 0:
                return at + len(mark)
        for pattern in (_SENTENCE_END, _PAUSE):
            ends = [found.end() for found in pattern.finditer(self._lines, near, far)]
            if ends:
                return ends[-1]
        return self._between_letters(max(near, far - _LONGEST_CLUSTER), far)

    def _between_letters(self, near: int, far: int) -> int:
        """Return the last place that does not part a letter from its marks, nor an escape."""
        for at in range(far, near, -1):
            letter, before = self._text[at], self._text[at - 1]
            is_mark = letter in _ATTACHED or unicodedata.category(letter).startswith("M")
            if not is_mark and before not in "\u200d\\":
                return at
        return far
