"""The text of documents that are not text themselves, compressed in blocks: the home of zstandard.

Block n of an extract holds the bytes from n × `BLOCK_BYTES` on of the text in UTF-8, so a passage
is read from one or two blocks. Extracts have numbers of their own, so that renumbering chunks moves
no text; a trigger lets them go with their file.
"""

from __future__ import annotations

import apsw
import zstandard

from ..coding.blobs import seal, unseal
from ..values.errors import StoreDamaged
from ..values.files import FileRecord, Span
from ..values.passages import ReadKept

BLOCK_BYTES = 1 << 16
_BLOCK_BITS = 24
"""Of a row's id for the number of the block (the schema's trigger knows it too)."""
_LEVEL = 12
_WHAT = "a block of extracted text"
_STRAYS = f"""FROM extracted WHERE id >> {_BLOCK_BITS} NOT IN
(SELECT extract FROM file WHERE extract IS NOT NULL)"""  # noqa: S608


def insert(connection: apsw.Connection, text: bytes) -> int:
    """Keep the text of a file and return the number of the extract. Part of a transaction."""
    last = connection.execute("SELECT coalesce(max(id), 0) FROM extracted").get
    extract = (int(last) >> _BLOCK_BITS) + 1
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    for number, start in enumerate(range(0, len(text), BLOCK_BYTES)):
        block = seal(compressor.compress(text[start : start + BLOCK_BYTES]))
        row = (extract << _BLOCK_BITS | number, block)
        connection.execute("INSERT INTO extracted VALUES (?, ?)", row)
    return extract


def reader(connection: apsw.Connection, record: FileRecord) -> ReadKept:
    """Return a function that reads the kept text of a file, each block once.

    It raises StoreDamaged, also if no text of this file is kept.
    """
    blocks: dict[int, bytes] = {}

    def block(number: int) -> bytes:
        if number not in blocks:
            row = connection.execute(
                "SELECT data FROM extracted WHERE id = ?",
                (record.extract << _BLOCK_BITS | number,),
            ).fetchone()
            if row is None:
                raise StoreDamaged(f"{_WHAT} in the index is missing")
            blocks[number] = _unpack(row[0])
        return blocks[number]

    def read(span: Span) -> bytes:
        if not span.length:
            return b""
        first, last = span.start // BLOCK_BYTES, (span.end - 1) // BLOCK_BYTES
        joined = b"".join(map(block, range(first, last + 1)))
        start = span.start - first * BLOCK_BYTES
        return joined[start : start + span.length]

    return read


def is_whole(connection: apsw.Connection, extract: int, text_bytes: int) -> bool:
    """Tell whether all blocks of an extract are there and sound."""
    rows = connection.execute(
        "SELECT id, data FROM extracted WHERE id >= ? AND id < ? ORDER BY id",
        (extract << _BLOCK_BITS, (extract + 1) << _BLOCK_BITS),
    )
    held = 0
    try:
        for number, (id_, data) in enumerate(rows):
            if id_ != extract << _BLOCK_BITS | number or held != number * BLOCK_BYTES:
                return False
            held += len(_unpack(data))
    except StoreDamaged:
        return False
    return held == text_bytes


def has_strays(connection: apsw.Connection) -> bool:
    """Tell whether text is kept of files that are not there."""
    return bool(connection.execute(f"SELECT EXISTS (SELECT 1 {_STRAYS})").get)


def drop_strays(connection: apsw.Connection) -> None:
    """Forget text that is kept of files that are not there."""
    connection.execute(f"DELETE {_STRAYS}")


def _unpack(blob: bytes) -> bytes:
    packed = unseal(blob, _WHAT)
    try:
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=BLOCK_BYTES)
    except zstandard.ZstdError as error:
        raise StoreDamaged(f"{_WHAT} in the index cannot be unpacked ({error})") from error
