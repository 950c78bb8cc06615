"""Mending what a check found, from what is sound; documents give the rest at the next index run.

Files whose chunks lost something are forgotten, so that they are indexed again. If the database
itself cannot be believed it is moved aside and a new one gets the folders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import apsw

from ..database.connection import designed_errors, open_reader, open_writer, transaction
from ..database.meta import get_number, set_meta
from ..database.registry import read_copy
from ..database.schema import DERIVED_TABLES
from ..documents import catalogue, extracts, folders
from ..graph import hubs
from ..lexical.segments import drop_segment, open_segment, segments
from ..values.errors import StoreBusy, StoreError, StoreFull
from ..values.files import Folder
from ..values.health import Finding, IndexPart, Repair
from ..vectors import cache, codes
from .check import check, damaged_segments, file_ranges, holes

_FROM_CODES = (IndexPart.GRAPH, IndexPart.HUBS)
"""Parts that the next run makes anew from the codes; no file needs to be read for them."""

_Mend = Callable[[apsw.Connection, Sequence[Finding]], None]


def repair(path: Path, findings: Sequence[Finding]) -> Repair:
    """Mend the database at `path`, under the writer lock. Raises StoreError if it cannot be."""
    parts = {one.part for one in findings}
    if IndexPart.DATABASE not in parts:
        for mend in (_mend, _start_anew):
            try:
                forgotten = _try(path, mend, findings)
            except (StoreBusy, StoreFull):
                raise
            except StoreError:
                continue
            if forgotten is not None:
                return Repair(forgotten)
    return _rebuild(path)


def _try(path: Path, mend: _Mend, findings: Sequence[Finding]) -> int | None:
    """Return how many files a way to mend forgot, or None if it was not enough."""
    with designed_errors(path), closing(open_writer(path)) as connection:
        before = len(file_ranges(connection))
        with transaction(connection):
            mend(connection, findings)
            hubs.seal(connection)
            set_meta(connection, "generation", get_number(connection, "generation") + 1)
        return None if check(connection) else before - len(file_ranges(connection))


def _mend(connection: apsw.Connection, findings: Sequence[Finding]) -> None:
    """Forget the files that lost something and make the parts fit each other again."""
    next_chunk = get_number(connection, "next_chunk")
    for first, end in {one.chunks for one in findings if one.part not in _FROM_CODES}:
        connection.execute(
            "DELETE FROM file WHERE first_chunk < ? AND first_chunk + max(chunks, 1) > ?",
            (end, first),
        )
    cache.clear(connection)
    extracts.drop_strays(connection)
    if any(one.part in _FROM_CODES for one in findings):
        connection.execute("DELETE FROM edges")
        hubs.start_anew(connection)
        set_meta(connection, "next_unlinked", 1)
    connection.execute("DELETE FROM tombstone")
    dead = holes(file_ranges(connection), next_chunk)
    catalogue.bury(connection, [(first, end - first) for first, end in dead])
    codes.blank(connection, codes.damaged_blocks(connection, next_chunk), next_chunk)
    for segment in damaged_segments(connection):
        drop_segment(connection, segment)
    held = [(one.first_chunk, one.end_chunk) for one in segments(connection)]
    for first, end in holes(held, next_chunk):
        open_segment(connection, first, end)
    _count_text(connection)


def _start_anew(connection: apsw.Connection, _: Sequence[Finding]) -> None:
    """Drop all that is made from documents."""
    for table in DERIVED_TABLES:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    hubs.start_anew(connection)
    cache.clear(connection)
    extracts.drop_strays(connection)
    set_meta(connection, "next_chunk", 1)
    set_meta(connection, "next_unlinked", 1)
    connection.execute("DELETE FROM meta WHERE key = 'index_model'")
    _count_text(connection)


def _count_text(connection: apsw.Connection) -> None:
    size = connection.execute("SELECT coalesce(sum(size), 0) FROM file").get
    set_meta(connection, "text_bytes", size)


def _rebuild(path: Path) -> Repair:
    """Move the database aside and start one with the same folders."""
    known = _known_folders(path)
    aside = path.with_name(f"{path.name}.damaged")
    # The log goes first: it must never be found beside a database that it does not belong to.
    for suffix in ("-wal", "-shm", ""):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.replace(aside.with_name(aside.name + suffix))
    with closing(open_writer(path)) as connection, transaction(connection):
        for one in known:
            folders.insert_folder(connection, one.name, one.path, one.include, one.exclude)
    return Repair(0, aside if aside.exists() else None)


def _known_folders(path: Path) -> Sequence[Folder]:
    """Return the folders from the database if they can be read there, else from the copy."""
    try:
        with closing(open_reader(path)) as connection, designed_errors(path):
            return folders.folders(connection)
    except (StoreError, FileNotFoundError, ValueError):
        return read_copy(path) or ()
