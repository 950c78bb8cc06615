"""The answer without a language model: the sentences of the documents that answer best.

A sentence is worth what its words share with the question (weighted by idf, as in BM25), what
it means (similarity by the rank model), whether it holds the kind of thing asked for, and how well
its passage ranks. Sentences are taken one by one, each discounted by what the chosen ones say
already (maximal marginal relevance: Carbonell and Goldstein, SIGIR 1998).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from store import Embed, Hit, terms

from .cues import cue
from .sentences import sentences

_MARKER = re.compile(r"^(?:[-*+•–]\s+|\[[ xX]\]\s+)+")
"""Of a list item."""
_PASSAGES = 8
"""Best hits whose sentences are weighed."""
_EMBEDDED = 32
"""Sentences whose meaning is compared; the others have too few of the words."""
_LONGEST = 400
"""Characters of a sentence that is shown; data and tables have longer ones."""

_CONTEXT = 0.5
"""Worth of a word that only the title, the headings or the sentence before hold."""
_CUE = 0.3
_PASSAGE = 0.6
_FIRST = 0.1
"""Of the first sentence of a passage, which says what it is about."""
_REDUNDANCY = 0.5
_LEAST = 0.4
"""Share of the best sentence's worth below which one is left out."""


@dataclass(frozen=True, slots=True)
class Extract:
    """A sentence of a document."""

    text: str
    source: int
    """Index of its hit."""


@dataclass(slots=True)
class _Weighed:
    text: str
    source: int
    keys: frozenset[int]
    worth: float


def extract(
    question: str,
    hits: Sequence[Hit],
    weights: Mapping[int, float],
    similar: Callable[[Sequence[str]], Sequence[float]],
    most: int,
) -> list[Extract]:
    """Return at most `most` sentences that answer a question, best first.

    Args:
        question: in any language.
        hits: best first; those that follow the eighth are not looked at.
        weights: term key → inverse document frequency of the question's words.
        similar: texts → similarity of each with the question, −1 to 1.
        most: sentences wanted.
    """
    weighed = [
        one
        for source, hit in enumerate(hits[:_PASSAGES])
        for one in _weigh(hit, source, weights, cue(question))
    ]
    weighed.sort(key=lambda one: -one.worth)
    del weighed[_EMBEDDED:]
    for one, similarity in zip(weighed, similar([one.text for one in weighed]), strict=True):
        one.worth += similarity
    chosen = _choose(weighed, most)
    return [Extract(_cut(_readable(one.text)), one.source) for one in chosen]


def similarities(embed: Embed, embed_query: Embed, question: str) -> Callable[..., list[float]]:
    """Return a function from texts to their cosine similarity with a question."""

    def similar(texts: Sequence[str]) -> list[float]:
        if not texts:
            return []
        return [float(value) for value in embed(texts) @ embed_query([question])[0]]

    return similar


def _weigh(
    hit: Hit, source: int, weights: Mapping[int, float], holds: Callable[[str], float]
) -> list[_Weighed]:
    """Weigh the sentences of a passage by all but their meaning."""
    total = sum(weights.values()) or 1.0
    around = frozenset(terms(f"{hit.title} {hit.heading}"))
    weighed: list[_Weighed] = []
    before: frozenset[int] = frozenset()
    for place, text in enumerate(sentences(hit.text)):
        keys = frozenset(terms(text))
        covered = sum(
            weight * (1.0 if key in keys else _CONTEXT * (key in around or key in before))
            for key, weight in weights.items()
        )
        before = keys
        if keys <= weights.keys() or text in (hit.title, hit.heading.rpartition(" › ")[2]):
            continue  # it says nothing that was not asked, or is a heading
        worth = covered / total + _CUE * holds(text) + _PASSAGE / (source + 1)
        weighed.append(_Weighed(text, source, keys, worth + _FIRST * (place == 0)))
    return weighed


def _choose(weighed: list[_Weighed], most: int) -> list[_Weighed]:
    """Take the best sentence again and again, less what the chosen ones say already."""
    chosen: list[_Weighed] = []
    rest = list(weighed)
    while rest and len(chosen) < most:
        best = max(rest, key=lambda one: one.worth - _REDUNDANCY * _told(one, chosen))
        if chosen and best.worth < _LEAST * chosen[0].worth:
            break
        rest.remove(best)
        if _told(best, chosen) < 1:
            chosen.append(best)
    return chosen


def _told(one: _Weighed, chosen: Sequence[_Weighed]) -> float:
    """Return the greatest share of a sentence's words that one of the chosen holds."""
    return max((len(one.keys & other.keys) / len(one.keys) for other in chosen), default=0.0)


def _readable(text: str) -> str:
    """Return a list item without its mark, a table row without its lines."""
    return _MARKER.sub("", text).strip("| ").replace(" | ", " · ")


def _cut(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return text[: text.rfind(" ", _LONGEST // 2, _LONGEST) % _LONGEST].rstrip() + " …"
