"""The first step of a search: from the query to the chunks it is about and the work it is worth."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..coding.arrays import Mask
from ..lexical.exact import Verified, verify
from ..lexical.parsed_query import ParsedQuery, parse
from ..values.queries import Mode, Query
from .context import SearchContext
from .filters import allowed_chunks

_BUDGET = 32
"""Where neither the query nor the settings say."""
_FOR_WORDS = 64
"""Least candidates that a search for words alone scores by their text, where there is a budget:
postings only tell what occurs, not how often, and a passage is read in a third of a millisecond."""
_POOL = 3
"""Candidates kept for each hit wanted, since several may share a document."""
_WIDER = 8
"""Factor of the candidates kept, when too many of them hold what the query excludes."""
_VERIFIED_POOL = 5
"""Documents that hold a phrase, looked for until there are so many for each hit wanted."""


@dataclass(frozen=True)
class Plan:
    """What a search looks at, and how hard."""

    query: Query
    parsed: ParsedQuery
    allowed: Mask
    """Chunks that may be found: filters let them through, and they hold what must occur."""
    verified: Verified | None
    """What was read to know that; None if nothing has to occur to the letter."""
    depth: int
    """Most candidates whose scores are made exact."""
    pool: int
    """Candidates kept."""

    @property
    def uses_meaning(self) -> bool:
        """Whether similarities count, beside words or alone."""
        return self.query.mode.uses_meaning

    @property
    def recomputes(self) -> bool:
        """Whether an exact answer follows the instant one."""
        return self.uses_meaning and self.depth > 0 and bool(self.allowed.any())

    @property
    def keys(self) -> tuple[int, ...]:
        """The terms that count."""
        return () if self.query.mode is Mode.SEMANTIC else self.parsed.keys

    def widened(self) -> Plan | None:
        """Return a plan that keeps more candidates; None if there are no more to keep."""
        pool = self.pool * _WIDER
        return replace(self, pool=pool) if pool < _WIDER * self.allowed.sum() else None


def make_plan(query: Query, context: SearchContext) -> Plan:
    """Say what a query is about. Raises BadQuery for a regular expression that is wrong."""
    parsed, verified = parse(query), None
    with context.stopwatch.stage("filter"):
        allowed = allowed_chunks(context.connection, parsed.filters, context.table.live)
    if parsed.is_exact:
        verified = _verify(query, parsed, allowed, context)
        if verified.passages or query.mode in (Mode.EXACT, Mode.REGEX):
            allowed = verified.chunks
        else:  # Nothing holds the quoted words: take them as ordinary ones, as people expect.
            parsed, verified = replace(parsed, phrases=()), None
    depth = _depth(query)
    return Plan(query, parsed, allowed, verified, depth, max(depth, _POOL * query.limit))


def _depth(query: Query) -> int:
    depth = _BUDGET if query.budget is None else query.budget
    return max(depth, _FOR_WORDS) if depth and not query.mode.uses_meaning else depth


def _verify(query: Query, parsed: ParsedQuery, allowed: Mask, context: SearchContext) -> Verified:
    """Find the chunks that hold what must occur to the letter."""
    with context.stopwatch.stage("verify"):
        lexical = context.score_words(parsed, parsed.keys, allowed, confirms=True)
        wanted = _VERIFIED_POOL * query.limit
        sources = (context.read, context.read_texts)
        return verify(context.connection, parsed, allowed, lexical.scores, *sources, wanted)
