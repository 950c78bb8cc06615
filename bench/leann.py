"""Part `leann`: thimble in LEANN mode beside LEANN, on the same chunks with the same model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from . import leann_mode, leann_updates
from .environment import Rivals, RivalsMissing
from .leann_mode import LIMIT, Curve
from .leann_rival import VERSIONS, Leann
from .metrics import mean, percentile
from .passages import Passages, choose, nearest, recall_at
from .plots import Line, Plot
from .product import Thimble
from .report import Cell, Measure, Section, Table, at_least, at_most
from .vectors import StoredVectors
from .workspace import Workspace

_BUDGETS = (8, 16, 24, 26, 28, 32, 36, 40, 48, 64, 96, 128, 256, 512, 1024, 1536)
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
    once_s: float
    """Seconds spent once a model, before the first build."""
    files: dict[str, int]
    """File or part of the index → bytes."""
    curve: list[Curve]
    truth: list[list[int]]
    cheapest: Curve
    """The cheapest setting that reaches the recall wanted."""
    api_s: list[float]
    """Seconds a search through the API at that setting."""
    command_s: list[float]
    """Seconds a search by the command at that setting, the model being loaded in a server."""
    alone_s: Sequence[float] = ()
    """Seconds a search by the command takes that finds no server; LEANN's starts one."""

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
    return _measure(workspace, rivals, StoredVectors(model, workspace.places.out / "vectors"))


def _measure(workspace: Workspace, rivals: Rivals, model: StoredVectors) -> Section:
    passages = choose(workspace, model)
    same = replace(rivals, onnx_model=model.model.folder)
    ours, theirs = _compare(workspace, passages, same)
    built_in = workspace.add("passages-built-in", workspace.work / f"passages-{ours.chunks}")
    measures = [*_recalls(ours, theirs), *_speeds(ours, theirs, "LEANN with thimble's embedder")]
    measures.append(_built_in(built_in.run.wall_s, theirs, "LEANN with thimble's embedder"))
    tables = [_curves(ours, theirs), _equal_recall(ours, theirs, "the same embedder")]
    tables.append(_sizes(passages, ours, theirs))
    if workspace.scale.slow_passages:
        few = passages.first(workspace.scale.slow_passages)
        slow = _compare(workspace, few, rivals)
        measures += _speeds(*slow, "LEANN as it installs itself")
        tables.append(_equal_recall(*slow, "LEANN as it installs itself"))
        tables.append(leann_updates.measure(workspace, few, same))
    return Section("leann", tuple(measures), tuple(tables), _notes(rivals), (_plot(ours, theirs),))


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
    fitted_s = leann_mode.add_folder(thimble, model, folder)
    run = thimble.index()
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
        once_s=fitted_s,
        files={f"thimble, {part}": size for part, size in thimble.size()["parts"].items()},
        curve=points,
        truth=truth,
        cheapest=cheapest,
        api_s=api_s,
        command_s=_served_s(thimble, queries, cheapest.setting),
        alone_s=[_command_s(thimble, query, cheapest.setting) for query in queries],
    )


def _served_s(thimble: Thimble, queries: Sequence[str], budget: int) -> list[float]:
    """Return the seconds of each search by the command, with the daemon running and warm."""
    thimble.run("daemon", "start")
    try:
        return [_command_s(thimble, query, budget) for query in ("warm up", *queries)][1:]
    finally:
        thimble.run("daemon", "stop")


def _command_s(thimble: Thimble, query: str, budget: int) -> float:
    options = ("--mode", "semantic", "--budget", str(budget), "-n", str(LIMIT))
    return thimble.search(query, *options)[0].wall_s


def _leann_side(leann: Leann, passages: Passages, queries: Sequence[str]) -> Side:
    built = leann.build(passages.texts, passages.queries)
    files = {f"LEANN, {name}": size for name, size in built.files.items()}
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
        once_s=0,
        files={**files, "LEANN, all": sum(files.values())},
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


def _recalls(ours: Side, theirs: Side) -> Iterator[Measure]:
    at = next(one for one in ours.curve if one.setting == _FEW)
    settings = f"LEANN mode, MiniLM, {ours.chunks:,} chunks, {len(at.found)} queries, budget {_FEW}"
    yield Measure("recall@3", ours.recall(3, at), "", settings, at_least(_RECALL_3))
    yield Measure("recall@10", ours.recall(10, at), "", settings, at_least(_RECALL_10))
    yield Measure("chunks recomputed a query", mean(at.recomputed), "", settings, at_most(_FEW))
    for depth in (3, 10):
        what = f"least lead in recall@{depth} over LEANN at equal recomputation"
        yield Measure(what, _least_lead(ours, theirs, depth), "", settings, at_least(0))


