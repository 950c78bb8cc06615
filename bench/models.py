"""Part `models`: the built-in models beside the reference transformer and BM25, each alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer import BUILT_IN, BUILT_IN_RANK
from store import Vectors

from .metrics import mean, ndcg
from .product import ROOT, ProductFailed
from .report import Cell, Measure, Section, Table, at_least, at_most
from .rivals import Fts5, best
from .sets import RetrievalSet, Text, load
from .vectors import StoredVectors
from .workspace import Workspace

_DEPTH = 10
_MB = 1_000_000
_CHUNK_CHARS = 900
"""Fewer than 256 tokens: no model cuts them."""
_CHUNKS = 512
_WORDS = "BM25 (FTS5)"


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a model embeds on one core, tokenisation included."""

    chunks_s: float
    mb_s: float


def measure(workspace: Workspace) -> Section:
    """Rank all documents of each set by one model alone; time the models in turn."""
    scale, places = workspace.scale, workspace.places
    present = [name for name in scale.sets if (places.sets / name / "corpus.jsonl.gz").is_file()]
    if not present:
        return Section("models", notes=(f"Skipped: no retrieval sets in {places.sets}.",))
    folders = [BUILT_IN, BUILT_IN_RANK]
    if scale.reference and (places.reference_model / "model.onnx").is_file():
        folders.append(places.reference_model)
    speeds = _speeds(workspace, folders)
    sets = [load(places.sets / name, scale.queries) for name in present]
    cache = places.out / "vectors"
    quality = {folder.name: _quality(workspace, StoredVectors(folder, cache), sets)
               for folder in folders}  # fmt: skip
    quality[_WORDS] = [_words(workspace, one) for one in sets]
    rows: list[tuple[Cell, ...]] = []
    for name, values in quality.items():
        folder = next((one for one in folders if one.name == name), None)
        cost: tuple[Cell, ...] = ("–", "–", "–")
        if folder is not None:
            speed = speeds[folder.name]
            cost = (packed_bytes(folder) / _MB, speed.chunks_s, speed.mb_s)
        rows.append((name, *cost, *values, mean(values)))
    head = ("alone", "MB packed", "chunks/s", "MB of text/s", *present, f"mean of {len(present)}")
    table = Table("Size, speed on one core and nDCG@10", head, tuple(rows))
    return Section("models", tuple(_measures(folders, speeds, quality, len(present))), (table,))


def packed_bytes(folder: Path) -> int:
    """Return the bytes that a model folder takes in a wheel, which is a zip archive."""
    with zipfile.ZipFile(os.devnull, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
        return sum(entry.compress_size for entry in archive.infolist())


def chunks(texts: Sequence[Text], count: int) -> list[str]:
    """Return pieces of one length, cut from texts that are long enough."""
    joined = "\n\n".join(text.whole for text in texts)
    starts = range(0, min(len(joined) - _CHUNK_CHARS, count * _CHUNK_CHARS), _CHUNK_CHARS)
    return [joined[start : start + _CHUNK_CHARS] for start in starts]


def _measures(
    folders: Sequence[Path],
    speeds: dict[str, Speed],
    quality: dict[str, list[float]],
    sets: int,
) -> Iterator[Measure]:
    index, rank, *reference = [folder.name for folder in folders]
    what = f"{sets} sets, each document one vector"
    target = at_least(0.62) if sets == 7 else None
    yield Measure(f"{index} alone, mean nDCG@10", mean(quality[index]), "", what, target)
    pieces = f"{_CHUNKS} chunks of {_CHUNK_CHARS} characters, one thread"
    yield Measure(f"{index}, tokenised and embedded", speeds[index].mb_s, "MB/s", pieces,
                  at_least(1))  # fmt: skip
    for folder, limit in zip(folders, (8, 18), strict=False):
        yield Measure(f"{folder.name} in the wheel", packed_bytes(folder) / _MB, "MB",
                      "all files, deflated", at_most(limit))  # fmt: skip
    for name in reference:
        share = mean(quality[rank]) / mean(quality[name])
        yield Measure(f"{rank} / {name}, mean nDCG@10", share, "", what, at_least(0.97))
        faster = speeds[rank].chunks_s / speeds[name].chunks_s
        yield Measure(f"{rank} / {name}, chunks a second", faster, "", pieces, at_least(1.9))


def _quality(
    workspace: Workspace, model: StoredVectors, sets: Sequence[RetrievalSet]
) -> list[float]:
    values = []
    for asked in sets:
        workspace.say(f"models: {model.model.name}, {asked.name}")
        vectors = model.embed_passages([text.whole for text in asked.texts])
        queries = model.embed_queries(list(asked.queries.values()))
        values.append(_ndcg(asked, queries, vectors))
    return values


def _ndcg(asked: RetrievalSet, queries: Vectors, vectors: Vectors) -> float:
    rankings = (best(row, _DEPTH) for row in queries @ vectors.T)
    return mean(
        [
            ndcg([asked.texts[place].id for place in ranking], asked.qrels[key], _DEPTH)
            for key, ranking in zip(asked.queries, rankings, strict=True)
        ]
    )


def _words(workspace: Workspace, asked: RetrievalSet) -> float:
    path = workspace.fresh(f"models-{asked.name}.db")
    path.unlink(missing_ok=True)
    words = Fts5(path, [text.whole for text in asked.texts])
    return mean(
        [
            ndcg([asked.texts[n].id for n in words.rank(query, _DEPTH)], asked.qrels[key], _DEPTH)
            for key, query in asked.queries.items()
        ]
    )


def _speeds(workspace: Workspace, folders: Sequence[Path]) -> dict[str, Speed]:
    """Time the models in a process of one thread, since threads of tokenizers cannot be unset."""
    workspace.say("models: speed")
    pieces = chunks(workspace.prose, _CHUNKS if workspace.scale.reference else _CHUNKS // 8)
    texts = workspace.fresh("models-chunks.json")
    texts.write_text(json.dumps(pieces), "utf-8")
    command = [sys.executable, "-m", "bench.models_worker", str(texts), *map(str, folders)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise ProductFailed(done.stderr.strip())
    size = sum(len(piece.encode()) for piece in pieces) / _MB
    seconds = json.loads(done.stdout)
    return {
        folder.name: Speed(len(pieces) / spent, size / spent)
        for folder, spent in zip(folders, seconds, strict=True)
    }
