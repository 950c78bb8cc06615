"""The map of the collection: documents that lie together in meaning, with names.

The places of documents are the means of what their codes tell of their chunks. Centroids are
found among a sample of them (k-means); then every document goes to the centroid that its chunks
are most similar to, by their codes alone. Only a few documents of each topic are read: those in
its middle, which give it its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import apsw
import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Ids
from ..documents import catalogue, extracts
from ..maintenance.model_migration import check_models
from ..search import snippets
from ..search.present import hit_of
from ..values.embeddings import Vectors
from ..values.passages import FileState, ReadText
from ..values.results import Topic
from ..vectors.codes import ScanTable
from ..vectors.kmeans import normalised, refine
from ..vectors.models import SearchModels
from ..vectors.quantiser import Codes, Quantiser, estimate
from .names import Central, names_of

_TOPICS = (6, 24)
"""Fewest and most topics of a collection that is not small."""
_LEAST_DOCUMENTS = 4
"""Of a topic, on average, in a small collection."""
_MOST_CHUNKS = 1 << 18
"""Chunks that are compared with the centroids; of more, some of each document."""
_SAMPLE = 2048
"""Documents from which centroids are found."""
_CHUNKS_OF_A_DOCUMENT = 8
"""Chunks from which the place of one of these is taken."""
_ROUNDS = 12
"""Of k-means."""
_CENTRAL = 12
"""Documents of a topic that are read."""
_SAME_PLACE = 1e-6
_CHUNKS_READ = 3
"""Chunks of one of these that are read."""


def topics(
    connection: apsw.Connection, table: ScanTable, models: SearchModels, read: ReadText
) -> tuple[Topic, ...]:
    """Return what the documents are about, the largest topic first. Raises ModelMismatch."""
    check_models(connection, models)
    firsts = np.array(sorted(catalogue.first_chunks(connection)), dtype=np.int64)
    if not firsts.size:
        return ()
    collection = _Collection(table, models.quantiser, firsts)
    centroids = _centroids(collection.sample())
    similarity = collection.similarity(centroids)
    topic_of = np.argmax(similarity, axis=0)
    sizes = np.bincount(topic_of, minlength=len(centroids))
    largest = [topic for topic in np.argsort(-sizes, kind="stable") if sizes[topic]]
    central = []
    for topic in largest:
        own = np.flatnonzero(topic_of == topic)
        middle = own[np.argsort(-similarity[topic, own], kind="stable")[:_CENTRAL]]
        chunks = [collection.best_chunks(document, centroids[topic]) for document in middle]
        central.append(_read(connection, chunks, read))
    return tuple(
        Topic(name, int(sizes[topic]), place, tuple(one.hit for one in read_ones))
        for topic, name, place, read_ones in zip(
            largest, names_of(central), _places(centroids[largest]), central, strict=True
        )
    )


@dataclass(frozen=True)
class _Collection:
    """The documents and what codes tell of them."""

    table: ScanTable
    quantiser: Quantiser
    firsts: Ids
    """The first chunk of each document, ascending."""

    @cached_property
    def chunks(self) -> Ids:
        """The chunks that are looked at, ascending: all, or some of each document."""
        live = np.flatnonzero(self.table.live)
        step = -(-live.size // _MOST_CHUNKS)
        return live if step == 1 else np.union1d(self.firsts, live[::step])

    @cached_property
    def codes(self) -> Codes:
        """Those of `chunks`, transposed: shape (code_bytes, n)."""
        return np.ascontiguousarray(self.table.codes[:, self.chunks])

    @cached_property
    def starts(self) -> Ids:
        """Where in `chunks` each document starts."""
        return np.searchsorted(self.chunks, self.firsts)

    @cached_property
    def counts(self) -> Ids:
        """How many of `chunks` each document has."""
        return np.diff(self.starts, append=self.chunks.size)

    def sample(self) -> Vectors:
        """Return the places of a sample of documents around their mean, unit vectors (n, dims)."""
        step = -(-self.firsts.size // _SAMPLE)
        starts, counts = self.starts[::step, None], self.counts[::step, None]
        spread = np.arange(_CHUNKS_OF_A_DOCUMENT) * counts // _CHUNKS_OF_A_DOCUMENT
        places = self.quantiser.decode(self.codes[:, (starts + spread).ravel()].T)
        means = places.reshape(len(starts), _CHUNKS_OF_A_DOCUMENT, -1).mean(axis=1)
        return normalised(means - self.quantiser.centre)

    def similarity(self, centroids: Vectors) -> NDArray[np.float32]:
        """Return the mean similarity of each document's chunks with each centroid, (k, n)."""
        sums = np.array(
            [
                np.add.reduceat(self._estimate(self.codes, centroid), self.starts)
                for centroid in centroids
            ]
        )
        return np.asarray(sums / self.counts, dtype=np.float32)

    def best_chunks(self, document: int, centroid: NDArray[np.float32]) -> list[int]:
        """Return a few chunks of a document, the one most similar to a centroid first."""
        start, count = self.starts[document], self.counts[document]
        similarity = self._estimate(self.codes[:, start : start + count], centroid)
        best = np.argsort(-similarity, kind="stable")[:_CHUNKS_READ]
        return [int(chunk) for chunk in self.chunks[start + best]]

    def _estimate(self, codes: Codes, centroid: NDArray[np.float32]) -> NDArray[np.float32]:
        """Estimate similarities around the mean, in which all chunks have a part."""
        tables = self.quantiser.tables_of_place(centroid)
        return estimate(codes, tables) - np.float32(centroid @ self.quantiser.centre)


