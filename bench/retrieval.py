"""Part `retrieval`: how well the right documents are found, beside rivals that store everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer import BUILT_IN

from . import metrics
from .report import Cell, Measure, Section, Table, at_least
from .rivals import FlatVectors, Fts5, best, fuse
from .sets import RetrievalSet, document_id, load, write_files
from .vectors import StoredVectors
from .workspace import Workspace

_DEPTH = 50
_MODES = ("lexical", "semantic", "hybrid")
_HYBRID = "thimble hybrid"
_FUSED = " flat + BM25"
_DESIGN_MEAN = 0.708
"""Mean nDCG@10 of the stored-vector MiniLM + BM25 hybrid in docs/architecture.md."""
_WORDS_WEIGHT = 0.5
_NAMES = (
    "For thimble a document is a file, named by its id; a function's name ends in `.py`, so it "
    "counts as Python. Rivals are given texts."
)
_METRICS = ("nDCG@10", "recall@10", "recall@50", "MRR@10")


@dataclass(frozen=True, slots=True)
class Answers:
    """What one system found in one set."""

    system: str
    rankings: dict[str, list[str]]
    """Query id → document ids, best first."""
    index_share: float
    """Bytes of its index as a share of the text."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How good one system's answers to one set are, averaged over queries."""

    set: str
    system: str
    values: tuple[float, ...]
    """In the order of `_METRICS`."""
    index_share: float


def measure(workspace: Workspace) -> Section:
    """Score thimble's three modes and the rivals on every retrieval set that is present."""
    scale, places = workspace.scale, workspace.places
    wanted = (*scale.sets, *scale.other_sets)
    present = [name for name in wanted if (places.sets / name / "corpus.jsonl.gz").is_file()]
    missing = [f"Left out: no {places.sets / name}." for name in wanted if name not in present]
    if not present:
        return Section("retrieval", notes=(f"Skipped: no retrieval sets in {places.sets}.",))
    models, notes = _models(workspace)
    outcomes = []
    for name in present:
        workspace.say(f"retrieval: {name}")
        loaded = load(places.sets / name, scale.queries)
        outcomes += [judge(loaded, answers) for answers in _answers(workspace, loaded, models)]
    averaged = tuple(name for name in scale.sets if name in present)
    return _section(outcomes, averaged, (*missing, *notes, _NAMES), scale.queries)


def judge(judged: RetrievalSet, answers: Answers) -> Outcome:
    """Average the metrics over the set's queries; a query without an answer scores 0."""
    rows = []
    for query in judged.queries:
        ranking, grades = answers.rankings.get(query, []), judged.qrels[query]
        rows.append(
            (
                metrics.ndcg(ranking, grades, 10),
                metrics.recall(ranking, grades, 10),
                metrics.recall(ranking, grades, _DEPTH),
                metrics.reciprocal_rank(ranking, grades, 10),
            )
        )
    means = tuple(metrics.mean(column) for column in zip(*rows, strict=True))
    return Outcome(judged.name, answers.system, means, answers.index_share)


def found_documents(hits: Sequence[dict[str, Any]]) -> list[str]:
    """Return the documents of some hits, each at its first hit; copies follow the one shown."""
    paths = [path for hit in hits for path in (hit["path"], *hit.get("duplicates", ()))]
    return list(dict.fromkeys(map(document_id, paths)))


def _models(workspace: Workspace) -> tuple[list[StoredVectors], tuple[str, ...]]:
    """Load the model that thimble indexes with and, if it is there, the reference transformer."""
    cache = workspace.places.out / "vectors"
    built_in = StoredVectors(BUILT_IN, cache)
    reference = workspace.places.reference_model
    if not workspace.scale.reference:
        return [built_in], ()
    if not (reference / "model.onnx").is_file():
        return [built_in], (f"Left out: no reference model in {reference}.",)
    return [built_in, StoredVectors(reference, cache)], ()


def _answers(
    workspace: Workspace, asked: RetrievalSet, models: Sequence[StoredVectors]
) -> Iterator[Answers]:
    yield from _thimble_answers(workspace, asked)
    yield from _rival_answers(workspace.fresh(f"{asked.name}-rivals"), asked, models)


