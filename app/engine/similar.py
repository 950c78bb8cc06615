"""Documents like a document: what lies near its passages in meaning.

The nearest of several passages are joined by reciprocal rank fusion (Cormack, Clarke and Büttcher,
SIGIR 2009): a document that is near to many of them comes first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from store import Explain, Hit, Mode, Query, Results

_PASSAGES = 6
"""Passages of a document that others are compared with, spread evenly."""
_LONGEST = 1500
"""Characters of a passage that are looked at; models read no more."""
_RRF_K = 60

Find = Callable[[Query], Results]
"""Returns the exact answer."""


def similar(find: Find, path: Path, texts: Sequence[str], limit: int) -> Results:
    """Return passages of documents other than `path` that are like some texts, best first."""
    step = max(1, len(texts) // _PASSAGES)
    scores: dict[Path, float] = {}
    best: dict[Path, Hit] = {}
    explain = Explain()
    for text in texts[::step][:_PASSAGES]:
        results = find(Query(_without_syntax(text), limit + 1, Mode.SEMANTIC))
        explain = results.explain
        others = [hit for hit in results.hits if hit.path != path and path not in hit.duplicates]
        for place, hit in enumerate(others):
            scores[hit.path] = scores.get(hit.path, 0.0) + 1 / (_RRF_K + place)
            if hit.path not in best or hit.score > best[hit.path].score:
                best[hit.path] = hit
    order = sorted(best, key=lambda one: -scores[one])[:limit]
    hits = tuple(replace(best[one], rank=rank) for rank, one in enumerate(order, 1))
    query = Query(str(path), limit, Mode.SEMANTIC)
    return Results(query, hits, exact=True, explain=explain)


def _without_syntax(text: str) -> str:
    """Return a text in which the query language finds words only."""
    words = text[:_LONGEST].replace('"', " ").split()
    return " ".join(re.sub(r"^-+|:(?=\S)", " ", word) for word in words)
