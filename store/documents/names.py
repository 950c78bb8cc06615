"""Files looked for by their names in a directory.

No index has the names, which would be the largest part of what is kept of a file. So a directory is
looked through; once for all that is asked of it, as it can have a hundred thousand files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import apsw

from .pathnames import parted

NAMED = "hex(name) IN (SELECT value FROM json_each(?))"
"""Holds of names that are listed."""


def listed(names: Iterable[bytes]) -> str:
    """Return names as `NAMED` takes them."""
    return json.dumps([name.hex().upper() for name in names])


def digests(connection: apsw.Connection, folder_id: int, paths: Iterable[str]) -> dict[str, bytes]:
    """Return path relative to the folder → digest of the indexed content, of some paths."""
    inside: dict[bytes, dict[bytes, str]] = {}
    for path in paths:
        directory, name = parted(path)
        inside.setdefault(directory, {})[name] = path
    digests: dict[str, bytes] = {}
    for directory, path_of in inside.items():
        rows = connection.execute(
            f"""SELECT name, digest FROM file WHERE {NAMED} AND directory =
            (SELECT id FROM directory WHERE folder = ? AND path = ?)""",  # noqa: S608
            (listed(path_of), folder_id, directory),
        )
        digests |= {path_of[name]: digest for name, digest in rows}
    return digests


def first_chunks_of(
    connection: apsw.Connection, directory: int, names: Iterable[bytes]
) -> dict[bytes, int]:
    """Return name → first chunk, of those of some names in a directory that are indexed."""
    rows: Any = connection.execute(
        f"SELECT name, first_chunk FROM file WHERE {NAMED} AND directory = ?",  # noqa: S608
        (listed(names), directory),
    )
    return {name: int(first_chunk) for name, first_chunk in rows}