def _thimble_answers(workspace: Workspace, asked: RetrievalSet) -> Iterator[Answers]:
    folder = workspace.fresh(asked.name)
    write_files(asked, folder)
    thimble = workspace.add(asked.name, folder).thimble
    size = thimble.size()
    share = size["index_bytes"] / size["text_bytes"]
    for mode in _MODES:
        hits = thimble.search_batch(asked.queries, mode, _DEPTH)
        rankings = {query: found_documents(found) for query, found in hits.items()}
        yield Answers(f"thimble {mode}", rankings, share)


def _rival_answers(
    folder: Path, asked: RetrievalSet, models: Sequence[StoredVectors]
) -> Iterator[Answers]:
    folder.mkdir()
    texts = [text.whole for text in asked.texts]
    text_bytes = sum(len(text.encode()) for text in texts)
    queries = list(asked.queries.values())

    def answers(system: str, ranked: list[list[int]], *databases: Path) -> Answers:
        ids = [[asked.texts[index].id for index in ranking] for ranking in ranked]
        share = sum(path.stat().st_size for path in databases) / text_bytes
        return Answers(system, dict(zip(asked.queries, ids, strict=True)), share)

    words_path = folder / "words.db"
    words = Fts5(words_path, texts)
    word_scores = [words.scores(query) for query in queries]
    yield answers("BM25 (FTS5)", [words.rank(query, _DEPTH) for query in queries], words_path)
    for model in models:
        path = folder / f"{model.model.name}.db"
        vectors, asking = model.embed_passages(texts), model.embed_queries(queries)
        flat = FlatVectors(path, vectors)
        nearest = [flat.rank(query, _DEPTH) for query in asking]
        yield answers(f"{model.model.name} flat", nearest, path)
        pairs = zip(asking @ vectors.T, word_scores, strict=True)
        fused = [best(fuse(near, found, _WORDS_WEIGHT), _DEPTH) for near, found in pairs]
        yield answers(f"{model.model.name}{_FUSED}", fused, path, words_path)


def _section(
    outcomes: list[Outcome], averaged: tuple[str, ...], notes: tuple[str, ...], queries: int
) -> Section:
    systems = list(dict.fromkeys(outcome.system for outcome in outcomes))
    names = list(dict.fromkeys(outcome.set for outcome in outcomes))
    ndcg = {(outcome.system, outcome.set): outcome.values[0] for outcome in outcomes}
    means = {system: _means(outcomes, system, averaged) for system in systems}
    mean_column = f"mean of {len(averaged)}"
    by_set: list[tuple[Cell, ...]] = [
        (system, *(ndcg[system, name] for name in names), means[system][0]) for system in systems
    ]
    overall: list[tuple[Cell, ...]] = [(system, *means[system]) for system in systems]
    return Section(
        "retrieval",
        measures=tuple(_measures(means, len(averaged), queries)),
        tables=(
            Table("nDCG@10", ("system", *names, mean_column), tuple(by_set)),
            Table(
                f"Means over {', '.join(averaged)}",
                ("system", *_METRICS, "index / text"),
                tuple(overall),
            ),
        ),
        notes=notes,
    )


def _means(outcomes: list[Outcome], system: str, averaged: tuple[str, ...]) -> list[float]:
    """Return the mean over sets of each metric and of the index's share."""
    counted = [one for one in outcomes if one.system == system and one.set in averaged]
    columns = zip(*((*one.values, one.index_share) for one in counted), strict=True)
    return [metrics.mean(column) for column in columns]


def _measures(means: dict[str, list[float]], sets: int, queries: int) -> Iterator[Measure]:
    settings = f"{sets} sets, at most {queries} queries each, depth {_DEPTH}, default budget"
    ours = means[_HYBRID][0]
    if sets == 7:
        what = "hybrid, mean nDCG@10, against the design's figure"
        yield Measure(what, ours, "", settings, at_least(_DESIGN_MEAN))
    for system, values in means.items():
        if system.endswith(_FUSED):
            what = f"hybrid, mean nDCG@10, against {system}"
            yield Measure(what, ours, "", settings, at_least(round(values[0], 4)))
