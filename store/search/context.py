"""What the steps of one search work with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Self

import apsw

from ..coding.arrays import Mask
from ..graph.adjacency import Graph
from ..lexical import analysis, bm25
from ..lexical.bm25 import LexicalScores
from ..lexical.confirming import confirm
from ..lexical.file_names import FileNames
from ..lexical.parsed_query import ParsedQuery
from ..values.passages import ReadText, ReadTexts
from ..vectors.codes import ScanTable
from ..vectors.models import SearchModels
from .loaded_index import LoadedIndex
from .recompute import Recomputer


@dataclass(frozen=True)
class SearchContext:
    """One snapshot of the index, the models, and who reads files for one search."""

    connection: apsw.Connection
    loaded: LoadedIndex
    table: ScanTable
    models: SearchModels
    read: ReadText
    read_texts: ReadTexts
    recomputer: Recomputer
    stopwatch: Stopwatch

    @classmethod
    def of(
        cls,
        connection: apsw.Connection,
        loaded: LoadedIndex,
        models: SearchModels,
        read: ReadText,
        read_texts: ReadTexts,
        give_way: Callable[[], None],
    ) -> Self:
        """Return one; `give_way` is called before each batch that is embedded and may end it."""
        recomputer = Recomputer(connection, models, give_way)
        table = loaded.table(connection)
        return cls(connection, loaded, table, models, read, read_texts, recomputer, Stopwatch())

    def graph(self) -> Graph:
        """Return the graph of the index, loading it if nobody has yet."""
        return self.loaded.graph(self.connection, self.table)

    def names(self) -> FileNames:
        """Return what the files are called."""
        return self.loaded.names(self.connection)

    def score_words(
        self, parsed: ParsedQuery, keys: tuple[int, ...], allowed: Mask, *, confirms: bool
    ) -> LexicalScores:
        """Score the allowed chunks by their words.

        Some rare words are only found by reading files, which is not done unless `confirms`.
        """
        stems = analysis.beginnings(parsed.text)
        by_text = partial(confirm, self.connection, self.read_texts, stems)
        look_up = partial(self.loaded.term, self.connection, self.table, stems)
        return bm25.score(keys, self.table, allowed, look_up, by_text if confirms else None)


class Stopwatch:
    """Milliseconds by stage, in the order the stages first ran."""

    def __init__(self) -> None:
        self._started = perf_counter()
        self.milliseconds: dict[str, float] = {}

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the search began."""
        return (perf_counter() - self._started) * 1000

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of a block for a stage."""
        started = perf_counter()
        try:
            yield
        finally:
            spent = (perf_counter() - started) * 1000
            self.milliseconds[name] = self.milliseconds.get(name, 0.0) + spent
