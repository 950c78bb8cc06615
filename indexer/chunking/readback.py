"""A chunk's text and context, found from the source file, its outline and its spans alone.

The chunker makes its texts here as well: what was indexed and what is read back are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from store import DocumentParts, Heading, Span

from ..formats.encoding import byte_offsets, decode_bytes
from ..formats.readers import PARTS, part_starts, plain

_LONGEST_NAME_CHARS = 80
_LONGEST_CONTEXT_CHARS = 240
_JOINT = " › "


def read_passages(
    data_of_span: Callable[[Span], bytes],
    kind: str,
    encoding: str,
    spans: Sequence[Span],
    outline: Sequence[Heading],
    indexes: Sequence[int],
) -> list[tuple[str, str]]:
    """Return the (context, text) of the chunks at `indexes`, in that order.

    Total for any bytes: if the file has changed, the texts are what now lies at the spans.
    """

    @cache
    def name_of(heading: Heading) -> str:
        return fold(kind, decode_bytes(data_of_span(heading.span), encoding))

    ascending = sorted(set(indexes))
    contexts = contexts_of(outline, [spans[index].start for index in ascending], name_of)
    context_at = dict(zip(ascending, contexts, strict=True))
    return [
        (context_at[index], readable(kind, decode_bytes(data_of_span(spans[index]), encoding)))
        for index in indexes
    ]


def read_fragments(
    data_of_span: Callable[[Span], bytes], kind: str, encoding: str, spans: Sequence[Span]
) -> tuple[str, ...]:
    """Return the texts of some chunks, without their contexts."""
    return tuple(readable(kind, decode_bytes(data_of_span(span), encoding)) for span in spans)


def readable(kind: str, fragment: str) -> str:
    """Return the plain text of a chunk."""
    return plain(kind, fragment).strip()


def fold(kind: str, fragment: str) -> str:
    """Return the plain text of a heading, on one line."""
    return " ".join(plain(kind, fragment).split())


def contexts_of(
    outline: Sequence[Heading],
    starts: Sequence[int],
    name_of: Callable[[Heading], str],
) -> list[str]:
    """Return the title and heading path that apply at each of the ascending byte offsets.

    A heading applies until one of its level or above it. A chunk that begins with a heading
    contains it and so does not need it as context.
    """
    title = [heading for heading in outline if heading.level == 0][:1]
    headings = iter([heading for heading in outline if heading.level > 0])
    following = next(headings, None)
    path: list[Heading] = []
    contexts: list[str] = []
    for start in starts:
        while following and following.span.start <= start:
            while path and path[-1].level >= following.level:
                path.pop()
            path.append(following)
            following = next(headings, None)
        above = [heading for heading in title + path if heading.span.start != start]
        contexts.append(_join([name_of(heading) for heading in above]))
    return contexts


def _join(names: list[str]) -> str:
    """Join names from the outermost; if there is too much, those in the middle give way."""
    kept = [_shorten(name) for name in dict.fromkeys(names) if name]
    while len(kept) > 1 and len(_JOINT.join(kept)) > _LONGEST_CONTEXT_CHARS:
        del kept[1 if len(kept) > 2 else 0]
    return _JOINT.join(kept)


def _shorten(name: str) -> str:
    if len(name) <= _LONGEST_NAME_CHARS:
        return name
    return name[: _LONGEST_NAME_CHARS - 1].rstrip() + "…"


def parts_of(kind: str, encoding: str, data: bytes) -> DocumentParts | None:
    """Return the parts of a text; None if its kind has none."""
    if kind not in PARTS:
        return None
    text = decode_bytes(data, encoding)
    starts = byte_offsets(text, encoding, part_starts(kind, text))
    return DocumentParts(PARTS[kind], tuple(starts), (), len(data))
