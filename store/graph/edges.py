"""The graph on disk: each edge once, with the newer of the two chunks it joins.

So a new chunk's edges are appended, and what is there stays as it is. A block holds the edges of
`BLOCK_CHUNKS` consecutive chunks:

    header · number of edges of each chunk (gamma) · gaps to its neighbours (Rice)

The neighbours of a chunk are listed from the newest to the oldest, each as its distance from the
one before, less one. An edge of a dead chunk stays until its
block is written anew; whoever reads the graph leaves it out.
"""

from __future__ import annotations

import struct

import apsw
import numpy as np
from numpy.typing import NDArray

from ..coding import rice
from ..coding.arrays import Mask
from ..coding.blobs import seal, unseal
from ..values.errors import StoreDamaged
from ..vectors.codes import BLOCK_CHUNKS
from .linking import Edges

_HEADER = struct.Struct("<IB")
"""Bytes of the counts, width of the gaps."""


def load(connection: apsw.Connection, next_chunk: int) -> Edges:
    """Return all edges, also those of dead chunks, by newer chunk, its neighbours from the newest.

    Raises StoreDamaged if a block is damaged.
    """
    rows = connection.execute("SELECT block, data FROM edges ORDER BY block")
    return np.concatenate([_NONE, *(_decode(data, block, next_chunk) for block, data in rows)])


def store(connection: apsw.Connection, edges: Edges, blocks: NDArray[np.int64]) -> None:
    """Write some blocks anew, from all edges."""
    firsts = np.searchsorted(edges[:, 0], blocks * BLOCK_CHUNKS)
    ends = np.searchsorted(edges[:, 0], (blocks + 1) * BLOCK_CHUNKS)
    connection.executemany(
        "INSERT OR REPLACE INTO edges VALUES (?, ?)",
        [
            (int(block), seal(_encode(edges[first:end], int(block))))
            for block, first, end in zip(blocks, firsts, ends, strict=True)
        ],
    )


def between(edges: Edges, live: Mask) -> Edges:
    """Return the edges that join live chunks, `live` being indexed by chunk id."""
    return edges[live[edges[:, 0]] & live[edges[:, 1]]]


def blocks_of(edges: Edges) -> NDArray[np.int64]:
    """Return the blocks that hold some edges, ascending."""
    return np.unique(edges[:, 0] // BLOCK_CHUNKS)


def keep(connection: apsw.Connection, live: Mask, numbers: NDArray[np.int64]) -> None:
    """Drop the edges of dead chunks and give the others their new ids, which keep their order."""
    kept = numbers[between(load(connection, live.size), live)]
    connection.execute("DELETE FROM edges")
    store(connection, kept, blocks_of(kept))


_NONE: Edges = np.empty((0, 2), dtype=np.int64)


def _encode(edges: Edges, block: int) -> bytes:
    """Encode the ordered edges of a block."""
    newer, older = edges[:, 0], edges[:, 1]
    counts = np.bincount(newer - block * BLOCK_CHUNKS, minlength=BLOCK_CHUNKS)
    order = np.lexsort((-older, newer))
    gaps = _before(newer, older[order]) - older[order] - 1
    width = rice.best_width(gaps.size, int(gaps.sum()))
    packed = rice.encode_gamma(counts)
    return _HEADER.pack(len(packed), width) + packed + rice.encode(gaps, np.full_like(gaps, width))


def _before(newer: NDArray[np.int64], older: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each edge the chunk its gap counts from: the last neighbour, or the chunk."""
    starts = np.diff(newer, prepend=-1) > 0
    return np.where(starts, newer, np.concatenate(([0], older[:-1])))


def _decode(data: bytes, block: int, next_chunk: int) -> Edges:
    what = f"block {block} of the graph"
    payload = unseal(data, what)
    if len(payload) < _HEADER.size:
        raise StoreDamaged(f"{what} in the index is too short")
    length, width = _HEADER.unpack_from(payload)
    packed, rest = payload[_HEADER.size :][:length], payload[_HEADER.size :][length:]
    counts = rice.decode_gamma(packed, BLOCK_CHUNKS)
    total = int(counts.sum())
    rice.check_count(total, width, rest)
    gaps = rice.decode(rest, np.full(total, width, dtype=np.int64)) + 1
    newer = np.repeat(np.arange(BLOCK_CHUNKS) + block * BLOCK_CHUNKS, counts)
    down = np.cumsum(gaps)
    firsts = (np.cumsum(counts) - counts)[counts > 0]
    base = np.repeat(np.concatenate(([0], down))[firsts], counts[counts > 0])
    edges = np.stack([newer, newer - (down - base)], axis=1)
    if edges.size and (edges[:, 1].min() < 1 or edges[:, 0].max() >= next_chunk):
        raise StoreDamaged(f"{what} in the index names chunks it does not have")
    return edges
