"""The registered folders, and what the index holds of each."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import apsw

from ..values.files import Folder
from ..values.status import FolderStatus, LastSeen
from .catalogue import bury


def insert_folder(
    connection: apsw.Connection,
    name: str,
    path: Path,
    include: Iterable[str],
    exclude: Iterable[str],
) -> Folder:
    """Register a folder."""
    globs = (tuple(include), tuple(exclude))
    connection.execute(
        "INSERT INTO folder (name, path, include, exclude) VALUES (?, ?, ?, ?)",
        (name, os.fsencode(path), json.dumps(globs[0]), json.dumps(globs[1])),
    )
    return Folder(connection.last_insert_rowid(), name, path, *globs)


def folders(connection: apsw.Connection) -> tuple[Folder, ...]:
    """Return all folders, ordered by name."""
    rows = connection.execute(
        "SELECT id, name, path, include, exclude, online FROM folder ORDER BY name"
    )
    return tuple(
        Folder(
            number,
            name,
            Path(os.fsdecode(path)),
            tuple(json.loads(include)),
            tuple(json.loads(exclude)),
            bool(online),
        )
        for number, name, path, include, exclude, online in rows
    )


def last_seen(connection: apsw.Connection, folder_id: int) -> LastSeen:
    """Return what the last scan saw of a folder."""
    row = connection.execute(
        "SELECT root, missing, missing_since FROM folder WHERE id = ?", (folder_id,)
    ).fetchone()
    return LastSeen() if row is None else LastSeen(*row)


def set_last_seen(
    connection: apsw.Connection, folder_id: int, seen: LastSeen, *, online: bool
) -> None:
    """Record what a scan saw of a folder, and whether it could be seen."""
    connection.execute(
        "UPDATE folder SET online = ?, root = ?, missing = ?, missing_since = ? WHERE id = ?",
        (online, seen.root, seen.missing, seen.missing_since, folder_id),
    )


def delete_folder(connection: apsw.Connection, folder_id: int) -> None:
    """Forget a folder with everything indexed in it."""
    within = "directory IN (SELECT id FROM directory WHERE folder = ?)"
    rows = connection.execute(
        f"DELETE FROM file WHERE {within} RETURNING first_chunk, chunks",  # noqa: S608
        (folder_id,),
    ).fetchall()
    bury(connection, rows)
    connection.execute(f"DELETE FROM skipped WHERE {within}", (folder_id,))  # noqa: S608
    connection.execute("DELETE FROM folder WHERE id = ?", (folder_id,))


def folder_statuses(connection: apsw.Connection) -> tuple[FolderStatus, ...]:
    """Return what the index holds of each folder, ordered by name."""
    indexed = _sums(connection, "file", "count(*), sum(chunks), sum(size)")
    skipped = _sums(connection, "skipped", "sum(NOT failed), sum(failed)")
    statuses = []
    for folder in folders(connection):
        files, chunks, text_bytes = indexed.get(folder.id, (0, 0, 0))
        passed_over, failed = skipped.get(folder.id, (0, 0))
        missing = last_seen(connection, folder.id).missing
        statuses.append(
            FolderStatus(folder, files, chunks, passed_over, failed, text_bytes, missing)
        )
    return tuple(statuses)


def _sums(connection: apsw.Connection, table: str, columns: str) -> dict[int, tuple[int, ...]]:
    rows = connection.execute(
        f"""SELECT folder, {columns} FROM {table} JOIN directory ON directory.id = directory
        GROUP BY folder"""  # noqa: S608
    )
    return {row[0]: tuple(row[1:]) for row in rows}
