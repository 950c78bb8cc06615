"""What is indexed: directories and files."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import apsw

from ..graph import hubs
from ..values.files import FileRecord, Folder, NewFile, Signature
from ..vectors import cache
from . import extracts, names
from .packed_parts import pack_parts, unpack_parts
from .pathnames import joined, parted
from .spans import pack_layout, unpack_layout

_FILE = """
SELECT file.first_chunk, folder.path, directory.path, file.name, folder.id, file.size,
       file.mtime_ns, file.change, file.digest, format.kind, format.encoding,
       file.extract, file.places, file.spans, file.outline
FROM file JOIN directory ON directory.id = file.directory JOIN folder ON folder.id = folder
     JOIN format ON format.id = file.format
"""
_FILES = ("file", "skipped")
"""Tables of files that were looked at."""


def known_files(connection: apsw.Connection, folder_id: int) -> dict[str, Signature]:
    """Return path relative to the folder → signature, of all files indexed or skipped."""
    tables = (by_path(connection, table, "size, mtime_ns, change", folder_id) for table in _FILES)
    return {path: Signature._make(stat) for table in tables for path, stat in table}


def by_path(
    connection: apsw.Connection, table: str, columns: str, folder_id: int
) -> Iterator[tuple[str, list[Any]]]:
    """Yield the path relative to the folder and the columns of each of its files in a table."""
    rows = connection.execute(
        f"""SELECT directory.path, name, {columns}
        FROM {table} JOIN directory ON directory.id = directory WHERE folder = ?""",  # noqa: S608
        (folder_id,),
    )
    inside = functools.cache(lambda directory: joined(directory, b""))
    return ((inside(directory) + os.fsdecode(name), values) for directory, name, *values in rows)


def paths(connection: apsw.Connection) -> tuple[Path, ...]:
    """Return the absolute paths of all indexed files."""
    rows = connection.execute(
        """SELECT folder.path, directory.path, file.name FROM file
        JOIN directory ON directory.id = directory JOIN folder ON folder.id = directory.folder"""
    )
    return tuple(Path(joined(*row)) for row in rows)


def directory_id(connection: apsw.Connection, folder_id: int, relative: Path) -> int:
    """Return the id of a directory, registering it if it is new."""
    path = b"" if relative == Path() else os.fsencode(relative)
    connection.execute(
        "INSERT OR IGNORE INTO directory (folder, path) VALUES (?, ?)", (folder_id, path)
    )
    return int(
        connection.execute(
            "SELECT id FROM directory WHERE folder = ? AND path = ?", (folder_id, path)
        ).get
    )


def insert_file(
    connection: apsw.Connection, file: NewFile, directory: int, format_id: int, first_chunk: int
) -> None:
    """Add an indexed file whose chunks start at `first_chunk`."""
    extract = None if file.parts is None else extracts.insert(connection, file.extracted)
    connection.execute(
        """INSERT INTO file (first_chunk, directory, name, size, mtime_ns, change, digest, format,
        spans, outline, chunks, extract, places) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            first_chunk,
            directory,
            os.fsencode(file.path.name),
            file.signature.size,
            file.signature.mtime_ns,
            file.signature.change,
            file.digest,
            format_id,
            *pack_layout(file.spans, file.outline),
            len(file.spans),
            extract,
            None if file.parts is None else pack_parts(file.parts),
        ),
    )


def format_id(connection: apsw.Connection, kind: str, encoding: str) -> int:
    """Return the id of a kind and an encoding, registering them if they are new."""
    connection.execute(
        "INSERT OR IGNORE INTO format (kind, encoding) VALUES (?, ?)", (kind, encoding)
    )
    return int(
        connection.execute(
            "SELECT id FROM format WHERE kind = ? AND encoding = ?", (kind, encoding)
        ).get
    )


def forget_files(connection: apsw.Connection, directory: int, gone: Iterable[bytes]) -> None:
    """Drop what is known of some names in a directory; their chunks become tombstones."""
    these = (names.listed(gone), directory)
    rows = connection.execute(
        f"DELETE FROM file WHERE {names.NAMED} AND directory = ? RETURNING first_chunk, chunks",  # noqa: S608
        these,
    ).fetchall()
    bury(connection, rows)
    connection.execute(f"DELETE FROM skipped WHERE {names.NAMED} AND directory = ?", these)  # noqa: S608


