"""Fits how words and meaning add up: `python -m training.fusion DATA`.

Small collections are made of sources that no model was trained on, indexed, and searched with
their queries; what the searches knew of their candidates is what the weights are fitted to. Some
queries have nothing to find: what answers them is left out, or they are about another collection.
Every weight is judged on the collection that it was not fitted to. Writes
`store/search/fusion.json`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.engine import Engine
from app.paths import Paths
from app.settings import Settings
from store.search.features import FEATURES

from .fusion_fit import ROWS, Asked, fit
from .fusion_report import Judged

GROUPS: dict[str, tuple[str, ...]] = {
    "docs": ("debian/postgresql-doc-15", "prometheus/docs"),
    "textbook": ("openstax/osbooks-principles-economics-bundle",),
    "recipes": ("LukeSmithxyz/based.cooking",),
    "questions": (
        "18F/handbook",
        "sudheerj/reactjs-interview-questions",
        "deepset-ai/COVID-QA faq",
        "debian/debian-faq",
        "OWASP/CheatSheetSeries",
    ),
    "code": ("conala-train (ypapanik/t5-for-code-generation)",),
    "manual": ("debian/manpages-dev",),
}
"""Collection → its sources. No rank or index model that ships was trained on them."""
_OUT = Path(__file__).parent.parent / "store" / "search" / "fusion.json"
_QUERIES = 80
_CLOZE = 20
"""Queries a collection that are a sentence of a passage, to be found by the rest of it."""
_UNANSWERED = 0.25
"""Share of the queries whose answer is not indexed."""
_FOREIGN = 8
"""Queries a collection from the others."""
_PASSAGES = 600
_LONGEST = 900
"""Characters of a passage: two cores embed a few dozen long ones a second."""
_SHORTEST_QUERY = 2
_LIMIT = 32
_SEED = 0
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_CLOZE_WORDS = range(8, 41)


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages, and queries with the one passage that each asks for, which may be left out."""

    name: str
    passages: tuple[str, ...]
    queries: tuple[tuple[str, int], ...]
    """(text, index of the passage, or -1)."""


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


def collections(data: Path) -> list[Collection]:
    """Make a collection of each group of sources, then give each some queries of the others."""
    chance = random.Random(_SEED)
    made = [_collection(name, sources, data, chance) for name, sources in GROUPS.items()]
    return [
        Collection(
            one.name,
            one.passages,
            (*one.queries, *((text, -1) for text in _queries_of_others(one, made, chance))),
        )
        for one in made
    ]


def _queries_of_others(
    one: Collection, made: Sequence[Collection], chance: random.Random
) -> list[str]:
    texts = [text for other in made if other is not one for text, _ in other.queries]
    return chance.sample(texts, _FOREIGN)


def _collection(name: str, sources: Sequence[str], data: Path, chance: random.Random) -> Collection:
    pairs = [row for row in _rows(data, "pairs-*.jsonl.gz", sources) if _fits(row["positive"])]
    texts = [row["text"] for row in _rows(data, "passages*.jsonl.gz", sources)]
    texts = [text for text in texts if _fits(text)]
    chance.shuffle(pairs)
    chance.shuffle(texts)
    answers: dict[str, set[str]] = {}
    for row in pairs:
        answers.setdefault(_folded(row["query"]), set()).add(_folded(row["positive"]))
    asking = {
        row["query"]: row["positive"]
        for row in pairs
        if len(answers[_folded(row["query"])]) == 1
        and len(_folded(row["query"]).split()) >= _SHORTEST_QUERY
    }
    asking = dict(list(asking.items())[:_QUERIES])
    cloze = dict(list(filter(None, (_cloze(text, chance) for text in texts)))[:_CLOZE])
    taken = {_folded(f"{text} {rest}") for text, rest in cloze.items()}
    asking |= cloze
    left_out = {
        _folded(answer)
        for answer in chance.sample([*asking.values()], int(len(asking) * _UNANSWERED))
    }
    passages: dict[str, str] = {}
    others = [text for text in texts if not any(query in text for query in cloze)]
    for text in (*asking.values(), *(row["positive"] for row in pairs), *others):
        key = _folded(text)
        if key not in left_out and key not in taken and len(passages) < _PASSAGES:
            passages.setdefault(key, text)
    places = {key: place for place, key in enumerate(passages)}
    queries = tuple((query, places.get(_folded(text), -1)) for query, text in asking.items())
    return Collection(name, tuple(passages.values()), queries)


def _cloze(text: str, chance: random.Random) -> tuple[str, str] | None:
    """Return one sentence of a passage and the rest, or None if it has too few."""
    sentences = _SENTENCE.split(text)
    fit_ones = [one for one in sentences if len(one.split()) in _CLOZE_WORDS]
    if len(sentences) < 4 or not fit_ones:
        return None
    query = chance.choice(fit_ones)
    return query, " ".join(one for one in sentences if one != query)


def _fits(text: str) -> bool:
    return len(text) <= _LONGEST


def _rows(data: Path, pattern: str, sources: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the rows of some sources, as far as they are openly licensed."""
    lines = (data / "licences.tsv").read_text("utf-8").splitlines()[1:]
    is_open = {fields[0] for fields in (line.split("\t") for line in lines) if fields[1] == "open"}
    for path in sorted(data.glob(pattern)):
        with gzip.open(path, "rt", encoding="utf-8") as rows:
            for line in rows:
                row = json.loads(line)
                if row["src"] in is_open.intersection(sources):
                    yield row


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


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


def _ask(engine: Engine, group: str, text: str, right: int) -> Asked:
    *_, results = engine.search(text, limit=_LIMIT)
    known = np.array([hit.evidence for hit in results.hits], dtype=float).reshape(-1, len(FEATURES))
    relevant = np.array([hit.path.stem == str(right) for hit in results.hits], dtype=bool)
    return Asked(group, known, relevant, right >= 0)


def _save(path: Path, asked: Sequence[Asked]) -> None:
    lengths = [len(one.relevant) for one in asked]
    np.savez_compressed(
        path,
        groups=[one.group for one in asked],
        lengths=lengths,
        answerable=[one.answerable for one in asked],
        features=np.concatenate([one.features for one in asked]),
        relevant=np.concatenate([one.relevant for one in asked]),
    )


def _load(path: Path) -> list[Asked]:
    with np.load(path) as kept:
        ends = np.cumsum(kept["lengths"])[:-1]
        parts = np.split(kept["features"], ends), np.split(kept["relevant"], ends)
        rows = zip(kept["groups"].tolist(), *parts, kept["answerable"].tolist(), strict=True)
        return [Asked(*row) for row in rows]


if __name__ == "__main__":
    main()
