"""What searches keep in memory of the index, until it changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import apsw
import numpy as np
from numpy.typing import NDArray

from ..database.meta import get_number
from ..graph import edges, hubs
from ..graph.adjacency import Graph
from ..lexical.file_names import FileNames
from ..lexical.inverted_index import Term, look_up
from ..lexical.segments import segments
from ..vectors import codes
from ..vectors.codes import ScanTable

_MOST_TERMS = 128
_RARE_UP_TO = 64
"""A term in more chunks than this is ranked without the few that only their text would show."""
_NOTHING = -1
"""A generation that no index has."""


@dataclass
class _Snapshot:
    """What is in memory of one generation."""

    generation: int
    table: ScanTable | None = None
    graph: Graph | None = None
    terms: dict[int, Term] = field(default_factory=dict)
    names: FileNames | None = None


class LoadedIndex:
    """Codes, graph, terms and file names of one generation. May be used by many threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot = _Snapshot(_NOTHING)

    def table(self, connection: apsw.Connection) -> ScanTable:
        """Return the codes as they are in the snapshot of a connection. Raises StoreDamaged."""
        with self._of(connection) as snapshot:
            if snapshot.table is None:
                hubs.verify(connection)
                snapshot.table = codes.load(connection, get_number(connection, "next_chunk"))
            return snapshot.table

    def graph(self, connection: apsw.Connection, table: ScanTable) -> Graph:
        """Return the graph that belongs to a table of the same snapshot. Raises StoreDamaged."""
        with self._of(connection) as snapshot:
            if snapshot.graph is None:
                known = edges.between(edges.load(connection, table.live.size), table.live)
                snapshot.graph = Graph.of(known, table.live.size)
            return snapshot.graph

    def term(
        self, connection: apsw.Connection, table: ScanTable, stems: Mapping[int, str], key: int
    ) -> Term:
        """Return what a snapshot knows of a term, the names of files included.

        `stems` gives the beginning of the words with a key. Raises StoreDamaged.

        While somebody types, all words but the last were asked for a moment ago.
        """
        with self._of(connection) as snapshot:
            if len(snapshot.terms) >= _MOST_TERMS:
                snapshot.terms = {}
            known = snapshot.terms
        if key not in known:
            in_texts = look_up(
                connection, segments(connection), key, table.live, rare_up_to=_RARE_UP_TO
            )
            in_names = self.names(connection).chunks_with(key, stems[key])
            known[key] = _joined(in_texts, in_names, table) if in_names.size else in_texts
        return known[key]

    def names(self, connection: apsw.Connection) -> FileNames:
        """Return the names of the files in the snapshot of a connection."""
        with self._of(connection) as snapshot:
            if snapshot.names is None:
                snapshot.names = FileNames.load(connection)
            return snapshot.names

    def forget(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._snapshot = _Snapshot(_NOTHING)

    @contextmanager
    def _of(self, connection: apsw.Connection) -> Iterator[_Snapshot]:
        """Hold the lock, and what is in memory of the generation that a connection sees."""
        generation = get_number(connection, "generation")
        with self._lock:
            if self._snapshot.generation != generation:
                self._snapshot = _Snapshot(generation)
            yield self._snapshot


def _joined(term: Term, in_names: NDArray[np.int64], table: ScanTable) -> Term:
    """Add chunks of files whose names hold a term to those that hold it."""
    holding = np.zeros(table.live.size, dtype=bool)
    holding[term.chunks] = True
    holding[in_names] = True
    chunks = np.flatnonzero(holding)
    # Of a term that lost postings some of the new ones may have it in their text as well.
    frequency = min(term.frequency + chunks.size - term.chunks.size, table.live_count)
    return replace(term, chunks=chunks, frequency=frequency)
