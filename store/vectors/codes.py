"""Per-chunk data that a search scans: codes and lengths, in sealed blocks of consecutive ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import apsw
import numpy as np
from numpy.typing import NDArray

from ..coding.arrays import Mask
from ..coding.blobs import seal, unseal
from ..database.meta import get_number
from ..values.errors import StoreDamaged
from .quantiser import Codes

BLOCK_CHUNKS = 4096
"""Large, since the last page of each block is half empty; a new chunk rewrites the last block."""
_LENGTH_STEPS = 16
"""Steps of the quantised length for each doubling: an error of at most 2 %."""


@dataclass(frozen=True)
class ScanTable:
    """Codes and lengths of all chunk ids below `len(lengths)`, holes included."""

    codes: Codes
    """Transposed: shape (code_bytes, n)."""
    lengths: NDArray[np.float32]
    """Terms in each chunk, shape (n,)."""
    live: Mask
    """False for holes and tombstones, shape (n,)."""

    @property
    def live_count(self) -> int:
        """Number of live chunks."""
        return int(self.live.sum())

    @property
    def mean_length(self) -> float:
        """Mean number of terms of the live chunks, at least 1."""
        return max(1.0, float(self.lengths[self.live].mean())) if self.live.any() else 1.0


def code_bytes(connection: apsw.Connection) -> int:
    """Return the bytes of each code in the index, as its model has them."""
    return get_number(connection, "code_bytes")


def quantise_lengths(lengths: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Pack numbers of terms into one byte each, on a logarithmic scale."""
    steps = np.round(np.log2(lengths + 1.0) * _LENGTH_STEPS)
    return np.asarray(np.minimum(steps, 255), dtype=np.uint8)


def append(
    connection: apsw.Connection, first: int, codes: Codes, lengths: NDArray[np.int64]
) -> None:
    """Write the rows of the chunks `first` … `first + len(codes) - 1`, which are new ids."""
    _append_rows(
        connection, first, np.concatenate([codes, quantise_lengths(lengths)[:, None]], axis=1)
    )


def load(connection: apsw.Connection, next_chunk: int) -> ScanTable:
    """Read everything a scan needs. Raises StoreDamaged if ids below `next_chunk` lack rows."""
    rows = _all_rows(connection, next_chunk)
    lengths = np.exp2(rows[:, -1] / np.float32(_LENGTH_STEPS)) - 1
    return ScanTable(
        codes=np.ascontiguousarray(rows[:, :-1].T),
        lengths=lengths.astype(np.float32),
        live=live_mask(connection, next_chunk),
    )


def keep(connection: apsw.Connection, live: Mask) -> None:
    """Drop the rows of all but the live chunks, which move together, from id 1 on."""
    rows = _all_rows(connection, live.size)[live]
    connection.execute("DELETE FROM codes")
    _append_rows(connection, 1, rows)


def damaged_blocks(connection: apsw.Connection, next_chunk: int) -> list[int]:
    """Return the blocks that are missing, cannot be believed, or should not be there."""
    blocks = -(-next_chunk // BLOCK_CHUNKS) if next_chunk > 1 else 0
    bad = set(range(blocks))
    row_bytes = _row_bytes(connection)
    for block, data in connection.execute("SELECT block, data FROM codes"):
        try:
            rows = _rows(data, block, row_bytes)
            whole = len(rows) == min(next_chunk - block * BLOCK_CHUNKS, BLOCK_CHUNKS)
        except StoreDamaged:
            whole = False
        if whole:
            bad.discard(block)
        else:
            bad.add(block)
    return sorted(bad)


def blank(connection: apsw.Connection, blocks: Iterable[int], next_chunk: int) -> None:
    """Replace blocks by ones of zeros, for chunks that are all dead."""
    row_bytes = _row_bytes(connection)
    for block in blocks:
        connection.execute("DELETE FROM codes WHERE block = ?", (block,))
        rows = min(next_chunk - block * BLOCK_CHUNKS, BLOCK_CHUNKS)
        if block >= 0 and rows > 0:
            data = seal(bytes(rows * row_bytes))
            connection.execute("INSERT INTO codes VALUES (?, ?)", (block, data))


def live_mask(connection: apsw.Connection, next_chunk: int) -> Mask:
    """Return, by chunk id, which chunks are part of the index."""
    live = np.ones(next_chunk, dtype=bool)
    live[0] = False  # ids start at 1
    for first, chunks in connection.execute("SELECT first_chunk, chunks FROM tombstone"):
        live[first : first + chunks] = False
    return live


def _read_block(connection: apsw.Connection, block: int, row_bytes: int) -> bytes:
    row = connection.execute("SELECT data FROM codes WHERE block = ?", (block,)).fetchone()
    return b"" if row is None else _rows(row[0], block, row_bytes).tobytes()


def _row_bytes(connection: apsw.Connection) -> int:
    return code_bytes(connection) + 1  # the length


def _rows(data: bytes, block: int, row_bytes: int) -> NDArray[np.uint8]:
    payload = unseal(data, f"block {block} of the codes")
    if len(payload) % row_bytes:
        raise StoreDamaged(f"block {block} of the codes in the index has a wrong length")
    return np.frombuffer(payload, dtype=np.uint8).reshape(-1, row_bytes)


def _append_rows(connection: apsw.Connection, first: int, rows: NDArray[np.uint8]) -> None:
    row_bytes, done = rows.shape[1], 0
    while done < len(rows):
        block, offset = divmod(first + done, BLOCK_CHUNKS)
        part = rows[done : done + BLOCK_CHUNKS - offset]
        data = _read_block(connection, block, row_bytes)[: offset * row_bytes] if offset else b""
        data = data.ljust(offset * row_bytes, b"\0") + part.tobytes()
        connection.execute("INSERT OR REPLACE INTO codes VALUES (?, ?)", (block, seal(data)))
        done += len(part)


def _all_rows(connection: apsw.Connection, next_chunk: int) -> NDArray[np.uint8]:
    row_bytes = _row_bytes(connection)
    rows = np.zeros((next_chunk, row_bytes), dtype=np.uint8)
    filled = 0
    for block, data in connection.execute("SELECT block, data FROM codes ORDER BY block"):
        part = _rows(data, block, row_bytes)
        start = block * BLOCK_CHUNKS
        if start != filled or start + len(part) > next_chunk:
            raise StoreDamaged("the codes in the index do not fit its chunk ids")
        rows[start : start + len(part)] = part
        filled = start + len(part)
    if next_chunk > 1 and filled != next_chunk:
        raise StoreDamaged("the index lacks codes of some chunks")
    return rows