def relocate_file(
    connection: apsw.Connection, first_chunk: int, place: tuple[int, bytes], signature: Signature
) -> None:
    """Give an indexed file another (directory, name) and signature; its chunks stay."""
    connection.execute(
        """UPDATE file SET directory = ?, name = ?, size = ?, mtime_ns = ?, change = ?
        WHERE first_chunk = ?""",
        (*place, signature.size, signature.mtime_ns, signature.change, first_chunk),
    )


def file_of_chunk(connection: apsw.Connection, chunk: int) -> FileRecord:
    """Return the file that a live chunk belongs to."""
    row = connection.execute(
        _FILE + "WHERE file.first_chunk <= ? ORDER BY file.first_chunk DESC LIMIT 1", (chunk,)
    ).fetchone()
    return _record(row)


def identity_of_chunk(connection: apsw.Connection, chunk: int) -> tuple[int, bytes]:
    """Return the first chunk and the digest of the file that a live chunk belongs to."""
    row = connection.execute(
        "SELECT first_chunk, digest FROM file WHERE first_chunk <= ? ORDER BY 1 DESC LIMIT 1",
        (chunk,),
    ).fetchone()
    if row is None:
        raise LookupError("no file holds this chunk")
    first_chunk, digest = row
    return first_chunk, digest


def first_chunks(connection: apsw.Connection) -> tuple[int, ...]:
    """Return the first chunk of every file, ascending."""
    return tuple(first for (first,) in connection.execute("SELECT first_chunk FROM file"))


def file_from(connection: apsw.Connection, first_chunk: int) -> FileRecord | None:
    """Return the file that starts with this chunk, or None."""
    row = connection.execute(_FILE + "WHERE file.first_chunk = ?", (first_chunk,)).fetchone()
    return None if row is None else _record(row)


def files_among(connection: apsw.Connection, chunks: range) -> list[FileRecord]:
    """Return the files that have some of a range of chunk ids, in order."""
    before = connection.execute(
        "SELECT coalesce(max(first_chunk), 0) FROM file WHERE first_chunk <= ?", (chunks.start,)
    ).get
    rows = connection.execute(
        _FILE + "WHERE file.first_chunk >= ? AND file.first_chunk < ? ORDER BY file.first_chunk",
        (before, chunks.stop),
    )
    return [_record(row) for row in rows]


def file_at(connection: apsw.Connection, folder: Folder, path: Path) -> FileRecord | None:
    """Return the indexed file at a path in a folder, or None."""
    row = connection.execute(
        _FILE + "WHERE folder.id = ? AND directory.path = ? AND file.name = ?",
        (folder.id, *parted(str(path.relative_to(folder.path)))),
    ).fetchone()
    return None if row is None else _record(row)


def prune_directories(connection: apsw.Connection) -> None:
    """Forget the names of directories that hold nothing any more."""
    connection.execute(
        """DELETE FROM directory WHERE id NOT IN (SELECT directory FROM file)
        AND id NOT IN (SELECT directory FROM skipped)"""
    )


def bury(connection: apsw.Connection, ranges: Iterable[tuple[Any, ...]]) -> None:
    """Mark ranges of chunks as dead."""
    for first_chunk, chunks in ranges:
        connection.execute("INSERT INTO tombstone VALUES (?, ?)", (first_chunk, chunks))
        hubs.delete(connection, first_chunk, chunks)
        cache.forget(connection, first_chunk, chunks)


def _record(row: Any) -> FileRecord:
    if row is None:
        raise LookupError("no file holds this chunk")
    first_chunk, *names, folder_id = row[:5]
    size, mtime_ns, change, digest, kind, encoding, extract, parts, *layout = row[5:]
    spans, outline = unpack_layout(*layout)
    return FileRecord(
        first_chunk=first_chunk,
        path=Path(joined(*names)),
        folder_id=folder_id,
        signature=Signature(size, mtime_ns, change),
        digest=digest,
        kind=kind,
        encoding=encoding,
        spans=spans,
        outline=outline,
        parts=None if parts is None else unpack_parts(parts),
        extract=extract or 0,
    )
