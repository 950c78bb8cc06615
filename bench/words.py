"""Part `words`: what pruning the postings saves, and what it costs in quality."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.engine.engine import Engine
from app.user.settings import Settings
from store import Mode, Query
from store.lexical import inverted_index

from .folders import Plan
from .metrics import mean, ndcg
from .product import paths_of
from .report import Cell, Measure, Section, Table, at_least, at_most
from .sets import RetrievalSet, document_id, load, write_files
from .workspace import Workspace

_DEPTH = 10
_QUERIES = 100
"""A set, at most: every one is searched in two modes over three indexes."""
_SHARES = (
    ("all postings", inverted_index.Allowance(1.0)),
    ("pruned", inverted_index.ALLOWANCE),
    ("pruned as if large", inverted_index.Allowance(small_share=0.0)),
)
"""What words may take: as good as no limit, the product's, and what it is in a large folder."""
_MODES = (Mode.LEXICAL, Mode.HYBRID)


def measure(workspace: Workspace) -> Section:
    """Index every set and folder with and without pruning."""
    scale, places = workspace.scale, workspace.places
    present = [n for n in scale.sets if (places.sets / n / "corpus.jsonl.gz").is_file()]
    sets = [load(places.sets / name, min(scale.queries, _QUERIES)) for name in present]
    folders = [folder for folder in places.folders if folder.is_dir()]
    plan = Plan.of_total(scale.folder_bytes, 1_000, 50_000)
    folders.append(workspace.generate("words-large", plan))
    sizes = {name: [_size(workspace, one, share) for one in folders] for name, share in _SHARES}
    quality = {name: [_quality(workspace, one, share) for one in sets] for name, share in _SHARES}
    names = [*(folder.name for folder in folders), *(f"nDCG@10 {mode}" for mode in _MODES)]
    rows: list[tuple[Cell, ...]] = [
        (name, *sizes[name], *_means(quality[name])) for name, _ in _SHARES
    ]
    table = Table("Words with all postings and pruned", ("postings", *names), tuple(rows))
    return Section("words", tuple(_measures(sizes, quality, folders)), (table,))


def _measures(
    sizes: dict[str, list[float]], quality: dict[str, list[list[float]]], folders: list[Path]
) -> Iterator[Measure]:
    for folder, share in zip(folders, sizes["pruned"], strict=True):
        settings = f"{folder.name}, with the pages of its tables"
        yield Measure("words / text", share, "", settings, at_most(0.04))
    if not quality["pruned"]:
        return
    before, after = _means(quality["all postings"]), _means(quality["pruned"])
    for mode, old, new in zip(_MODES, before, after, strict=True):
        target = at_least(0.99) if mode is Mode.HYBRID else None
        what = f"nDCG@10 after pruning / before, {mode}"
        yield Measure(what, new / old, "", f"{len(quality['pruned'])} sets", target)


def _means(rows: list[list[float]]) -> list[float]:
    return [mean(column) for column in zip(*rows, strict=True)] or [0.0] * len(_MODES)


def _size(workspace: Workspace, folder: Path, share: inverted_index.Allowance) -> float:
    workspace.say(f"words: {folder.name}, share {share}")
    with _indexed(workspace, folder, share) as engine:
        size = engine.size()
    return size.parts["lexical"] / max(size.text_bytes, 1)


def _quality(
    workspace: Workspace, asked: RetrievalSet, share: inverted_index.Allowance
) -> list[float]:
    """Return the mean nDCG@10 of each mode."""
    workspace.say(f"words: {asked.name}, share {share}")
    folder = workspace.fresh(f"words-{asked.name}")
    write_files(asked, folder)
    with _indexed(workspace, folder, share) as engine:
        return [
            mean([_ndcg(engine, asked, query, mode) for query in asked.queries]) for mode in _MODES
        ]


def _ndcg(engine: Engine, asked: RetrievalSet, query: str, mode: Mode) -> float:
    *_, answer = engine.search(Query(asked.queries[query], mode=mode, limit=_DEPTH))
    paths = [path for hit in answer.hits for path in (hit.path, *hit.duplicates)]
    ranking = list(dict.fromkeys(document_id(str(path)) for path in paths))
    return ndcg(ranking, asked.qrels[query], _DEPTH)


def _indexed(workspace: Workspace, folder: Path, share: inverted_index.Allowance) -> Engine:
    """Index a folder in this process, with so much room for its words."""
    home = workspace.fresh("words-home")
    engine = Engine(Settings(paths_of(home)))
    engine.add_folder(folder)
    usual = inverted_index.ALLOWANCE
    inverted_index.ALLOWANCE = share
    try:
        engine.index(lambda _: None)
    finally:
        inverted_index.ALLOWANCE = usual
    return engine
