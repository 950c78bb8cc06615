"""Part `leann`: thimble in LEANN mode beside LEANN, on the same chunks with the same model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from . import leann_mode
from .environment import Rivals, RivalsMissing
from .leann_mode import LIMIT, Curve
from .leann_rival import VERSIONS, Leann
from .metrics import mean, percentile
from .passages import Passages, choose, nearest, recall_at

from .product import Thimble
from .report import Cell, Measure, Section, Table, at_least, at_most
from .vectors import StoredVectors
from .workspace import Workspace

_BUDGETS = (8, 16, 24, 32, 48, 64, 96, 128, 256)
_COMPLEXITIES = (10, 16, 24, 32, 48, 64, 96, 128)
_FEW = 48
"""Chunks that the design allows to be recomputed."""
_RECALL_3, _RECALL_10 = 0.90, 0.85


@dataclass(frozen=True)
class Side:
    """One system with its index of the passages, and how it did."""

    system: str
    chunks: int
    build_s: float
    index_bytes: int
    curve: list[Curve]
    truth: list[list[int]]
    cheapest: Curve
    """The cheapest setting that reaches the recall wanted."""
    api_s: list[float]
    """Seconds a search through the API at that setting."""
    command_s: list[float]
    """Seconds a search by the command at that setting."""

    def recall(self, depth: int, at: Curve) -> float:
        """Return recall@depth at a point of the curve."""
        return recall_at(depth, at.found, self.truth)


def measure(workspace: Workspace) -> Section:
    """Compare builds, curves, latency and updates of both."""
    model = workspace.places.reference_model
    if not (model / "model.onnx").is_file():
        return Section("leann", notes=(f"Skipped: no model in {model}.",))
    try:
        rivals = workspace.rivals
    except RivalsMissing as missing:
        return Section("leann", notes=(f"Skipped: {missing}.",))
    passages = choose(workspace, StoredVectors(model, workspace.places.out / "vectors"))
    sides = _compare(workspace, passages, replace(rivals, onnx_model=model))
    section = _section(passages, sides, rivals)
    if not workspace.scale.slow_passages:
        return section
    few = passages.first(workspace.scale.slow_passages)
    slow = _compare(workspace, few, rivals)
    updates = leann_updates.measure(workspace, few, replace(rivals, onnx_model=model))
    return replace(
        section,
        measures=(*section.measures, *_speeds(*slow, "LEANN as it installs itself")),
        tables=(*section.tables, _equal_recall(slow, "LEANN as it installs itself"), updates),
    )


def _compare(workspace: Workspace, passages: Passages, rivals: Rivals) -> tuple[Side, Side]:
    """Index the passages with both and search; returns thimble, LEANN."""
    chunks = len(passages.texts)
    folder = workspace.fresh(f"passages-{chunks}")
    passages.write_files(folder)
    queries = passages.queries[: workspace.scale.slow_queries]
    workspace.say(f"leann: thimble, {chunks:,} passages")
    ours = _thimble_side(workspace, passages, folder, queries)
    workspace.say(f"leann: LEANN, {chunks:,} passages (takes minutes)")
    leann = Leann(rivals, workspace.fresh(f"leann-{chunks}"))
    return ours, _leann_side(leann, passages, queries)


def _thimble_side(
    workspace: Workspace, passages: Passages, folder: Path, queries: Sequence[str]
) -> Side:
    model = workspace.places.reference_model
    thimble = leann_mode.new_home(workspace, f"leann-mode-{len(passages.texts)}", model)
    run = thimble.add(folder)
    truth = nearest(passages.vectors, passages.asked, LIMIT)
    with leann_mode.opened(thimble, model) as engine:
        points = list(leann_mode.curve(engine, passages, _BUDGETS))
    cheapest = _cheapest(points, truth)
    with leann_mode.opened(thimble, model) as engine:
        api_s, _ = leann_mode.time_searches(engine, queries, cheapest.setting)
    return Side(
        system="thimble",
        chunks=thimble.status()["chunks"],
        build_s=run.wall_s,
        index_bytes=thimble.size()["index_bytes"],
        curve=points,
        truth=truth,
        cheapest=cheapest,
        api_s=api_s,
        command_s=[_command_s(thimble, query, cheapest.setting) for query in queries],
    )


def _command_s(thimble: Thimble, query: str, budget: int) -> float:
    options = ("--mode", "semantic", "--budget", str(budget), "-n", str(LIMIT))
    return thimble.search(query, *options)[0].wall_s


def _leann_side(leann: Leann, passages: Passages, queries: Sequence[str]) -> Side:
    built = leann.build(passages.texts, passages.queries)
    truth = nearest(*leann.vectors(), LIMIT)
    points = leann.curve(_COMPLEXITIES)
    cheapest = _cheapest(points, truth)
    (timed,) = leann.time_searches(queries, [cheapest.setting])
    commands = [leann.search_command(query, cheapest.setting)[0] for query in ("", *queries)]
    leann.stop()
    return Side(
        system="LEANN",
        chunks=len(passages.texts),
        build_s=built.seconds,
        index_bytes=sum(built.files.values()),
        curve=points,
        truth=truth,
        cheapest=cheapest,
        api_s=timed.seconds,
        command_s=commands[1:],  # the first one starts its server
    )


def _cheapest(points: Sequence[Curve], truth: list[list[int]]) -> Curve:
    """Return the first point that reaches the recall wanted; the last one if none does."""
    return next(
        (
            one
            for one in points
            if recall_at(3, one.found, truth) >= _RECALL_3
            and recall_at(10, one.found, truth) >= _RECALL_10
        ),
        points[-1],
    )
