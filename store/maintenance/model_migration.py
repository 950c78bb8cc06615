"""The index that is made with another index model, beside the one that answers meanwhile.

It grows in a file of its own, by ordinary runs over the same folders. When it is complete it moves
into the database in one transaction: whoever reads sees the old index or the new one, and so does
whoever comes after a crash. Vectors of two models never meet in one file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from ..database.meta import get_meta, get_number, set_meta
from ..database.schema import DERIVED_TABLES
from ..documents import folders
from ..graph import hubs
from ..values.errors import ModelMismatch
from ..values.files import Folder
from ..values.status import IndexModel, Migration
from ..vectors import cache
from ..vectors.models import SearchModels


def successor_path(database: Path) -> Path:
    """Return where the successor of a database grows."""
    return database.with_name(f"{database.name}.next")


def index_model(connection: apsw.Connection) -> IndexModel | None:
    """Return the model that the codes were made with, or None if there never were any."""
    fingerprint = get_meta(connection, "index_model")
    if fingerprint is None:
        return None
    folder = get_meta(connection, "index_model_folder")
    return IndexModel(
        fingerprint,
        get_meta(connection, "index_model_name") or "",
        Path(os.fsdecode(folder)) if folder else None,
        get_number(connection, "code_bytes"),
    )


def set_index_model(connection: apsw.Connection, model: IndexModel) -> None:
    """Note the model that the codes are made with."""
    set_meta(connection, "code_bytes", model.code_bytes)
    set_meta(connection, "index_model", model.fingerprint)
    set_meta(connection, "index_model_name", model.name)
    set_meta(connection, "index_model_folder", os.fsencode(model.folder) if model.folder else b"")


def check_models(connection: apsw.Connection, models: SearchModels) -> None:
    """Raise ModelMismatch if the index was made with another index model."""
    known = get_meta(connection, "index_model")
    if known is not None and known != models.fingerprint:
        raise ModelMismatch(
            "the index was made with another index model, which is not there any more; "
            "run `thimble index` to make it anew with the present one, or search with "
            "--mode lexical meanwhile"
        )


def mirror_folders(connection: apsw.Connection, wanted: Sequence[Folder]) -> bool:
    """Give the successor the folders of the database, ids included; returns whether it lost any."""
    known = {_identity(one): one for one in folders.folders(connection)}
    same = {_identity(one): one for one in wanted}
    gone = [known[key].id for key in known.keys() - same.keys()]
    for number in gone:
        folders.delete_folder(connection, number)
    connection.executemany(
        "INSERT INTO folder (id, name, path, include, exclude, online) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                one.id,
                one.name,
                os.fsencode(one.path),
                json.dumps(one.include),
                json.dumps(one.exclude),
                one.online,
            )
            for key, one in same.items()
            if key not in known
        ],
    )
    return bool(gone)


def _identity(folder: Folder) -> tuple[object, ...]:
    return (folder.id, folder.name, folder.path, folder.include, folder.exclude)


@contextmanager
def attached(connection: apsw.Connection, path: Path) -> Iterator[None]:
    """Make a successor readable under the name `next`. Not within a transaction."""
    connection.execute("ATTACH ? AS next", (str(path),))
    try:
        yield
    finally:
        connection.execute("DETACH next")


def move_in(connection: apsw.Connection) -> None:
    """Replace all that is made from documents by what the attached successor holds.

    Part of a transaction. Recomputed embeddings are dropped, since chunks get other ids.
    """
    cache.clear(connection, str(get_meta(connection, "cache_model") or ""))
    for table in DERIVED_TABLES:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    connection.execute("DELETE FROM directory")
    connection.execute("DELETE FROM meta WHERE key = 'graph_changes'")  # it may have none
    for table in ("directory", *DERIVED_TABLES):
        connection.execute(f"INSERT INTO {table} SELECT * FROM next.{table}")  # noqa: S608
    connection.execute(
        """INSERT OR REPLACE INTO meta SELECT key, value FROM next.meta
        WHERE key <> 'generation' AND key NOT LIKE 'cache%'"""
    )
    hubs.clear(connection)
    rows: list[Any] = connection.execute(
        "SELECT chunk, embedding FROM next.hub ORDER BY chunk"
    ).fetchall()
    hubs.restore(connection, rows)
    connection.execute(
        """UPDATE folder SET online = fresh.online FROM next.folder AS fresh
        WHERE folder.id = fresh.id"""
    )


def discard(database: Path) -> None:
    """Delete the successor, if there is one. Under the writer lock."""
    path = successor_path(database)
    for suffix in ("", "-wal", "-shm"):  # SQLite never uses a log beside an empty database
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def migration(
    connection: apsw.Connection, serving: IndexModel | None, files_total: int
) -> Migration | None:
    """Return how far a successor has come, or None if it is one that has moved in already."""
    model = index_model(connection)
    if model is None or serving is None or model.fingerprint == serving.fingerprint:
        return None
    statuses = folders.folder_statuses(connection)
    return Migration(
        model=model.name,
        files=sum(one.files for one in statuses),
        files_total=files_total,
        waits_for=tuple(one.folder.name for one in statuses if not one.folder.online),
    )
