"""Cutting a document into chunks of about 256 tokens, along its structure.

Blocks (headings, paragraphs, code) are packed until a chunk is full. A heading starts a chunk
when the one before has some size, so that tiny sections are not left as fragments, and never
ends one. Blocks that are too long by themselves are cut at the best place near the target.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from store import Heading, Span

from .document import Block, BlockKind, Chunked, Document
from .encoding import byte_offsets, encode
from .readback import read_passages

_TARGET_TOKENS = 256
_MOST_TOKENS = 400
_SECTION_TOKENS = _TARGET_TOKENS // 3
"""From this size on, a heading starts a new chunk."""
_REMAINDER_TOKENS = _TARGET_TOKENS // 4
"""A smaller last chunk joins the one before."""
_LONGEST_GAP = 500
"""Characters between two blocks, not to be indexed, beyond which they share no chunk."""

_CHARACTERS_A_TOKEN = 4.6
"""Of text in Latin letters, measured on mixed English documents."""
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")

_BREAKS = (
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(r"\n"),
    re.compile(r"[.!?。！？][\s”\"')]+|[。！？]"),
    re.compile(r"\s+"),
)
"""Where a long block may be cut, best first: after what matches."""


@dataclass(slots=True)
class _Piece:
    """A range of characters that goes into one chunk, with its estimated tokens."""

    start: int
    end: int
    tokens: float
    is_heading: bool = False
    level: int = 0


def chunk(document: Document) -> Chunked:
    """Cut a document into chunks; each span holds exactly the bytes of its text."""
    text = document.text
    ranges = [_trim(text, start, end) for start, end in _pack(text, document.blocks)]
    ranges = [(start, end) for start, end in ranges if start < end]
    spans = _spans(document, ranges)
    headings = _spans(document, [(start, end) for start, end, _ in document.headings])
    outline = tuple(
        Heading(span, level)
        for span, (_, _, level) in zip(headings, document.headings, strict=True)
    )
    body = encode(text, document.encoding)
    origin = document.bom_length
    passages = read_passages(
        lambda span: body[span.start - origin : span.end - origin],
        document.kind,
        document.encoding,
        spans,
        outline,
        range(len(spans)),
    )
    texts = tuple(f"{context}\n{plain}" if context else plain for context, plain in passages)
    return Chunked(spans, outline, texts)


def _spans(document: Document, ranges: list[tuple[int, int]]) -> tuple[Span, ...]:
    """Turn ascending ranges of characters into spans of bytes."""
    edges = [edge for pair in ranges for edge in pair]
    offsets = byte_offsets(document.text, document.encoding, edges, document.bom_length)
    pairs = zip(offsets[::2], offsets[1::2], strict=True)
    return tuple(Span(start, end - start) for start, end in pairs)


def _pack(text: str, blocks: Iterable[Block]) -> list[tuple[int, int]]:
    """Put pieces together into chunks; returns their ranges of characters."""
    chunks: list[list[_Piece]] = []
    current: list[_Piece] = []
    size = 0.0
    for piece in _pieces(text, blocks):
        if current and _starts_chunk(piece, current[-1], size):
            carried = _trailing_headings(current)
            if kept := current[: len(current) - len(carried)]:
                chunks.append(kept)
                current, size = carried, sum(one.tokens for one in carried)
        current.append(piece)
        size += piece.tokens
    if current:
        chunks.append(current)
    _join_remainder(chunks)
    return [(pieces[0].start, pieces[-1].end) for pieces in chunks]


def _starts_chunk(piece: _Piece, last: _Piece, size: float) -> bool:
    if piece.start - last.end > _LONGEST_GAP:
        return True
    if piece.is_heading and size >= (_SECTION_TOKENS if piece.level <= 2 else 2 * _SECTION_TOKENS):
        return True
    return size + piece.tokens > (_TARGET_TOKENS if size >= _SECTION_TOKENS else _MOST_TOKENS)


def _trailing_headings(pieces: list[_Piece]) -> list[_Piece]:
    count = 0
    while count < len(pieces) and pieces[-1 - count].is_heading:
        count += 1
    return pieces[len(pieces) - count :]


def _join_remainder(chunks: list[list[_Piece]]) -> None:
    if len(chunks) < 2:
        return
    before, last = (sum(piece.tokens for piece in pieces) for pieces in chunks[-2:])
    near = chunks[-1][0].start - chunks[-2][-1].end <= _LONGEST_GAP
    if near and last < _REMAINDER_TOKENS and before + last <= _MOST_TOKENS:
        chunks[-2:] = [chunks[-2] + chunks[-1]]


def _pieces(text: str, blocks: Iterable[Block]) -> Iterator[_Piece]:
    for block in blocks:
        tokens = _tokens(text[block.start : block.end])
        if tokens <= (_MOST_TOKENS if block.kind is BlockKind.CODE else _TARGET_TOKENS * 1.25):
            is_heading = block.kind is BlockKind.HEADING
            yield _Piece(block.start, block.end, tokens, is_heading, block.level)
        else:
            yield from _cut(text, block, tokens)


def _cut(text: str, block: Block, tokens: float) -> Iterator[_Piece]:
    """Cut a block into pieces of about the target size."""
    characters = max(1, int((block.end - block.start) / tokens * _TARGET_TOKENS))
    start = block.start
    while block.end - start > characters * 1.25:
        end = _break_near(text, start, characters)
        yield _Piece(start, end, _tokens(text[start:end]))
        start = end
    if start < block.end:
        yield _Piece(start, block.end, _tokens(text[start : block.end]))


def _break_near(text: str, start: int, characters: int) -> int:
    """Return where to cut: after the last of the best breaks from 60 % to 120 % of the target."""
    low, high = start + max(1, characters * 6 // 10), start + max(1, characters * 12 // 10)
    window = text[low:high]
    for pattern in _BREAKS:
        ends = [found.end() for found in pattern.finditer(window)]
        if ends:
            return low + ends[-1]
    while high < len(text) and unicodedata.combining(text[high]):
        high += 1
    return high


def _tokens(text: str) -> float:
    """Estimate how many tokens a text has; CJK characters are about one each."""
    cjk = 0 if text.isascii() else len(_CJK.findall(text))
    return (len(text) - cjk) / _CHARACTERS_A_TOKEN + cjk


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    stripped = part.lstrip()
    start += len(part) - len(stripped)
    return start, start + len(stripped.rstrip())
