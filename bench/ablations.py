"""Part `ablations`: the graph without one of its ideas at a time, as in the paper's figures 6 to 8.

A variant is a name and a curve; every variant is measured as part `leann` measures thimble, on the
same passages and queries, with embeddings looked up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .leann_mode import Curve
from .metrics import mean
from .passages import recall_at
from .plots import Line, Plot
from .report import Cell, Section, Table


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to build and search the graph."""

    name: str
    settings: str
    """What differs from the first variant, in the paper's names: `M = 9 for all`."""
    edges: float
    """Mean out-degree of a node."""
    index_bytes: int
    curve: list[Curve]


def section(variants: Sequence[Variant], truth: list[list[int]], recall: float) -> Section:
    """Show what each variant recomputes for `recall` at 10; the first one is what ships."""
    needed = [_recomputed_for(one, truth, recall) for one in variants]
    rows: list[tuple[Cell, ...]] = [
        (
            one.name,
            one.settings,
            one.edges,
            one.index_bytes,
            spent if spent is not None else "not reached",
            spent / needed[0] if spent is not None and needed[0] else "–",
        )
        for one, spent in zip(variants, needed, strict=True)
    ]
    columns = ("variant", "settings", "mean degree", "index bytes", "recomputed", "× the first")
    title = f"Recomputed chunks a query for recall@10 = {recall:.2f}, {len(truth)} queries"
    table = Table(title, columns, tuple(rows))
    lines = tuple(Line(one.name, tuple(_points(one, truth))) for one in variants)
    plot = Plot("ablations", "Ablations", "chunks recomputed a query", "recall@10", lines, "log x")
    return Section("ablations", tables=(table,), plots=(plot,))


def _points(variant: Variant, truth: list[list[int]]) -> list[tuple[float, float]]:
    return [(mean(one.recomputed), recall_at(10, one.found, truth)) for one in variant.curve]


def _recomputed_for(variant: Variant, truth: list[list[int]], recall: float) -> float | None:
    """Return the recomputed chunks where the curve first reaches `recall`; None if it does not."""
    before = (0.0, 0.0)
    for spent, reached in _points(variant, truth):
        if reached >= recall:
            share = (recall - before[1]) / (reached - before[1])
            return before[0] + share * (spent - before[0])
        before = (spent, reached)
    return None
