"""Hubs: one chunk in 256 keeps a finer vector, searched by sqlite-vec.

The hubs nearest to a query are where a walk over the graph enters, as the upper layers are in
HNSW. Like those, hubs are a sample, which is free to keep up when chunks come and go; a part of
the graph that none of them leads to gets one of its own.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import apsw
import numpy as np
from numpy.typing import NDArray

from ..database.meta import get_number, set_meta
from ..values.errors import StoreDamaged
from ..vectors.codes import code_bytes
from ..vectors.quantiser import Quantiser

HUB_EVERY = 256
_NEAREST = 16
_STEPS = 40.0
"""Steps of a hub's vector for a standard deviation of its largest dimension."""


def due(chunks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those of some chunks whose turn it is to be hubs."""
    return np.asarray(chunks[chunks % HUB_EVERY == 0])


def known(connection: apsw.Connection) -> NDArray[np.int64]:
    """Return the chunks that are hubs."""
    return np.array([chunk for (chunk,) in connection.execute("SELECT chunk FROM hub")], int)


def add(
    connection: apsw.Connection,
    chunks: NDArray[np.int64],
    places: NDArray[np.float32],
    quantiser: Quantiser,
) -> None:
    """Make hubs of chunks that are none, from their projected embeddings (n, code_dims)."""
    rows = _pack(places - quantiser.centre, quantiser)
    restore(
        connection,
        [(int(chunk), row.tobytes()) for chunk, row in zip(chunks, rows, strict=True)],
    )


def delete(connection: apsw.Connection, first: int, chunks: int) -> None:
    """Drop the hubs among the chunks from `first` on."""
    # vec0 deletes by key alone; anything else would scan the whole table.
    connection.execute(
        """DELETE FROM hub WHERE chunk IN
        (SELECT rowid FROM hub_rowids WHERE rowid >= ? AND rowid < ?)""",
        (first, first + chunks),
    )


def renumber(connection: apsw.Connection, numbers: NDArray[np.int64]) -> None:
    """Give hubs the new ids of their chunks, `numbers` being indexed by the old ones."""
    rows: list[Any] = connection.execute("SELECT chunk, embedding FROM hub").fetchall()
    connection.execute("DELETE FROM hub")
    restore(connection, [(int(numbers[chunk]), vector) for chunk, vector in rows])


def restore(connection: apsw.Connection, rows: Sequence[tuple[int, bytes]]) -> None:
    """Insert hubs whose packed vectors are known, as pairs of chunk id and vector."""
    connection.executemany("INSERT INTO hub (chunk, embedding) VALUES (?, vec_int8(?))", rows)


def clear(connection: apsw.Connection) -> None:
    """Drop all hubs; those to come will have as many dimensions as the codes of the index."""
    sql = str(connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'hub'").get)
    if _vector(connection) in sql:
        # On a full disk this says so, where making a table of sqlite-vec does not.
        connection.execute("DELETE FROM hub")
    else:
        start_anew(connection)


def start_anew(connection: apsw.Connection) -> None:
    """Drop all hubs with whatever sqlite-vec keeps, which deleting them would not touch."""
    connection.execute("DROP TABLE hub")
    connection.execute(
        f"""CREATE VIRTUAL TABLE hub USING vec0 (
            chunk INTEGER PRIMARY KEY,
            embedding {_vector(connection)} distance_metric=cosine,
            chunk_size=64                   -- vec0 allocates rows by so many
        )"""
    )


def _vector(connection: apsw.Connection) -> str:
    """Return the type of a hub's vector."""
    return f"INT8[{8 * code_bytes(connection)}]"


def seal(connection: apsw.Connection) -> None:
    """Note the checksum of all hubs; sqlite-vec has none. Part of every transaction."""
    set_meta(connection, "hubs_checksum", _checksum(connection))


def verify(connection: apsw.Connection) -> None:
    """Raise StoreDamaged if the hubs are not those that were sealed."""
    if _checksum(connection) != get_number(connection, "hubs_checksum"):
        raise StoreDamaged("the hubs in the index are damaged (checksum mismatch)")


def _checksum(connection: apsw.Connection) -> int:
    """Return the CRC-32 of the tables that sqlite-vec searches."""
    checksum = 0
    for blobs in connection.execute(
        """SELECT vectors, validity, rowids FROM hub_chunks
        LEFT JOIN hub_vector_chunks00 ON hub_vector_chunks00.rowid = chunk_id ORDER BY chunk_id"""
    ):
        for blob in blobs:
            checksum = zlib.crc32(blob or b"", checksum)
    return checksum


def nearest(
    connection: apsw.Connection, query: NDArray[np.float32], quantiser: Quantiser
) -> NDArray[np.int64]:
    """Return the hubs most similar to a query, shape (dims,), the best first."""
    packed = _pack((query @ quantiser.rotation)[None], quantiser)[0].tobytes()
    rows: list[Any] = connection.execute(
        "SELECT chunk FROM hub WHERE embedding MATCH vec_int8(?) AND k = ? ORDER BY distance",
        (packed, _NEAREST),
    ).fetchall()
    return np.array([chunk for (chunk,) in rows], dtype=np.int64)


def _pack(places: NDArray[np.float32], quantiser: Quantiser) -> NDArray[np.int8]:
    steps = np.round(places / _step(quantiser))
    return np.clip(steps, -127, 127).astype(np.int8)


def _step(quantiser: Quantiser) -> float:
    return float(quantiser.scale.max()) / _STEPS
