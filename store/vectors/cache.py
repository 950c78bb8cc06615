"""Vectors of the rank model that searches recomputed, kept within a budget of bytes.

A row is a chunk's embedding at ten bits a dimension with a scale of its own, sealed together
with the chunk's id. With eight, one in a hundred of the ten nearest would be another one than with
floats. The least recently used ones give way (`used` counts the vectors ever asked
for, a clock that needs no clock). Rows live in the index's own database, so that the transaction
that buries or renumbers a chunk does the same to its vector, and no crash sets them apart.

A search only reads; what it recomputed is saved after its snapshot has ended, if that can be done
at once. Nothing here may fail a search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw
import numpy as np
from numpy.typing import NDArray

from ..coding import rice
from ..coding.blobs import seal
from ..database.connection import close_cache, open_cache, transaction
from ..database.meta import add_to_number, get_meta, get_number, set_meta
from ..values.embeddings import Vectors
from ..values.errors import StoreError
from ..values.status import CacheUse

Vector = NDArray[np.float32]
"""One embedding, shape (dims,)."""

_BITS = 10
_STEPS = 511
"""On either side of 0, so that a number of so many bits tells them apart."""
_SMALLEST = np.float32(1e-12)
_HEAD_BYTES = 8
"""CRC-32 of all that follows and of the chunk id; scale."""
_ROW_OVERHEAD_BYTES = 12
_PAGE_FILL = 0.65
"""Part of a page that holds rows: they come in no order."""
_KEPT_ON_EVICTION = 7 / 8
"""Room is made for several searches at once, since finding the oldest reads every row."""
_REFRESH_LAG = 1 / 4
"""Part of the cache that may be asked for before a hit's row is marked as used again."""


def rounded(vectors: Vectors) -> Vectors:
    """Return vectors, shape (n, dims), as they come back from the cache.

    A search scores with these from the start, so that asking again changes no order.
    """
    steps, scales = _quantise(vectors)
    return steps.astype(np.float32) * scales


def pack(vectors: Mapping[int, Vector]) -> dict[int, bytes]:
    """Return vectors by chunk as sealed rows: 8 bytes and five for each four dimensions."""
    if not vectors:
        return {}
    steps, scales = _quantise(np.array([*vectors.values()], dtype=np.float32))
    packed = zip(vectors, scales.astype("<f4"), steps + _STEPS, strict=True)
    return {
        chunk: _seal(chunk, scale.tobytes() + rice.pack(row, _BITS)) for chunk, scale, row in packed
    }


