"""From spans back to text: the same function makes texts when indexing and when searching."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from store import Heading, Span

from .encoding import decode_bytes
from .readers import plain

_SEPARATOR = " › "
_LONGEST_HEADING = 80
_LONGEST_CONTEXT = 240
"""Characters."""


def read_passages(
    data_of_span: Callable[[Span], bytes],
    kind: str,
    encoding: str,
    spans: Sequence[Span],
    outline: Sequence[Heading],
    indexes: Sequence[int],
) -> list[tuple[str, str]]:
    """Return (context, plain text) of some chunks, from the bytes of their source file.

    Args:
        data_of_span: reads a range of bytes of the file.
        kind: the reader that read it.
        encoding: its codec.
        spans: of all its chunks.
        outline: its headings in document order.
        indexes: which of `spans` to read.
    """

    @cache
    def text_of(heading: Heading) -> str:
        return heading_text(plain(kind, decode_bytes(data_of_span(heading.span), encoding)))

    contexts: dict[int, str] = {}
    path: list[Heading] = []
    ahead = 0
    for index in sorted(set(indexes)):
        while ahead < len(outline) and outline[ahead].span.start < spans[index].start:
            _enter(path, outline[ahead])
            ahead += 1
        context = _SEPARATOR.join(filter(None, map(text_of, path)))
        contexts[index] = context[:_LONGEST_CONTEXT].rstrip()
    return [
        (contexts[index], plain(kind, decode_bytes(data_of_span(spans[index]), encoding)))
        for index in indexes
    ]


def heading_text(text: str) -> str:
    """Return a heading on one line, shortened to 80 characters."""
    return " ".join(text.split())[:_LONGEST_HEADING].rstrip()


def _enter(path: list[Heading], heading: Heading) -> None:
    """Put a heading on the path, closing those it ends; the title (level 0) stays."""
    while path and path[-1].level >= max(1, heading.level):
        path.pop()
    path.append(heading)