def _centroids(places: Vectors) -> Vectors:
    """Return as many centroids as there may be topics, some of them perhaps equal."""
    few = max(1, len(places) // _LEAST_DOCUMENTS)
    wanted = min(few, int(np.clip(round(len(places) ** 0.5), *_TOPICS)))
    return refine(places, _seeds(places, wanted), _ROUNDS)


def _seeds(places: Vectors, wanted: int) -> Vectors:
    """Choose places far from each other (k-means++, Arthur and Vassilvitskii, 2007)."""
    random = np.random.default_rng(0)
    seeds = [int(random.integers(len(places)))]
    distance = np.full(len(places), np.inf)
    while len(seeds) < wanted:
        distance = np.minimum(distance, np.maximum(1 - places @ places[seeds[-1]], 0))
        total = np.cumsum(distance)
        seeds.append(int(np.searchsorted(total, random.random() * total[-1], side="right")))
        seeds[-1] = min(seeds[-1], len(places) - 1)
    return places[seeds]


def _read(
    connection: apsw.Connection, documents: Sequence[Sequence[int]], read: ReadText
) -> list[Central]:
    """Read some chunks of each document back, leaving out documents whose file is gone."""
    central: list[Central] = []
    for chunks in documents:
        record = catalogue.file_of_chunk(connection, chunks[0])
        indexes = [chunk - record.first_chunk for chunk in chunks]
        answer = read(record, indexes, extracts.reader(connection, record))
        if answer.state is FileState.MISSING or not answer.passages:
            continue
        passages = answer.passages[:_CHUNKS_READ]
        snippet = snippets.snippet(passages[0].text, (), {})
        hit = hit_of(len(central) + 1, 0.0, record, passages[0], answer.title, snippet)
        central.append(Central(hit, "\n".join(one.text for one in passages)))
    return central


def _places(centroids: Vectors) -> list[tuple[float, float]]:
    """Return centroids in the plane that keeps most of their distances, each from 0 to 1."""
    around = centroids - centroids.mean(axis=0)
    _, _, axes = np.linalg.svd(around, full_matrices=False)
    plane = np.full((len(centroids), 2), 0.5)
    for axis, direction in enumerate(axes[:2]):
        along = around @ direction * np.sign(direction[np.argmax(np.abs(direction))])
        if (width := np.ptp(along)) > _SAME_PLACE:
            plane[:, axis] = (along - along.min()) / width
    return [(round(float(x), 3), round(float(y), 3)) for x, y in plane]
