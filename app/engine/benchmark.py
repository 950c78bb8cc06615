"""Measuring the user's own index: recall against exact search, and latency.

Queries are sentences of the user's own documents. Exact search embeds every chunk under the index
model, a few hundred at a time, and keeps the best documents of each query; nothing is stored.
Recall is over documents, as answers fold chunks into them and copies into one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil
from pathlib import Path
from random import Random
from time import monotonic, perf_counter

import numpy as np
from numpy.typing import NDArray

from indexer import CurrentTexts
from store import CacheUse, FileRecord, FileState, Mode, Query, Results, SearchModels, Size, Store

from ..user.settings import Settings
from .models import Models

DEPTHS = (3, 10)
_BATCH_CHUNKS = 512
_MOST_HITS = 100
_SENTENCE = re.compile(r"[^.!?\n]{30,200}")
_SEED = 0
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, spent_s: Sequence[float]) -> Percentiles:
        """Return the percentiles of some durations in seconds."""
        p50, p95 = np.percentile(spent_s, [50, 95]) * 1000
        return cls(float(p50), float(p95))


@dataclass(frozen=True, slots=True)
class Bench:
    """What was measured."""

    queries: int
    documents: int
    """Distinct documents compared; fewer than there are if time was up."""
    share: float
    """Of the indexed files that were compared."""
    recall_codes: dict[int, float]
    """Depth → part of exact search's best documents that codes alone find."""
    recall: dict[int, float]
    """The same once the best chunks were recomputed."""
    first: Percentiles
    exact: Percentiles
    recomputed: float
    """Embeddings recomputed for one query."""
    cached: float
    """Part of the embeddings asked for that came from the cache."""
    other_rank_model: bool
    """Whether latency is of a rank model that recall is not measured with."""
    cache: CacheUse
    size: Size


@dataclass(frozen=True, slots=True)
class _Truth:
    """The best documents of each query by exact search."""

    best: list[list[bytes]]
    """For each query digests, the best first."""
    digests: dict[Path, bytes]
    """Of the files compared."""
    share: float


