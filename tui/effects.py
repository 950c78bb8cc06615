"""What the budget costs and gains on this machine: the latest queries, asked again at each."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median

from textual.content import Content

from store import Query

from .backend import Backend
from .format import bar, count
from .request import take_chips

BUDGETS = (0, 8, 16, 32, 64, 128)
MOST_QUERIES = 8
_TOP = 10
_BAR_CELLS = 20


@dataclass(frozen=True, slots=True)
class Effect:
    """One budget, measured."""

    budget: int
    exact_ms: float
    """Median time to the exact answer."""
    agreement: float
    """Mean share of the first ten hits of the largest budget that this one lists too."""


def latest_queries(backend: Backend) -> list[str]:
    """Return what was searched last, without filters."""
    typed = [take_chips(f"{text} ")[0].strip() for text in backend.history()]
    return [text for text in typed if text][:MOST_QUERIES]


def measure(backend: Backend, queries: Sequence[str]) -> Iterator[Effect | None]:
    """Yield an effect for each budget, the largest first, and None after each search."""
    best: list[set[object]] = []
    for budget in reversed(BUDGETS):
        paths: list[set[object]] = []
        spent: list[float] = []
        for text in queries:
            started = time.perf_counter()
            *_, last = backend.search(Query(text, limit=_TOP, budget=budget))
            spent.append((time.perf_counter() - started) * 1000)
            paths.append({hit.path for hit in last.hits})
            yield None
        best = best or paths
        shares = [
            len(own & most) / max(len(most), 1) for own, most in zip(paths, best, strict=True)
        ]
        yield Effect(budget, median(spent), mean(shares))


def drawn(effects: Sequence[Effect], queries: int, chosen: str) -> Content:
    """Return the effects as a table, the budget in use marked."""
    most = max((effect.exact_ms for effect in effects), default=1.0)
    lines = [
        Content.assemble(("Measured here", ".strong"), f" with the last {_named(queries)}"),
        Content.assemble(("  budget      time to the exact answer         same hits", ".faint")),
    ]
    for effect in sorted(effects, key=lambda one: one.budget):
        sign = ("▌", ".match") if str(effect.budget) == chosen else " "
        lines.append(
            Content.assemble(
                sign,
                f" {effect.budget:>6}   {effect.exact_ms:>7,.0f} ms  ",
                bar(effect.exact_ms / most, _BAR_CELLS),
                f"   {effect.agreement:>5.0%}",
            )
        )
    return Content("\n").join(lines)


def _named(queries: int) -> str:
    return "query" if queries == 1 else count(queries, "query").replace("querys", "queries")


def invitation(queries: int) -> Content:
    """Say how to measure, or what is needed for it."""
    if queries:
        return Content.assemble(("t", ".strong"), " measures what the budget costs and gains here.")
    return Content("Search for something first: then the budget's effect can be measured here.")
