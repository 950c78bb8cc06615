"""What is done to the hits of a finished search: near-duplicates folded, newer ones preferred."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from store import Hit, Results

_SHINGLE = 4
"""Words in a row that are compared as one."""
_FEWEST = 16
"""Shingles below which a text is too short to be called nearly the same as another."""
_SAME = 0.8
"""Jaccard similarity of their shingles from which two texts are nearly the same."""
_GAIN = 0.15
_HALF_LIFE_S = 30 * 86_400.0
"""A file of a month ago keeps half of what one of today gains."""


def fold(results: Results) -> Results:
    """Fold hits with nearly the same passage into the best of them, as their duplicates.

    Resemblance of shingled texts: Broder, "On the resemblance and containment of documents", 1997.
    """
    kept: list[Hit] = []
    shingles: list[frozenset[tuple[str, ...]]] = []
    for hit in results.hits:
        own = _shingles(hit.text)
        place = next((at for at, other in enumerate(shingles) if _is_same(own, other)), None)
        if place is None:
            kept.append(hit)
            shingles.append(own)
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


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words: Sequence[str] = re.findall(r"\w+", text.casefold())
    return frozenset(tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1))


def _is_same(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    if min(len(one), len(other)) < _FEWEST:
        return False
    return len(one & other) >= _SAME * len(one | other)
