"""The files that were looked at and not indexed, and why."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import apsw

from ..values.files import Signature, SkippedFile
from .catalogue import by_path
from .pathnames import joined


def reasons(connection: apsw.Connection, folder_id: int) -> dict[str, str]:
    """Return path relative to the folder → why that file was not indexed."""
    return {path: why for path, (why,) in by_path(connection, "skipped", "reason", folder_id)}


def insert(connection: apsw.Connection, file: SkippedFile, directory: int) -> None:
    """Record that a file was looked at and not indexed."""
    connection.execute(
        "INSERT OR REPLACE INTO skipped VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            directory,
            os.fsencode(file.path.name),
            file.signature.size,
            file.signature.mtime_ns,
            file.signature.change,
            file.reason,
            file.failed,
        ),
    )


def listed(connection: apsw.Connection) -> tuple[SkippedFile, ...]:
    """Return the skipped files, ordered by path."""
    rows = connection.execute(
        """SELECT folder.path, directory.path, skipped.name, folder.id, size, mtime_ns, change,
        reason, failed FROM skipped JOIN directory ON directory.id = directory
        JOIN folder ON folder.id = folder"""
    )
    return tuple(sorted(map(_record, rows), key=lambda file: file.path))


def _record(row: tuple[Any, ...]) -> SkippedFile:
    *place, folder_id, size, mtime_ns, change, reason, failed = row
    return SkippedFile(
        Path(joined(*place)), folder_id, Signature(size, mtime_ns, change), reason, bool(failed)
    )
