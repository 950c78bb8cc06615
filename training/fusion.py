"""Fits how words and meaning add up: `python -m training.fusion DATA`.

Small collections are made of sources that no model was trained on, indexed, and searched with
their queries; what the searches knew of their candidates is what the weights are fitted to. Some
queries have nothing to find: what answers them is left out, or they are about another collection.
Every weight is judged on the collection that it was not fitted to. Writes
`store/search/fusion.json`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from app.engine.engine import Engine
from app.user.paths import Paths
from app.user.settings import Settings
from store import Query
from store.search.features import FEATURES

from .fusion_collections import Collection, collections
from .fusion_fit import ROWS, Asked, fit
from .fusion_report import Judged

_OUT = Path(__file__).parent.parent / "store" / "search" / "fusion.json"
_LIMIT = 32


def main() -> None:
    """Make the collections, search them, fit, judge and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path, help="folder of pairs-*.jsonl.gz and licences.tsv")
    options.add_argument("--index-model", type=Path)
    options.add_argument("--rank-model", type=Path)
    options.add_argument("--keep", type=Path, help="file that keeps what the searches found")
    chosen = options.parse_args()
    if chosen.keep and chosen.keep.exists():
        asked = _load(chosen.keep)
    else:
        asked = [*_search_all(chosen.data, chosen.index_model, chosen.rank_model)]
        if chosen.keep:
            _save(chosen.keep, asked)
    judged = Judged(asked)
    print(judged.report())
    rows = {mode: fit(asked, mode) for mode in ROWS}
    fitted = {mode: {"weights": row.weights, "bias": row.bias} for mode, row in rows.items()}
    fitted["hybrid"]["confident"] = judged.threshold
    _OUT.write_text(json.dumps(fitted, indent=2) + "\n", "utf-8")


def _search_all(data: Path, index_model: Path | None, rank_model: Path | None) -> Iterator[Asked]:
    for one in collections(data):
        print(one.name, len(one.passages), "passages", len(one.queries), "queries", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder, "home")
            paths = Paths(home, home / "index", home / "settings.toml")
            settings = Settings(
                paths, cache_percent=100, index_model=index_model, rank_model=rank_model
            )
            with Engine(settings) as engine:
                _index(engine, one, Path(folder, "texts"))
                for text, right in one.queries:
                    yield _ask(engine, one.name, text, right)


def _index(engine: Engine, one: Collection, folder: Path) -> None:
    folder.mkdir()
    for place, text in enumerate(one.passages):
        (folder / f"{place}.txt").write_text(text + "\n", "utf-8")
    engine.add_folder(folder)
    engine.index(lambda _: None)


def _ask(engine: Engine, group: str, text: str, right: tuple[int, ...]) -> Asked:
    *_, results = engine.search(Query(text, limit=_LIMIT))
    known = np.array([hit.evidence for hit in results.hits], dtype=float).reshape(-1, len(FEATURES))
    relevant = np.array([int(hit.path.stem) in right for hit in results.hits], dtype=bool)
    return Asked(group, known, relevant, len(right))


def _save(path: Path, asked: Sequence[Asked]) -> None:
    lengths = [len(one.relevant) for one in asked]
    np.savez_compressed(
        path,
        groups=[one.group for one in asked],
        lengths=lengths,
        right=[one.right for one in asked],
        features=np.concatenate([one.features for one in asked]),
        relevant=np.concatenate([one.relevant for one in asked]),
    )


def _load(path: Path) -> list[Asked]:
    with np.load(path) as kept:
        ends = np.cumsum(kept["lengths"])[:-1]
        parts = np.split(kept["features"], ends), np.split(kept["relevant"], ends)
        rows = zip(kept["groups"].tolist(), *parts, kept["right"].tolist(), strict=True)
        return [Asked(*row) for row in rows]


if __name__ == "__main__":
    main()
