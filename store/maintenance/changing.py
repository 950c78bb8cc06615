"""Files that come into the index, move and leave it. Each function is part of a transaction."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import apsw
import numpy as np

from ..database.meta import get_number, set_meta
from ..documents import catalogue
from ..types import Folder, MovedFile, NewFile, Vectors
from ..vectors import codes
from ..vectors.quantiser import Quantiser, refuse_bad
from ..words import analysis, inverted_index


def insert(
    connection: apsw.Connection,
    folder: Folder,
    files: Sequence[NewFile],
    vectors: Vectors,
    quantiser: Quantiser,
) -> None:
    """Index files, replacing what was at their paths; `vectors` are of their chunks in order."""
    terms = [analysis.terms(text) for file in files for text in file.texts]
    if len(terms) != len(vectors):
        raise ValueError(f"{len(terms)} chunks but {len(vectors)} embeddings")
    refuse_bad(vectors, quantiser)
    first = next_chunk = get_number(connection, "next_chunk")
    for file in files:
        directory = forget(connection, folder, file.path)
        catalogue.insert_file(connection, file, directory, next_chunk)
        next_chunk += len(file.spans)
    lengths = np.array([len(keys) for keys in terms])
    codes.append(connection, first, quantiser.encode(vectors), lengths)
    inverted_index.add_chunks(connection, first, terms)
    set_meta(connection, "next_chunk", next_chunk)
    merge(connection)


def move(connection: apsw.Connection, folder: Folder, moved: MovedFile) -> None:
    """Give a file its new place; nothing of it is embedded again."""
    source, target = (
        (
            catalogue.directory_id(connection, folder.id, _parent(folder, path)),
            os.fsencode(path.name),
        )
        for path in (moved.old, moved.new)
    )
    if source != target:
        catalogue.forget_file(connection, *target)
    catalogue.relocate_file(connection, source, target, moved.signature)


def forget(connection: apsw.Connection, folder: Folder, path: Path) -> int:
    """Forget a file, indexed or skipped; returns the id of its directory."""
    directory = catalogue.directory_id(connection, folder.id, _parent(folder, path))
    catalogue.forget_file(connection, directory, os.fsencode(path.name))
    return directory


def merge(connection: apsw.Connection) -> None:
    """Merge segments of words where there are many."""
    inverted_index.merge(
        connection, codes.live_mask(connection, get_number(connection, "next_chunk"))
    )


def _parent(folder: Folder, path: Path) -> Path:
    return path.parent.relative_to(folder.path)
