"""Packing: raw segments become one packed segment within a budget of bits.

Document-centric static pruning: every chunk keeps the postings that are worth most a bit
(Büttcher and Clarke, "A Document-Centric Approach to Static Index Pruning in Text Retrieval
Systems", 2006), here by what pairs of queries and passages taught (`term_weights.py`). A posting is
worth its weight times the term's inverse document frequency, divided by its size. Terms of few
chunks keep all their postings, for they tell chunks apart best.

The first pass adds up what the postings of each chunk cost by level of worth; from that follows
the least level that each chunk keeps; the second pass writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import apsw
import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Ids, Mask
from . import rare_terms
from .merging import read_range, term_ranges
from .postings import Postings, write_postings
from .segments import Segment, close_segment, drop_segment, open_segment
from .term_weights import STEPS_PER_OCTAVE

_COMPLETE_CHUNKS = 8
_COMPLETE_SHARE = 1 / 2048
"""A term in at most so many chunks, or this share of them, keeps all its postings."""
_LEVELS = 48
_LEAST_OCTAVE = -4
"""Of inverse document frequency a bit, weight apart."""
_TERM_BITS = 20
"""What a term costs besides its postings, on average."""
_RARE_BITS = 11
_SPREAD_BITS = 1.5
"""A Rice code above the logarithm of the mean gap."""
_THINNED_BITS = 1.0
"""More for the larger gaps between the postings that remain."""
_LEAST_BITS = 1.0
"""For each term of a chunk, whatever the budget: else little would be left of small folders."""


@dataclass(slots=True)
class _Plan:
    """What the postings of each chunk cost, and what has to be kept whatever it costs."""

    costs: NDArray[np.float32]
    """Bits by chunk, counted from the first, and level of worth; shape (chunks, levels)."""
    terms: Ids
    """Terms in each chunk, shape (chunks,)."""
    fixed: float = 0.0
    """Bits."""


def pack_segments(
    connection: apsw.Connection,
    raw: Sequence[Segment],
    packed: Sequence[Segment],
    live: Mask,
    budget_bits: float,
) -> None:
    """Replace all raw segments by one packed one that takes about `budget_bits`.

    `packed` are the segments before them: a term that has postings there gets postings here.
    """
    first, end = raw[0].first_chunk, raw[-1].end_chunk
    segment = open_segment(connection, first, end, rare_terms.blocks_of(end - first))
    ranges = list(term_ranges(connection, raw))
    plan = _Plan(
        np.zeros((end - first, _LEVELS), dtype=np.float32), np.zeros(end - first, dtype=np.int64)
    )
    for low, high in ranges:
        postings = read_range(connection, raw, low, high).only(live)
        common = postings.choose(~_is_rare(connection, postings, packed, low, high))
        _count(plan, postings, common, segment)
    least = _least_levels(plan, budget_bits)
    total = 0
    for low, high in ranges:
        postings = read_range(connection, raw, low, high).only(live)
        is_rare = _is_rare(connection, postings, packed, low, high)
        common = _prune(postings.choose(~is_rare), segment, least)
        write_postings(connection, segment, common)
        total += len(common)
        few = postings.choose(is_rare)
        keys = np.repeat(few.keys, few.counts)
        rare_terms.write_entries(connection, segment, rare_terms.entries(keys, few.chunks, segment))
    close_segment(connection, segment, total)
    for one in raw:
        drop_segment(connection, one)


def _is_rare(
    connection: apsw.Connection,
    postings: Postings,
    packed: Sequence[Segment],
    low: int,
    high: int,
) -> Mask:
    """Tell which terms get no postings, shape (terms,)."""
    few = postings.counts < rare_terms.FEWEST_CHUNKS
    if packed and few.any():
        few &= ~np.isin(postings.keys, read_range(connection, packed, low, high).keys)
    return few


def _count(plan: _Plan, postings: Postings, common: Postings, segment: Segment) -> None:
    places = postings.chunks - segment.first_chunk
    plan.terms += np.bincount(places, minlength=plan.terms.size)
    bits = _bits(common, segment)
    kept = _is_complete(common, segment)
    plan.fixed += _TERM_BITS * common.keys.size + float((bits * common.counts)[kept].sum())
    plan.fixed += _RARE_BITS * (len(postings) - len(common))
    pruned = common.choose(~kept)
    costs = np.repeat(bits[~kept] + _THINNED_BITS, pruned.counts)
    cells = (pruned.chunks - segment.first_chunk) * _LEVELS + _levels(pruned, segment)
    added = np.bincount(cells, weights=costs, minlength=plan.costs.size)
    plan.costs += added.reshape(plan.costs.shape).astype(np.float32)


def _least_levels(plan: _Plan, budget_bits: float) -> Ids:
    """Return the least level that each chunk keeps: as many bits a term for all of them."""
    costs = np.cumsum(plan.costs[:, ::-1], axis=1)  # of this level and those above
    low, high = _LEAST_BITS, 64.0
    for _ in range(20):
        middle = (low + high) / 2
        kept = np.where(costs <= (middle * plan.terms)[:, None], costs, 0).max(axis=1)
        if plan.fixed + float(kept.sum()) <= budget_bits:
            low = middle
        else:
            high = middle
    levels_kept = (costs <= (low * plan.terms)[:, None]).sum(axis=1)
    return np.asarray(_LEVELS - levels_kept, dtype=np.int64)


def _prune(common: Postings, segment: Segment, least: Ids) -> Postings:
    whole = np.repeat(_is_complete(common, segment), common.counts)
    return common.keep(
        whole | (_levels(common, segment) >= least[common.chunks - segment.first_chunk])
    )


def _is_complete(common: Postings, segment: Segment) -> Mask:
    most = max(_COMPLETE_CHUNKS, int(_COMPLETE_SHARE * _chunks(segment)))
    return np.asarray(common.counts <= most, dtype=bool)


def _levels(common: Postings, segment: Segment) -> Ids:
    """Return the worth of each posting a bit, on a logarithmic scale."""
    chunks = _chunks(segment)
    idf = np.log1p((chunks - common.counts + 0.5) / (common.counts + 0.5))
    octaves = np.log2(idf / _bits(common, segment))
    steps = np.rint(STEPS_PER_OCTAVE * (octaves - _LEAST_OCTAVE)).astype(np.int64)
    return np.clip(np.repeat(steps, common.counts) + common.term_weights, 0, _LEVELS - 1)


def _bits(common: Postings, segment: Segment) -> NDArray[np.float64]:
    """Return what a posting of each term takes if all are kept, shape (terms,)."""
    gaps = _chunks(segment) / np.maximum(common.counts, 1)
    return np.maximum(np.log2(gaps) + _SPREAD_BITS, 1.0)


def _chunks(segment: Segment) -> int:
    return segment.end_chunk - segment.first_chunk
