"""A copy of the folder list beside the database: all that cannot be made from the documents."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from ..coding.blobs import seal, unseal
from ..values.errors import StoreDamaged
from ..values.files import Folder
from .private import close_to_others, write_private


def copy_path(database: Path) -> Path:
    """Return where the copy lies."""
    return database.with_name("folders.copy")


def write_copy(database: Path, folders: Sequence[Folder]) -> None:
    """Write the copy if it differs; in one step, so that there is always a whole one."""
    rows = [[one.name, os.fsencode(one.path).hex(), one.include, one.exclude] for one in folders]
    content = seal(json.dumps(rows).encode())
    target = copy_path(database)
    if target.exists() and target.read_bytes() == content:
        close_to_others(target)
        return
    write_private(target, content, durable=True)


def read_copy(database: Path) -> list[Folder] | None:
    """Return the folders in the copy, without ids, or None if there is no sound copy."""
    try:
        rows = json.loads(unseal(copy_path(database).read_bytes(), "the copy of the folders"))
    except (OSError, ValueError, StoreDamaged):
        return None
    return [
        Folder(0, name, Path(os.fsdecode(bytes.fromhex(path))), tuple(include), tuple(exclude))
        for name, path, include, exclude in rows
    ]
