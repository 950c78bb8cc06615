"""How near to each other a text has the terms that are neighbours in the query.

Pairs of query terms within a window, as in Metzler and Croft, "A Markov random field model for
term dependencies", 2005, with the lesser weight of the two; bag-of-words scores miss that "credit
note" is one thing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

_WORTH = ((1, 1.0), (3, 0.5), (8, 0.2))
"""(most terms from one to the other, what the pair then counts)."""


def nearness(keys: Sequence[int], weights: Mapping[int, float], terms: Sequence[int]) -> float:
    """Return the share of the weight of the query's neighbouring pairs that a text has near.

    Args:
        keys: the query's terms in order.
        weights: of the query's terms.
        terms: the text's terms in order.

    Returns:
        From 0 (none is near, or the query has no pair) to 1 (all are side by side).
    """
    pairs = {pair for pair in pairwise(keys) if pair[0] != pair[1]}
    places: dict[int, list[int]] = defaultdict(list)
    for place, key in enumerate(terms):
        if key in weights:
            places[key].append(place)
    total = found = 0.0
    for first, second in pairs:
        weight = min(weights[first], weights[second])
        total += weight
        if first in places and second in places:
            found += weight * _worth(_distance(places[first], places[second]))
    return found / total if total else 0.0


def _distance(some: Sequence[int], others: Sequence[int]) -> int:
    """Return the least distance between two ascending lists of places."""
    least = abs(some[0] - others[0])
    for place in some:
        index = bisect_left(others, place)
        for other in others[max(0, index - 1) : index + 1]:
            least = min(least, abs(place - other))
    return least


def _worth(distance: int) -> float:
    return next((worth for most, worth in _WORTH if distance <= most), 0.0)
