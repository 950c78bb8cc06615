"""What is done to the hits of a search: near-duplicates folded, newer ones preferred."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from store import Hit, Query, Results

Shingle = tuple[str, str, str, str]
"""Long words in a row that are compared as one."""
_LONG_WORD = re.compile(r"\w{6,}")
"""The others are left out: they tell little, and this runs for every answer on a screen."""
_FEWEST = 8
"""Shingles below which a text is too short to be called nearly the same as another."""
_SAME = 0.8
"""Jaccard similarity of their shingles from which two texts are nearly the same."""
_GAIN = 0.15
_HALF_LIFE_S = 30 * 86_400.0
"""A file of a month ago keeps half of what one of today gains."""
_WIDER = 3
"""So many times the hits wanted are looked at where newer ones may rise."""


def widened(query: Query) -> Query:
    """Return the query that finds what `presented` chooses from."""
    return replace(query, limit=query.limit * _WIDER) if query.recent else query


def presented(results: Results, query: Query, now: float) -> Results:
    """Return an answer to a widened query as the answer to the query as it was asked.

    `now` is in seconds since the epoch.
    """
    folded = fold(replace(results, query=query))
    return prefer_recent(folded, now, query.limit) if query.recent else folded


def fold(results: Results) -> Results:
    """Fold hits with nearly the same passage into the best of them, as their duplicates.

    Resemblance of shingled texts: Broder, "On the resemblance and containment of documents", 1997.
    """
    kept: list[Hit] = []
    sizes: list[int] = []
    holders: dict[Shingle, list[int]] = {}
    for hit in results.hits:
        own = _shingles(hit.text)
        shared = Counter(place for one in own for place in holders.get(one, ()))
        place = next((at for at, n in shared.items() if _is_same(n, len(own), sizes[at])), None)
        if place is None:
            for one in own:
                holders.setdefault(one, []).append(len(kept))
            kept.append(hit)
            sizes.append(len(own))
        else:
            copies = (*kept[place].duplicates, hit.path, *hit.duplicates)
            kept[place] = replace(kept[place], duplicates=copies)
    return replace(results, hits=_ranked(kept)) if len(kept) < len(results.hits) else results


def prefer_recent(results: Results, now: float, limit: int) -> Results:
    """Rank newer files a little higher, and keep the best `limit`.

    A hit's score is multiplied by 0.85 + 0.15 · 2^(−age / 30 days): one that is clearly better
    stays above a newer one. `now` is in seconds since the epoch.
    """

    def worth(hit: Hit) -> float:
        age = max(0.0, now - hit.modified)
        return hit.score * (1 - _GAIN + _GAIN * 2 ** (-age / _HALF_LIFE_S))

    hits = sorted(results.hits, key=worth, reverse=True)[:limit]
    return replace(results, hits=_ranked(hits))


def _ranked(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, 1))


def _shingles(text: str) -> frozenset[Shingle]:
    words = _LONG_WORD.findall(text.casefold())
    return frozenset(zip(words, words[1:], words[2:], words[3:], strict=False))


def _is_same(shared: int, first: int, other: int) -> bool:
    """Compare two texts by the numbers of their shingles."""
    return min(first, other) >= _FEWEST and shared >= _SAME * (first + other - shared)
