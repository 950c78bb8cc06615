"""How well each sentence of a passage matches, from the words that matched in it.

A cheap lexical estimate, made to guide the eye: nothing is ranked by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .format import Ranges

_SENTENCE = re.compile(r"[^\s.!?。！？][^.!?。！？\n]*(?:[.!?](?=\w)[^.!?\n]*)*[.!?。！？]*")
_HOT = 0.66
"""Share of the best sentence's matched words from which one is hot."""


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the character ranges of the sentences, or lines, of a part of `text`."""
    for found in _SENTENCE.finditer(text, start, len(text) if end is None else end):
        yield found.span()


def sentence_highlights(
    text: str, part: tuple[int, int], matches: Ranges, best: tuple[int, int]
) -> list[tuple[int, int, str]]:
    """Return the ranges of `part` to be shaded, each with the style `.warm` or `.hot`.

    A sentence scores the different words matched in it, and half a word more if it lies in
    `best`, the range that the snippet is from.
    """
    spans = list(sentences(text, *part))
    scores = [_score(text, span, matches, best) for span in spans]
    most = max(scores, default=0.0)
    if most < 1:
        return []
    return [
        (start, end, ".hot" if score >= _HOT * most else ".warm")
        for (start, end), score in zip(spans, scores, strict=True)
        if score >= 1
    ]


def _score(text: str, span: tuple[int, int], matches: Ranges, best: tuple[int, int]) -> float:
    start, end = span
    words = {text[a:b].casefold() for a, b in matches if start <= a < end}
    return len(words) + 0.5 * bool(words and best[0] < end and start < best[1])