def unpack(chunk: int, row: bytes) -> Vector | None:
    """Return the vector that `pack` packed for this chunk, or None if the row is damaged."""
    if len(row) <= _HEAD_BYTES or _seal(chunk, row[4:]) != row:
        return None
    scale = np.frombuffer(row, dtype="<f4", count=1, offset=4)
    body = row[_HEAD_BYTES:]
    steps = rice.unpack(body, _BITS, slice(0, 8 * len(body) // _BITS)) - _STEPS
    return np.asarray(steps.astype(np.float32) * scale, dtype=np.float32)


def load(connection: apsw.Connection, model: str, chunks: Iterable[int]) -> dict[int, Vector]:
    """Return those of the chunks' vectors that are kept, and were made by this rank model."""
    if get_meta(connection, "cache_model") != model:
        return {}
    vectors: dict[int, Vector] = {}
    for chunk in chunks:
        row = connection.execute("SELECT vector FROM cache WHERE chunk = ?", (chunk,)).fetchone()
        if row is not None and (vector := unpack(chunk, row[0])) is not None:
            vectors[chunk] = vector
    return vectors


def save(
    path: Path,
    generation: int,
    model: str,
    vectors: Mapping[int, Vector],
    budget_bytes: int,
    hits: Sequence[int] = (),
) -> None:
    """Keep what a search recomputed, unless that would mean waiting or the index has changed.

    Args:
        path: the database.
        generation: of the snapshot that was searched; chunk ids mean nothing in another one.
        model: fingerprint of the rank model; vectors of another one are dropped.
        vectors: chunk id → what was recomputed, from text that is byte for byte the indexed one.
        budget_bytes: what the cache may take on disk.
        hits: chunks whose vectors came from the cache.
    """
    if not vectors and not hits:
        return
    try:
        connection = open_cache(path)
    except StoreError:
        return
    try:
        with transaction(connection):
            if get_meta(connection, "generation") == generation:
                _save(connection, model, vectors, budget_bytes, hits)
    except apsw.Error:
        pass  # another process writes, or the disk is full or read-only: the answer stands
    finally:
        close_cache(connection, path)


def forget(connection: apsw.Connection, first: int, chunks: int) -> None:
    """Drop the vectors of the chunks from `first` on. Part of a transaction."""
    connection.execute("DELETE FROM cache WHERE chunk >= ? AND chunk < ?", (first, first + chunks))
    if dropped := connection.changes():
        add_to_number(connection, "cache_rows", -dropped)


def renumber(connection: apsw.Connection, numbers: NDArray[np.int64]) -> None:
    """Give vectors the new ids of their chunks, `numbers` being indexed by the old ones."""
    rows: list[Any] = connection.execute("SELECT chunk, used, vector FROM cache").fetchall()
    kept = [
        (number, used, _seal(number, row[4:]))
        for chunk, used, row in rows
        if 0 < chunk < numbers.size
        and (number := int(numbers[chunk])) > 0
        and _seal(chunk, row[4:]) == row
    ]
    connection.execute("DELETE FROM cache")
    connection.executemany("INSERT INTO cache VALUES (?, ?, ?)", kept)
    set_meta(connection, "cache_rows", len(kept))


def clear(connection: apsw.Connection, model: str | None = None) -> None:
    """Empty the cache, and say whose vectors it holds from now on."""
    connection.execute("DELETE FROM cache")
    for key in ("cache_rows", "cache_hits", "cache_asked"):
        set_meta(connection, key, 0)
    set_meta(connection, "cache_model", model or "")


def use(connection: apsw.Connection) -> CacheUse:
    """Return how well the cache does."""
    rows, hits, asked = (
        get_number(connection, key) for key in ("cache_rows", "cache_hits", "cache_asked")
    )
    size = "SELECT pgsize FROM dbstat WHERE name = 'cache' AND aggregate = 1"
    return CacheUse(rows, int(connection.execute(size).get), hits, asked)


def _save(
    connection: apsw.Connection,
    model: str,
    vectors: Mapping[int, Vector],
    budget_bytes: int,
    hits: Sequence[int],
) -> None:
    if get_meta(connection, "cache_model") != model:
        clear(connection, model)
    rows = pack(vectors)
    asked = add_to_number(connection, "cache_asked", len(rows) + len(hits))
    add_to_number(connection, "cache_hits", len(hits))
    room = _room(connection, rows, budget_bytes)
    connection.executemany(
        "UPDATE cache SET used = ?1 WHERE chunk = ?2 AND used < ?3",
        [(asked, chunk, asked - int(room * _REFRESH_LAG)) for chunk in hits],
    )
    if not rows:
        return
    before = connection.total_changes()
    connection.executemany(
        "INSERT INTO cache VALUES (?1, ?2, ?3) "
        "ON CONFLICT (chunk) DO UPDATE SET used = ?2, vector = ?3",
        [(chunk, asked, row) for chunk, row in list(rows.items())[:room]],
    )
    if add_to_number(connection, "cache_rows", connection.total_changes() - before) > room:
        _evict(connection, int(room * _KEPT_ON_EVICTION))


def _room(connection: apsw.Connection, rows: Mapping[int, bytes], budget_bytes: int) -> int:
    """Return how many vectors fit into the budget."""
    row = next(iter(rows.values()), None)
    if row is None:
        row = connection.execute("SELECT vector FROM cache LIMIT 1").get or b""
    return int(budget_bytes * _PAGE_FILL) // (len(row) + _ROW_OVERHEAD_BYTES)


def _evict(connection: apsw.Connection, keep: int) -> None:
    """Drop all but the `keep` vectors used last."""
    connection.execute(
        "DELETE FROM cache WHERE chunk NOT IN "
        "(SELECT chunk FROM cache ORDER BY used DESC, chunk LIMIT ?)",
        (keep,),
    )
    set_meta(connection, "cache_rows", int(connection.execute("SELECT count(*) FROM cache").get))


def _quantise(vectors: Vectors) -> tuple[NDArray[np.int64], Vectors]:
    """Return whole steps, shape (n, dims), and the size of each row's step, shape (n, 1)."""
    scales = np.maximum(np.abs(vectors).max(axis=1, keepdims=True) / np.float32(_STEPS), _SMALLEST)
    return np.round(vectors / scales).astype(np.int64), scales


def _seal(chunk: int, body: bytes) -> bytes:
    return seal(body, beside=chunk.to_bytes(8, "little", signed=True))
