"""Files that come into the index, move and leave it. Each function is part of a transaction."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import apsw
import numpy as np

from ..database.meta import get_number, set_meta
from ..documents import catalogue, names
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
    directories = forget(connection, folder, [file.path for file in files])
    formats = [(file.kind, file.encoding) for file in files]
    ids = {one: catalogue.format_id(connection, *one) for one in dict.fromkeys(formats)}
    for file, directory, one in zip(files, directories, formats, strict=True):
        catalogue.insert_file(connection, file, directory, ids[one], next_chunk)
        next_chunk += len(file.spans)
    lengths = np.array([len(keys) for keys in terms])
    codes.append(connection, first, quantiser.encode(vectors), lengths)
    inverted_index.add_chunks(connection, first, terms)
    set_meta(connection, "next_chunk", next_chunk)
    merge(connection)


def move(connection: apsw.Connection, folder: Folder, moved: Sequence[MovedFile]) -> None:
    """Give files their new places, none of which is another's old one; nothing is embedded."""
    before = _Grouped(connection, folder, [one.old for one in moved])
    chunks = {
        (directory, name): first_chunk
        for directory, wanted in before.names.items()
        for name, first_chunk in names.first_chunks_of(connection, directory, wanted).items()
    }
    forget(connection, folder, [one.new for one in moved if one.new != one.old])
    after = _Grouped(connection, folder, [one.new for one in moved])
    for one, source, target in zip(moved, before.places, after.places, strict=True):
        catalogue.relocate_file(connection, chunks[source], target, one.signature)


def forget(connection: apsw.Connection, folder: Folder, paths: Sequence[Path]) -> list[int]:
    """Forget files, indexed or skipped; returns the id of the directory of each."""
    grouped = _Grouped(connection, folder, paths)
    for directory, gone in grouped.names.items():
        catalogue.forget_files(connection, directory, gone)
    return [directory for directory, _ in grouped.places]


def merge(connection: apsw.Connection) -> None:
    """Merge segments of words where there are many."""
    inverted_index.merge(
        connection, codes.live_mask(connection, get_number(connection, "next_chunk"))
    )


class _Grouped:
    """Where some paths of a folder are, and what names each directory has among them."""

    def __init__(self, connection: apsw.Connection, folder: Folder, paths: Sequence[Path]) -> None:
        parents = [path.parent for path in paths]
        ids = {
            parent: catalogue.directory_id(connection, folder.id, parent.relative_to(folder.path))
            for parent in dict.fromkeys(parents)
        }
        self.places = [
            (ids[parent], os.fsencode(path.name))
            for parent, path in zip(parents, paths, strict=True)
        ]
        self.names: dict[int, list[bytes]] = {}
        for directory, name in self.places:
            self.names.setdefault(directory, []).append(name)
