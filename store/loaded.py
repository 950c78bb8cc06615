"""What searches keep in memory of the index, until it changes."""

from __future__ import annotations

import threading

import apsw

from . import codes, edges, hubs
from .codes import ScanTable
from .graph import Graph
from .meta import get_number
from .segments import segments
from .words import Term, look_up

_MOST_TERMS = 128


class Loaded:
    """Codes, graph and terms of one generation. May be used by many threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._table: tuple[int, ScanTable] | None = None
        self._graph: tuple[int, Graph] | None = None
        self._terms: tuple[int, dict[int, Term]] = (0, {})

    def table(self, connection: apsw.Connection) -> ScanTable:
        """Return the codes as they are in the snapshot of a connection. Raises StoreDamaged."""
        generation = get_number(connection, "generation")
        with self._lock:
            if self._table is None or self._table[0] != generation:
                hubs.verify(connection)
                next_chunk = get_number(connection, "next_chunk")
                self._table = (generation, codes.load(connection, next_chunk))
            return self._table[1]

    def graph(self, connection: apsw.Connection, table: ScanTable) -> Graph:
        """Return the graph that belongs to a table of the same snapshot. Raises StoreDamaged."""
        generation = get_number(connection, "generation")
        with self._lock:
            if self._graph is None or self._graph[0] != generation:
                known = edges.between(edges.load(connection, table.live.size), table.live)
                self._graph = (generation, Graph.of(known, table.live.size))
            return self._graph[1]

    def term(self, connection: apsw.Connection, table: ScanTable, key: int) -> Term:
        """Return what a snapshot knows of a term. Raises StoreDamaged.

        While somebody types, all words but the last were asked for a moment ago.
        """
        generation = get_number(connection, "generation")
        with self._lock:
            if self._terms[0] != generation or len(self._terms[1]) >= _MOST_TERMS:
                self._terms = (generation, {})
            known = self._terms[1]
        if key not in known:
            known[key] = look_up(connection, segments(connection), key, table.live)
        return known[key]

    def forget(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._table = self._graph = None
            self._terms = (0, {})