class Benchmark:
    """One measurement of one index; it leaves nothing in the cache of recomputed vectors."""

    def __init__(self, settings: Settings, models: Models) -> None:
        self._store = Store(settings.paths.index / "thimble.db", cache_percent=0)
        self._models = models
        self._budget = settings.budget
        self._texts_now = CurrentTexts(self._store.folders(), settings.max_file_bytes)

    def run(self, queries: int, limit_s: float, report: Callable[[int, int], None]) -> Bench:
        """Measure with so many queries.

        Args:
            queries: sentences to search for; fewer if there are fewer documents.
            limit_s: most seconds for exact search, which then covers part of the files.
            report: told the files compared so far and those there are.

        Raises ValueError if nothing is indexed, StoreError or ModelError.
        """
        files = [*self._store.file_ids()]
        random = Random(_SEED)  # noqa: S311 (a sample, no secret)
        random.shuffle(files)
        texts = [*islice(self._sentences(files, random), queries)]
        if not texts:
            raise ValueError("there is no text to measure with; add a folder with: thimble add DIR")
        truth = self._exact(files, texts, monotonic() + limit_s, report)
        codes, exact = self._found(texts, truth)
        first_s, exact_s, hits, recomputed = self._latency(texts)
        return Bench(
            queries=len(texts),
            documents=len({*truth.digests.values()}),
            share=truth.share,
            recall_codes={depth: _recall(truth, codes, depth) for depth in DEPTHS},
            recall={depth: _recall(truth, exact, depth) for depth in DEPTHS},
            first=Percentiles.of(first_s),
            exact=Percentiles.of(exact_s),
            recomputed=recomputed / len(texts),
            cached=hits / max(hits + recomputed, 1),
            other_rank_model=self._models.rank is not self._models.index,
            cache=self._store.status().cache,
            size=self._store.size(self._models.index.model.dims),
        )

    def _exact(
        self,
        files: Sequence[int],
        texts: Sequence[str],
        deadline: float,
        report: Callable[[int, int], None],
    ) -> _Truth:
        wanted = self._models.index.embed_queries(texts)
        best: list[dict[bytes, float]] = [{} for _ in texts]
        digests: dict[Path, bytes] = {}
        for done, batch in self._batches(files):
            if batch:
                vectors = self._models.index.embed_passages([t for _, own in batch for t in own])
                starts = np.cumsum([0, *(len(own) for _, own in batch)])[:-1]
                nearest = np.maximum.reduceat(wanted @ vectors.T, starts, axis=1)
                _keep_best(best, [record.digest for record, _ in batch], nearest)
            digests |= {record.path: record.digest for record, _ in batch}
            report(done, len(files))
            if monotonic() > deadline:
                break
        ranked = [sorted(one, key=lambda digest: (-one[digest], digest)) for one in best]
        return _Truth(ranked, digests, done / len(files))

    def _batches(
        self, files: Sequence[int]
    ) -> Iterator[tuple[int, list[tuple[FileRecord, list[str]]]]]:
        """Yield how many files are done and unchanged ones with the texts of their chunks."""
        batch: list[tuple[FileRecord, list[str]]] = []
        for done, first_chunk in enumerate(files, 1):
            if texts := self._texts(first_chunk):
                batch.append(texts)
            if sum(len(own) for _, own in batch) >= _BATCH_CHUNKS:
                yield done, batch
                batch = []
        yield len(files), batch

    def _texts(self, first_chunk: int) -> tuple[FileRecord, list[str]] | None:
        record = self._store.file(first_chunk)
        if record is None:
            return None
        kept = self._store.read_kept(record)
        answer = self._texts_now.read_back(record, range(len(record.spans)), kept)
        if answer.state is not FileState.CURRENT:
            return None
        return record, [passage.indexed_text for passage in answer.passages]

    def _sentences(self, files: Sequence[int], random: Random) -> Iterator[str]:
        """Yield sentences of chunks, one of each file before a second one of any."""
        for _ in range(_ROUNDS):
            for first_chunk in files:
                _, texts = self._texts(first_chunk) or (None, [""])
                if found := _SENTENCE.findall(random.choice(texts)):
                    yield random.choice(found).strip()

    def _found(
        self, texts: Sequence[str], truth: _Truth
    ) -> tuple[list[list[bytes]], list[list[bytes]]]:
        """Return what each query finds by codes alone and in the end, of what was compared."""
        limit = min(_MOST_HITS, ceil(max(DEPTHS) / truth.share))
        codes: list[list[bytes]] = []
        exact: list[list[bytes]] = []
        for text in texts:
            query = Query(text, limit, Mode.SEMANTIC, budget=self._budget)
            answers = [*self._search(query, self._models.index_alone)]
            for digests, answer in ((codes, answers[0]), (exact, answers[-1])):
                known = (truth.digests.get(hit.path) for hit in answer.hits)
                digests.append([digest for digest in known if digest])
        return codes, exact

    def _latency(self, texts: Sequence[str]) -> tuple[list[float], list[float], int, int]:
        """Return seconds to the first and to the exact answers, cache hits, and recomputed."""
        first, exact, hits, recomputed = [], [], 0, 0
        [*self._search(Query(texts[0], budget=self._budget), self._models.search)]  # warms up
        for text in texts:
            started = perf_counter()
            answers = self._search(Query(text, budget=self._budget), self._models.search)
            answer = next(answers)
            first.append(perf_counter() - started)
            for answer in answers:  # noqa: B007 (the last one counts)
                pass
            exact.append(perf_counter() - started)
            hits += answer.explain.cache_hits
            recomputed += answer.explain.recomputed
        return first, exact, hits, recomputed

    def _search(self, query: Query, models: SearchModels) -> Iterator[Results]:
        return self._store.search(
            query, models, self._texts_now.read_back, self._texts_now.read_texts
        )


def _keep_best(
    best: list[dict[bytes, float]], digests: Sequence[bytes], similarities: NDArray[np.float32]
) -> None:
    """Take the best of some documents, similarities of shape (queries, documents), into `best`."""
    most = max(DEPTHS)
    for known, row in zip(best, similarities, strict=True):
        for place in np.argsort(-row)[:most]:
            digest = digests[place]
            known[digest] = max(known.get(digest, -1.0), float(row[place]))
        for digest in sorted(known, key=lambda one: -known[one])[most:]:
            del known[digest]


def _recall(truth: _Truth, found: Iterable[Sequence[bytes]], depth: int) -> float:
    """Return the mean part of the `depth` best documents that are among as many found."""
    parts = [
        len({*best[:depth]} & {*ours[:depth]}) / len(best[:depth])
        for best, ours in zip(truth.best, found, strict=True)
        if best
    ]
    return float(np.mean(parts))
