"""The life of an index, in steps that are one transaction each, for faults of its disk.

The steps run with a writer that is open or, between two of them, opened anew. What must be there
after each is known from a life without faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import apsw
import numpy as np
import sqlite_vec

from store import Changes, Mode, Query, Store, Writer
from store.database import connection as opening
from store.database.meta import get_number
from store.database.schema import APPLICATION_ID, MIGRATIONS
from store.vectors import cache
from tests.store.fakes import MODELS, QUANTISER, Library, embed

Step = Callable[[Library, Writer], object]
_EXTRACTED = {"oak"}


@dataclass(frozen=True)
class State:
    """What is in an index."""

    generation: int
    documents: frozenset[tuple[str, bytes]]
    """Relative path and digest."""


def texts(name: str, chunks: int = 3) -> list[str]:
    """Return the chunks of a document; all share a word."""
    return [f"common {name} part{number} " + name * 20 for number in range(chunks)]


def put(*names: str, chunks: int = 3) -> Step:
    """Return a step that indexes documents."""
    return lambda library, writer: library.put(
        writer, **{name: texts(name, chunks) for name in names}
    )


def remove(*names: str) -> Step:
    """Return a step that forgets documents."""

    def step(library: Library, writer: Writer) -> None:
        changes = Changes(removed=tuple(library.path(name) for name in names))
        writer.apply(library.folder, changes, np.empty((0, QUANTISER.dims), np.float32), QUANTISER)

    return step


def link(_: Library, writer: Writer) -> None:
    """Take new chunks into the graph."""
    writer.link(QUANTISER)


def compact(_: Library, writer: Writer) -> None:
    """Renumber all chunks."""
    writer.compact(force=True)


def relink(library: Library, writer: Writer) -> None:
    """Choose all edges of the graph anew."""
    assert writer.relink(QUANTISER, library.read_indexed, embed)


SESSIONS: tuple[tuple[Step, ...], ...] = (
    (put("river", "violin"), put("oak"), link),
    (put("river", chunks=5), remove("violin")),
    (put(*(f"many{number}" for number in range(30))), link, compact),
    (remove(*(f"many{number}" for number in range(20))), put("lease"), link, compact, relink),
)
"""Indexing, replacing, deleting, compaction and relinking; each session has its own writer."""


def begin(root: Path) -> Library:
    """Return a new index, as `thimble add` leaves it."""
    library = Library(root)
    library.extracted = {*_EXTRACTED}
    return library


def reopen(library: Library, root: Path) -> Library:
    """Return the same documents with the index that lies at another place."""
    twin = object.__new__(Library)
    twin.__dict__.update(library.__dict__)
    twin.store = Store(root / "thimble.db", library.cache_percent)
    return twin


def live(library: Library) -> Iterator[State]:
    """Live through all sessions, and yield the state after each step."""
    for session in SESSIONS:
        yield from live_through(library, session)
        keep_vectors(library)


def live_through(library: Library, session: Sequence[Step]) -> Iterator[State]:
    """Live through one session, and yield the state after each step."""
    with library.store.writer() as writer:
        for step in session:
            step(library, writer)
            yield state_within(library, writer)


def keep_vectors(library: Library) -> None:
    """Save what a search recomputed, without raising the generation."""
    generation = library.store._ask(lambda db: get_number(db, "generation"), 0)
    vectors = {chunk: np.full(8, chunk, np.float32) for chunk in library.store.file_ids()}
    library.store.close()
    cache.save(library.store.path, generation, "rank", vectors, 100_000)


def state_within(library: Library, writer: Writer) -> State:
    """Return the state that a writer sees."""
    digests = writer.digests(library.folder, writer.known_files(library.folder))
    return State(get_number(writer._connection, "generation"), frozenset(digests.items()))


def state_of(library: Library) -> State:
    """Return the state that a reader sees, after looking at every part of the index."""
    assert library.store.check() == ()
    generation = library.store._ask(lambda db: get_number(db, "generation"), 0)
    documents = set()
    for path in library.store.paths():
        record = library.store.file_at(library.folder, path)
        assert record is not None
        documents.add((str(path.relative_to(library.folder.path)), record.digest))
    names = {Path(name).stem for name, _ in documents}
    query = Query("common", 100, mode=Mode.LEXICAL, budget=0)
    answers = [*library.store.search(query, MODELS, library.read, library.read_texts)]
    found = {hit.path.stem for hit in answers[-1].hits} if answers else set()
    assert found == names, "the words are those of the documents"
    return State(generation, frozenset(documents))


def index_of_format(path: Path, number: int, folder: Path) -> None:
    """Write an index of an older format that has a folder and a document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(_created(path, has_checksums=number > 1)) as connection:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL").fetchall()
        for migrate in MIGRATIONS[:number]:
            migrate(connection)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(
            "INSERT INTO folder (name, path, include, exclude) VALUES ('notes', ?, '[]', '[]')",
            (bytes(folder),),
        )


def _created(path: Path, *, has_checksums: bool) -> apsw.Connection:
    if has_checksums:
        connection = opening._connect(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        opening._add_checksums(connection)
        return connection
    connection = apsw.Connection(str(path))
    connection.enable_load_extension(True)
    connection.load_extension(sqlite_vec.loadable_path())
    return connection
