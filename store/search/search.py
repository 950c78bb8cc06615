"""One search, in four steps, each from value to value.

    query → plan → candidates (codes ∪ graph ∪ words) → [instant answer] → refine → present

The text of a hit is always read from its source file while the search runs. A file that changed
since it was indexed is answered from its text of now; one that is gone is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..values.queries import Query
from ..values.results import Results
from .candidates import confirm_words, find_candidates, widen
from .context import SearchContext
from .passages import PassageReader
from .plan import make_plan
from .present import present
from .refine import refine


def search(query: Query, context: SearchContext) -> Iterator[Results]:
    """Yield the instant answer and, if embeddings get recomputed, the exact one."""
    plan = make_plan(query, context)
    candidates = find_candidates(plan, context)
    reader = PassageReader(context.connection, context.read, candidates.evidence.lexical)
    if plan.verified is not None:
        reader.prime(plan.verified)
    if plan.recomputes:
        yield present(candidates, plan, reader, context)
        candidates = confirm_words(candidates, plan, context)
    refined = refine(candidates, plan, reader, context)
    results = present(refined, plan, reader, context)
    yield results
    while plan.parsed.excluded and len(results.hits) < query.limit:
        # What is excluded took the places of hits; others may be left.
        wider = plan.widened()
        if wider is None:
            return
        plan = wider
        refined = refine(widen(refined, plan, context), plan, reader, context)
        results = present(refined, plan, reader, context)
        yield results
