"""Files that come into the index, move and leave it. Each function is part of a transaction."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import apsw
import numpy as np

from ..database.meta import get_number, set_meta
from ..documents import catalogue, names, skipped
from ..lexical import inverted_index
from ..values.embeddings import Vectors
from ..values.files import Folder, MovedFile, NewFile, SkippedFile
from ..vectors import codes
from ..vectors.quantiser import Quantiser, refuse_bad

_Place = tuple[int, bytes]
"""The id of a directory, and a name in it."""


def insert(
    connection: apsw.Connection,
    folder: Folder,
    files: Sequence[NewFile],
    vectors: Vectors,
    quantiser: Quantiser,
) -> None:
    """Index files, replacing what was at their paths; `vectors` are of their chunks in order."""
    terms = [keys for file in files for keys in file.terms]
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
    sources = _places(connection, folder, [one.old for one in moved])
    targets = _places(connection, folder, [one.new for one in moved])
    chunks = {
        (directory, name): first_chunk
        for directory, wanted in _by_directory(sources).items()
        for name, first_chunk in names.first_chunks_of(connection, directory, wanted).items()
    }
    ways = [*zip(sources, targets, strict=True)]
    _forget(connection, [target for source, target in ways if source != target])
    for one, (source, target) in zip(moved, ways, strict=True):
        catalogue.relocate_file(connection, chunks[source], target, one.signature)


def skip(connection: apsw.Connection, folder: Folder, files: Sequence[SkippedFile]) -> None:
    """Record files that were not indexed, in place of what was known of their paths."""
    directories = forget(connection, folder, [file.path for file in files])
    for file, directory in zip(files, directories, strict=True):
        skipped.insert(connection, file, directory)


def forget(connection: apsw.Connection, folder: Folder, paths: Sequence[Path]) -> list[int]:
    """Forget files, indexed or skipped; returns the id of the directory of each."""
    places = _places(connection, folder, paths)
    _forget(connection, places)
    return [directory for directory, _ in places]


def merge(connection: apsw.Connection) -> None:
    """Merge segments of words where there are many."""
    inverted_index.merge(
        connection, codes.live_mask(connection, get_number(connection, "next_chunk"))
    )


def _forget(connection: apsw.Connection, places: Sequence[_Place]) -> None:
    for directory, gone in _by_directory(places).items():
        catalogue.forget_files(connection, directory, gone)


def _places(connection: apsw.Connection, folder: Folder, paths: Sequence[Path]) -> list[_Place]:
    """Return where paths of a folder are; each directory is looked up once."""
    parents = [path.parent for path in paths]
    ids = {
        parent: catalogue.directory_id(connection, folder.id, parent.relative_to(folder.path))
        for parent in dict.fromkeys(parents)
    }
    return [
        (ids[parent], os.fsencode(path.name)) for parent, path in zip(parents, paths, strict=True)
    ]


def _by_directory(places: Sequence[_Place]) -> dict[int, list[bytes]]:
    """Return directory → the names of those places that are in it."""
    names: dict[int, list[bytes]] = {}
    for directory, name in places:
        names.setdefault(directory, []).append(name)
    return names