def _least_lead(ours: Side, theirs: Side, depth: int) -> float:
    """Return our recall less LEANN's, where it is least, at each of LEANN's points.

    Between our points recall is taken to grow evenly; beyond the last one, not at all.
    """
    spent = [mean(one.recomputed) for one in ours.curve]
    reached = [ours.recall(depth, one) for one in ours.curve]
    return min(
        float(np.interp(mean(one.recomputed), spent, reached)) - theirs.recall(depth, one)
        for one in theirs.curve
    )


def _speeds(ours: Side, theirs: Side, rival: str) -> Iterator[Measure]:
    settings = f"{rival}, {ours.chunks:,} chunks, times LEANN's / thimble's"
    equal = f"{settings}, each at its cheapest setting with recall@3 ≥ .90 and @10 ≥ .85"
    for what, own, other in (
        ("API", ours.api_s, theirs.api_s),
        ("command line", ours.command_s, theirs.command_s),
    ):
        for name, share in (("median", 0.5), ("p95", 0.95)):
            ratio = percentile(other, share) / percentile(own, share)
            yield Measure(f"search, {what}, {name}", ratio, "×", equal, at_least(10))
    ratio = percentile(theirs.command_s, 0.5) / percentile(ours.alone_s, 0.5)
    yield Measure("search, command line without a daemon, median", ratio, "×", equal)
    once = "thimble, all-MiniLM-L6-v2; once a model, not in the build times"
    yield Measure("fitting the codes to the model", ours.once_s, "s", once)
    yield Measure("build, same model", theirs.build_s / ours.build_s, "×", settings, at_least(3))


def _built_in(seconds: float, theirs: Side, rival: str) -> Measure:
    settings = f"{rival}, {theirs.chunks:,} chunks, times LEANN's / thimble's"
    what = "build, thimble with its built-in index model"
    return Measure(what, theirs.build_s / seconds, "×", settings, at_least(20))


def _curves(ours: Side, theirs: Side) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            f"{side.system}, {'budget' if side is ours else 'complexity'} {one.setting}",
            mean(one.recomputed),
            mean(one.recomputed) / side.chunks,
            side.recall(3, one),
            side.recall(10, one),
        )
        for side in (ours, theirs)
        for one in side.curve
    ]
    columns = ("system", "recomputed a query", "of all chunks", "recall@3", "recall@10")
    return Table(f"Recall and recomputed chunks, {ours.chunks:,} chunks", columns, tuple(rows))


def _equal_recall(ours: Side, theirs: Side, embedder: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for side in (ours, theirs):
        at = side.cheapest
        timed = (side.api_s, side.command_s)
        times: list[Cell] = [percentile(all_s, p) for all_s in timed for p in (0.5, 0.95)]
        times.append(percentile(side.alone_s, 0.5) if side.alone_s else "–")
        recalls = (side.recall(3, at), side.recall(10, at))
        rows.append((side.system, at.setting, *recalls, mean(at.recomputed), *times, side.build_s))
    return Table(
        f"At equal recall, {ours.chunks:,} chunks, {embedder}",
        (
            *("system", "setting", "recall@3", "recall@10", "recomputed"),
            *(
                "API median, s",
                "API p95, s",
                "command median, s",
                "command p95, s",
                "without a daemon, s",
                "build, s",
            ),
        ),
        tuple(rows),
    )


def _sizes(passages: Passages, ours: Side, theirs: Side) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (name, size, size / ours.chunks, size / passages.text_bytes)
        for side in (ours, theirs)
        for name, size in side.files.items()
    ]
    columns = ("file or part", "bytes", "bytes a chunk", "share of the text")
    return Table(f"Index of {ours.chunks:,} chunks by part", columns, tuple(rows))


def _plot(ours: Side, theirs: Side) -> Plot:
    lines = tuple(
        Line(
            f"{side.system}, @{depth}",
            tuple((mean(one.recomputed), side.recall(depth, one)) for one in side.curve),
        )
        for side in (ours, theirs)
        for depth in (3, 10)
    )
    title = f"Recall against recomputed chunks ({ours.chunks:,} chunks)"
    return Plot("recall", title, "chunks recomputed a query", "recall", lines, "log x")


def _notes(rivals: Rivals) -> tuple[str, ...]:
    return (
        f"LEANN: {rivals.versions(*VERSIONS)}; HNSW, its defaults (M 32, efConstruction 200, "
        "compact, recompute), one `add_text` a passage. Thimble: one file a passage, index model "
        "and rank model MiniLM, `--mode semantic`.",
        "Recall and recomputed chunks are counted with embeddings looked up on both sides, the "
        "truth being exact search over the embeddings that a system indexed. LEANN's count is "
        "what it asks its embedding server for. Times are with the model running: LEANN's server "
        "is warm, and so is thimble's daemon; *without a daemon* thimble's command loads the model "
        "each time, LEANN's still finds its server.",
        "*The same embedder*: LEANN's server embeds with the ONNX model, runtime and batching of "
        "thimble. *As it installs itself*: with sentence-transformers and torch in float32.",
    )
