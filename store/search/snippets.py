"""What to show of a chunk: which words matched, and which sentence says it best."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..lexical import analysis
from ..lexical.parsed_query import ParsedQuery

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|(?<=[。！？])|\n+")
_LONGEST = 240
"""Characters of a snippet."""

_MATCH_WORTH = 1e-3
"""Of a match without a term, as of a regular expression."""

Range = tuple[int, int]


def highlights(text: str, parsed: ParsedQuery) -> tuple[Range, ...]:
    """Return the character ranges of `text` that match.

    These are the matches of a regular expression, else words that share a term with the query.
    """
    if parsed.pattern is not None:
        return parsed.pattern.highlights(text)
    wanted = set(parsed.keys)
    words = set(_WORD.findall(text))  # each is looked up once
    matched = {word for word in words if not wanted.isdisjoint(analysis.word_keys(word))}
    if not matched:
        return ()
    return tuple(word.span() for word in _WORD.finditer(text) if word.group() in matched)


def snippet(text: str, matches: tuple[Range, ...], weights: Mapping[int, float]) -> Range:
    """Return the range of neighbouring sentences, at most 240 characters, that match best.

    A sentence is worth the weights of the distinct query terms in it; of equals the first wins.
    """
    sentences = _sentences(text)
    if not sentences:
        return (0, 0)
    worth = [_worth(text, sentence, matches, weights) for sentence in sentences]
    best = max(range(len(sentences)), key=lambda index: (worth[index], -index))
    start, end = sentences[best]
    for following in sentences[best + 1 :]:
        if following[1] - start > _LONGEST:
            break
        end = following[1]
    if end - start > _LONGEST:
        return _window(text, start, end, matches)
    return (start, end)


def _sentences(text: str) -> list[Range]:
    edges = [0]
    for gap in _SENTENCE_END.finditer(text):
        edges += [gap.start(), gap.end()]
    edges.append(len(text))
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(start, end) for start, end in pairs if text[start:end].strip()]


def _worth(
    text: str, sentence: Range, matches: tuple[Range, ...], weights: Mapping[int, float]
) -> float:
    inside = [text[start:end] for start, end in matches if sentence[0] <= start < sentence[1]]
    found = {key for match in inside for key in analysis.word_keys(match)}
    return sum(weights.get(key, 0.0) for key in found) + _MATCH_WORTH * bool(inside)


def _window(text: str, start: int, end: int, matches: tuple[Range, ...]) -> Range:
    """Cut a long sentence to a window around its first match, at word boundaries."""
    first = next((match[0] for match in matches if start <= match[0] < end), start)
    begin = max(start, first - _LONGEST // 4)
    begin = start if begin == start else text.find(" ", begin, first) + 1 or begin
    stop = min(end, begin + _LONGEST)
    cut = text.rfind(" ", first, stop) if stop < end else -1
    return (begin, cut if cut > begin else stop)
