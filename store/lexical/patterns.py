"""Phrases over the texts of a document's chunks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Protocol

from . import analysis


class Matcher(Protocol):
    """Something that occurs in a text or not."""

    def chunks(self, title: str, texts: tuple[str, ...], where: str) -> set[int]:
        """Return the chunks in which it begins; all of them if it is in the title.

        Raises BadQuery, naming `where`, if that takes too long.
        """


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row, whatever their case, accents and spacing."""

    pattern: re.Pattern[str]
    words: tuple[str, ...]
    """Folded; each must be there, which is quickly told."""

    def occurs(self, text: str) -> bool:
        """Tell whether a text holds the phrase."""
        folded = analysis.fold(text)
        return all(word in folded for word in self.words) and bool(self.pattern.search(folded))

    def chunks(self, title: str, texts: tuple[str, ...], where: str) -> set[int]:
        """Return the chunks in which the phrase begins. `where` is not needed."""
        del where
        folded = analysis.fold("\n".join(texts))
        if all(word in folded for word in self.words):
            parts = [analysis.fold(text) for text in texts]
            joined = "\n".join(parts)
            starts = [match.start() for match in self.pattern.finditer(joined)]
        else:
            parts, starts = [], []
        if self.occurs(title):
            return set(range(len(texts)))
        return _chunks_at(starts, parts)


@lru_cache(maxsize=64)
def matcher(phrase: str) -> Phrase:
    """Return a phrase to look for. It begins and ends at the edges of words, unless in CJK."""
    words = tuple(analysis.fold(word) for word in phrase.split())
    pattern = r"\s+".join(map(re.escape, words))
    before = r"(?<!\w)" if analysis.is_spaced(words[0][:1]) else ""
    after = r"(?!\w)" if analysis.is_spaced(words[-1][-1:]) else ""
    return Phrase(re.compile(before + pattern + after), words)


def _chunks_at(starts: list[int], parts: list[str]) -> set[int]:
    """Return which of the texts, joined by one character, hold the ascending places `starts`."""
    holding: set[int] = set()
    ends = accumulate(len(part) + 1 for part in parts)
    places = iter(starts)
    place = next(places, None)
    for chunk, end in enumerate(ends):
        while place is not None and place < end:
            holding.add(chunk)
            place = next(places, None)
    return holding
