"""Part `updates`: one file changed in a large index, and an index after ten thousand edits."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from app.engine.engine import Engine
from app.user.settings import Settings
from indexer import BUILT_IN, CurrentTexts, Embedder, Model, Unreadable
from store import Mode, Query

from .folders import Plan, write_folder
from .latency import real_queries
from .passages import recall_at
from .product import Thimble, paths_of
from .report import Measure, Section, at_least, at_most
from .workspace import Workspace

_LIMIT = 10
_BATCHES = 10
_BYTES_A_CHUNK = 900
"""About; to plan a folder of so many chunks."""
_MODES = ("hybrid", "semantic", "lexical", "exact")
_ADDED = "Xylographic quinquagesima notes: the quokka of Rottnest Island smiles.\n"
_EDITED = "Zymurgic palimpsest notes: the axolotl of Lake Xochimilco keeps its gills.\n"


def measure(workspace: Workspace) -> Section:
    """Time single changes in the large index; compare a churned index with a fresh one."""
    notes: list[str] = []
    measures = [*_single_changes(workspace, notes), *_churn(workspace)]
    return Section("updates", tuple(measures), notes=tuple(notes))


def _single_changes(workspace: Workspace, notes: list[str]) -> Iterator[Measure]:
    folder, thimble = workspace.large.folder, workspace.large.thimble
    workspace.say("updates: one file in the large index")
    thimble.index()
    settings = f"one file among {thimble.status()['chunks']:,} chunks, `thimble index`"
    added, edited = folder / "000" / "added.md", min(folder.rglob("note-*.md"))
    before = edited.read_bytes()
    added.write_text(_ADDED, "utf-8")
    yield Measure("add", thimble.index().wall_s, "s", settings, at_most(1))
    _expect(thimble, _ADDED, added, notes)
    edited.write_text(_EDITED, "utf-8")
    yield Measure("edit", thimble.index().wall_s, "s", settings, at_most(1))
    _expect(thimble, _EDITED, edited, notes)
    added.unlink()
    yield Measure("delete", thimble.index().wall_s, "s", settings, at_most(1))
    still = sum(added in _found(thimble, _ADDED, mode) for mode in _MODES)
    modes = f"searches for its text in the modes {', '.join(_MODES)}"
    yield Measure("modes that find the deleted file", still, "", modes, at_most(0))
    edited.write_bytes(before)
    thimble.index()


def _expect(thimble: Thimble, text: str, path: Path, notes: list[str]) -> None:
    missing = [mode for mode in _MODES if path not in _found(thimble, text, mode)]
    if missing:
        notes.append(f"WRONG: {path.name} is not found by its own text ({', '.join(missing)}).")


def _found(thimble: Thimble, text: str, mode: str) -> set[Path]:
    # Some words of the text, as a phrase that occurs nowhere else.
    _, answer = thimble.search(" ".join(text.split()[:3]).rstrip(":"), "--mode", mode)
    return {Path(hit["path"]) for hit in answer["hits"]}


def _churn(workspace: Workspace) -> Iterator[Measure]:
    chunks = workspace.scale.churn_chunks
    workspace.say(f"updates: {chunks:,} chunks edited in a folder of as many")
    folder = workspace.generate("churn", _plan(chunks, seed=3))
    churned = workspace.add("churn", folder).thimble
    _edit(workspace, folder, churned, chunks)
    fresh = workspace.add("churn-fresh", folder).thimble
    # Before any search, whose vectors lie in the cache or still in the log, as the case may be.
    growth = churned.size()["index_bytes"] / fresh.size()["index_bytes"]
    queries = real_queries(workspace, workspace.scale.passage_queries)
    truth = _truth(folder, queries)
    after, new = (recall_at(_LIMIT, _search(one, queries), truth) for one in (churned, fresh))
    settings = f"{chunks:,} chunks edited in {_BATCHES} runs, {len(queries)} queries, semantic"
    yield Measure("recall@10 of documents, fresh build", new, "", settings)
    yield Measure("recall@10 of documents, after the edits", after, "", settings)
    yield Measure(
        "recall@10 less that of a fresh build", after - new, "", settings, at_least(-0.01)
    )
    yield Measure("size against a fresh build", growth, "×", settings, at_most(1.10))


def _plan(chunks: int, seed: int) -> Plan:
    planned = Plan.of_total(chunks * _BYTES_A_CHUNK, 1_000, 20_000)
    return Plan(planned.files, planned.least_bytes, planned.most_bytes, seed)


def _edit(workspace: Workspace, folder: Path, thimble: Thimble, chunks: int) -> None:
    """Overwrite random files, of about `chunks` chunks in all, with new text, batch by batch."""
    chance = random.Random(4)
    names = sorted(path.relative_to(folder) for path in folder.rglob("*.md"))
    for batch in range(_BATCHES):
        source = workspace.fresh("churn-source")
        write_folder(source, workspace.prose, _plan(chunks // _BATCHES, seed=100 + batch))
        for new in sorted(source.rglob("*.md")):
            (folder / chance.choice(names)).write_bytes(new.read_bytes())
        thimble.index()


def _truth(folder: Path, queries: Sequence[str]) -> list[list[int]]:
    """Return, for each query, the numbers of the documents whose best chunk is nearest."""
    embedder = Embedder(Model.load(BUILT_IN))
    texts: list[str] = []
    documents: list[int] = []
    for number, path in enumerate(sorted(folder.rglob("*.md"))):
        with suppress(Unreadable):  # it is in neither index
            chunks = [passage.indexed_text for passage in CurrentTexts().read_now(path)]
            texts += chunks
            documents += [number] * len(chunks)
    kept, starts = np.unique(documents, return_index=True)
    scores = embedder.embed_queries(queries) @ embedder.embed_passages(texts).T
    best = np.maximum.reduceat(scores, starts, axis=1)
    return [[int(kept[at]) for at in row] for row in np.argsort(-best, axis=1)[:, :_LIMIT]]


def _search(thimble: Thimble, queries: Sequence[str]) -> list[list[int]]:
    """Return the documents found, by their place among the folder's sorted files."""
    paths = paths_of(thimble.home)
    with Engine(Settings(paths, rank_model=BUILT_IN)) as engine:  # the model of the truth
        folder = engine.folders()[0].path
        number = {path: at for at, path in enumerate(sorted(folder.rglob("*.md")))}
        answers = [
            list(engine.search(Query(query, mode=Mode.SEMANTIC, limit=_LIMIT)))[-1]
            for query in queries
        ]
        return [[number[hit.path] for hit in answer.hits] for answer in answers]
