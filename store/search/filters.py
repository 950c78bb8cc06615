"""Filters to the set of chunks they let through, decided before anything is ranked."""

from __future__ import annotations

import fnmatch
import json
import math
import os
import re

import apsw
import numpy as np

from ..coding.arrays import Mask
from ..documents.pathnames import joined
from ..values.queries import Filters

_NS_PER_S = 1_000_000_000
_FARTHEST = 9.2e18
"""Nanoseconds; a little less than 2**63, which a float cannot tell from larger numbers."""


def allowed_chunks(connection: apsw.Connection, filters: Filters, live: Mask) -> Mask:
    """Return, by chunk id, which live chunks belong to files that pass `filters`."""
    if filters == Filters():
        return live
    allowed = np.zeros_like(live)
    for first, chunks in _matching_files(connection, filters):
        allowed[first : first + chunks] = True
    return allowed


def _matching_files(connection: apsw.Connection, filters: Filters) -> list[tuple[int, int]]:
    rows = connection.execute(
        """SELECT file.first_chunk, file.chunks, folder.path, directory.path, file.name, format.kind
        FROM file JOIN directory ON directory.id = file.directory JOIN folder ON folder.id = folder
        JOIN format ON format.id = file.format
        WHERE file.mtime_ns >= ? AND file.mtime_ns <= ?
        AND (? OR folder.name IN (SELECT value FROM json_each(?)))""",
        (
            _nanoseconds(filters.since, -(2**63)),
            _nanoseconds(filters.until, 2**63 - 1),
            not filters.folders,
            json.dumps(filters.folders),
        ),
    )
    pattern = _path_pattern(filters.paths)
    types = {kind.lower().lstrip(".") for kind in filters.types}
    return [
        (first, chunks)
        for first, chunks, folder, directory, name, kind in rows
        if _type_matches(types, name, kind)
        and (pattern is None or pattern.match(joined(folder, directory, name)))
    ]


def _type_matches(types: set[str], name: bytes, kind: str) -> bool:
    if not types or kind in types:
        return True
    _, dot, suffix = os.fsdecode(name).lower().rpartition(".")
    return bool(dot) and suffix in types


def _path_pattern(globs: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return one pattern for all globs: absolute ones as they are, others for a path's end.

    A name without wildcards also stands for everything below a folder of that name.
    """
    if not globs:
        return None
    rooted = [glob if glob.startswith("/") else f"*/{glob}" for glob in globs]
    below = [f"{glob.rstrip('/')}/*" for glob in rooted if not re.search(r"[*?\[]", glob[2:])]
    return re.compile("|".join(map(fnmatch.translate, rooted + below)))


def _nanoseconds(seconds: float | None, default: int) -> int:
    """Return a moment as the database holds it; one that is out of range as the nearest."""
    if seconds is None or math.isnan(seconds):
        return default
    return int(min(max(seconds * _NS_PER_S, -_FARTHEST), _FARTHEST))
