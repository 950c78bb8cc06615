"""From a document to chunks: blocks are packed up to a size, and cut where they are too long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from store import Heading, Span, indexed_text

from ..formats.document import Chunks, Document
from ..formats.encoding import byte_offsets
from .cutting import LIMIT_TOKENS, TARGET_TOKENS, Cutter, Piece
from .readback import contexts_of, fold, readable

_SMALL_TOKENS = TARGET_TOKENS / 4
"""A chunk smaller than this joins its neighbour."""
_SECTION_TOKENS = TARGET_TOKENS / 3
"""From this size on, a chunk ends where a section of level 1 or 2 begins."""
_FARTHEST_CHARS = 64 * 1024
"""More than this left out between two blocks keeps them in different chunks."""


@dataclass(frozen=True, slots=True)
class _Range:
    """The characters of a chunk."""

    start: int
    end: int
    tokens: float


def chunk(document: Document) -> Chunks:
    """Cut a document into chunks of about `TARGET_TOKENS`.

    The spans ascend, do not overlap, and cover every block but those without readable text.
    """
    cutter = Cutter(document)
    ranges = _pack(piece for block in document.blocks for piece in cutter.pieces(block))
    texts = [readable(document.kind, document.text[one.start : one.end]) for one in ranges]
    spans, outline = _in_bytes(
        document, [one for one, text in zip(ranges, texts, strict=True) if text]
    )
    names = {
        heading: fold(document.kind, document.text[start:end])
        for heading, (start, end, _) in zip(outline, document.headings, strict=True)
    }
    contexts = contexts_of(outline, [span.start for span in spans], names.__getitem__)
    kept = zip(contexts, filter(None, texts), strict=True)
    return Chunks(
        spans=spans,
        outline=outline,
        texts=tuple(indexed_text(context, text) for context, text in kept),
    )


def _in_bytes(
    document: Document, ranges: list[_Range]
) -> tuple[tuple[Span, ...], tuple[Heading, ...]]:
    """Turn ranges and headings from characters into bytes of the file, in one pass."""
    places = {place for start, end, _ in document.headings for place in (start, end)}
    places.update(place for one in ranges for place in (one.start, one.end))
    ascending = sorted(places)
    offsets = byte_offsets(document.text, document.encoding, ascending, document.bom_length)
    at = dict(zip(ascending, offsets, strict=True))

    def span(start: int, end: int) -> Span:
        return Span(at[start], at[end] - at[start])

    spans = tuple(span(one.start, one.end) for one in ranges)
    return spans, tuple(Heading(span(start, end), level) for start, end, level in document.headings)


def _pack(pieces: Iterable[Piece]) -> list[_Range]:
    """Join consecutive pieces until they make a chunk."""
    ranges: list[_Range] = []
    run: list[Piece] = []
    tokens = 0.0
    for piece in pieces:
        if run and _ends_before(piece, run, tokens):
            run = _close(ranges, run)
            tokens = sum(one.tokens for one in run)
        run.append(piece)
        tokens += piece.tokens
    if run:
        _append(ranges, run)
    return ranges


def _ends_before(piece: Piece, run: list[Piece], tokens: float) -> bool:
    """Tell whether the chunk that `run` makes should end before `piece`."""
    if piece.start - run[-1].end > _FARTHEST_CHARS:
        return True
    if tokens < _SMALL_TOKENS and all(one.level for one in run):
        return False
    if 1 <= piece.level <= 2 and tokens >= _SECTION_TOKENS:
        return True
    if tokens + piece.tokens <= TARGET_TOKENS:
        return False
    return tokens >= _SMALL_TOKENS or tokens + piece.tokens > LIMIT_TOKENS


def _close(ranges: list[_Range], run: list[Piece]) -> list[Piece]:
    """Make a chunk of the run but for headings at its end; return those, for the next one."""
    last = max((at for at, one in enumerate(run) if not one.level), default=len(run) - 1)
    _append(ranges, run[: last + 1])
    return run[last + 1 :]


def _append(ranges: list[_Range], run: list[Piece]) -> None:
    """Add a chunk, or join it to the one before if it is a fragment."""
    made = _Range(run[0].start, run[-1].end, sum(one.tokens for one in run))
    if ranges and made.tokens < _SMALL_TOKENS:
        before = ranges[-1]
        tokens = before.tokens + made.tokens
        if tokens <= LIMIT_TOKENS and made.start - before.end <= _FARTHEST_CHARS:
            ranges[-1] = _Range(before.start, made.end, tokens)
            return
    ranges.append(made)
