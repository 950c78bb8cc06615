"""Looking for damage: every checksum, and whether the parts of the index fit each other.

To check another part, add a function to `_CHECKS`; it yields a finding for each thing that is
wrong. One that cannot even read its part yields what it was told.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import apsw

from ..database.connection import is_checksum_error
from ..database.meta import get_meta, get_number
from ..documents import extracts
from ..documents.packed_parts import unpack_parts
from ..documents.pathnames import joined
from ..documents.spans import unpack_layout
from ..graph import edges, hubs
from ..lexical import rare_terms
from ..lexical.postings import decode_block
from ..lexical.segments import Segment, segments
from ..values.errors import StoreDamaged
from ..values.health import Finding, IndexPart
from ..vectors import cache, codes

EVERYTHING = (1, 2**62)
_MOST_TOLD = 5


def check(connection: apsw.Connection) -> tuple[Finding, ...]:
    """Check the whole index within one transaction; what is sound gives no findings."""
    findings = list(_guarded(IndexPart.DATABASE, _database, connection))
    if not findings:
        for part, look in _CHECKS:
            findings += _guarded(part, look, connection)
    return tuple(findings)


def file_ranges(connection: apsw.Connection) -> list[tuple[int, int]]:
    """Return (first chunk, end) of every file, ascending."""
    rows = connection.execute("SELECT first_chunk, chunks FROM file ORDER BY first_chunk")
    return [(first, first + chunks) for first, chunks in rows]


def damaged_segments(connection: apsw.Connection) -> list[Segment]:
    """Return the segments of postings that cannot be read, or are not what they should be."""
    return [one for one in segments(connection) if not _is_sound(connection, one)]


Check = Callable[[apsw.Connection], Iterator[Finding]]


def _guarded(part: IndexPart, look: Check, connection: apsw.Connection) -> Iterator[Finding]:
    try:
        yield from look(connection)
    except StoreDamaged as error:
        yield Finding(part, error.what, EVERYTHING)
    except apsw.Error as error:
        why = "a page does not match its checksum" if is_checksum_error(error) else str(error)
        yield Finding(IndexPart.DATABASE, f"the {part} cannot be read: {why}", EVERYTHING)


def _database(connection: apsw.Connection) -> Iterator[Finding]:
    for (told,) in connection.execute(f"PRAGMA integrity_check({_MOST_TOLD})"):
        if told != "ok":
            yield Finding(IndexPart.DATABASE, f"the database is damaged: {told}", EVERYTHING)
    for key in ("generation", "next_chunk", "text_bytes"):
        if not isinstance(get_meta(connection, key), int):
            yield Finding(IndexPart.DATABASE, f"the index has lost its {key}", EVERYTHING)


def _catalogue(connection: apsw.Connection) -> Iterator[Finding]:
    if get_meta(connection, "index_model") is None and file_ranges(connection):
        yield Finding(
            IndexPart.CATALOGUE, "it is not known which model the index is from", EVERYTHING
        )
    for table, *_ in connection.execute("PRAGMA foreign_key_check"):
        yield Finding(
            IndexPart.CATALOGUE, f"a row of the table {table} belongs to nothing", EVERYTHING
        )
    yield from _files(connection)
    size = connection.execute("SELECT coalesce(sum(size), 0) FROM file").get
    if get_number(connection, "text_bytes") != size:
        yield Finding(IndexPart.CATALOGUE, "the size of the indexed text is miscounted")


def _files(connection: apsw.Connection) -> Iterator[Finding]:
    rows = connection.execute(
        """SELECT first_chunk, chunks, spans, outline, folder.path, directory.path, file.name
        FROM file JOIN directory ON directory.id = file.directory
        JOIN folder ON folder.id = folder"""
    )
    for first, chunks, spans, outline, *place in rows:
        try:
            held = len(unpack_layout(spans, outline)[0])
        except StoreDamaged:
            held = -1
        if held != chunks:
            what = f"what is known of {joined(*place)} is damaged"
            yield Finding(IndexPart.CATALOGUE, what, (first, first + max(chunks, 1)))


def _ranges(connection: apsw.Connection) -> Iterator[Finding]:
    """Files and tombstones must share out all chunk ids among them."""
    files = file_ranges(connection)
    dead = connection.execute("SELECT first_chunk, first_chunk + chunks FROM tombstone")
    end = get_number(connection, "next_chunk")
    for before, after in pairwise([(1, 1), *files]):
        if after[0] < before[1]:
            yield Finding(IndexPart.CATALOGUE, "two files share chunks", (after[0], before[1]))
    if files and files[-1][1] > end:
        yield Finding(IndexPart.CATALOGUE, "a file has chunks that were never given out", files[-1])
    expected = holes(files, end)
    if sorted(_joined(sorted(dead))) != expected:
        yield Finding(IndexPart.CATALOGUE, "the removed chunks are not those that no file has")


def holes(files: list[tuple[int, int]], end: int) -> list[tuple[int, int]]:
    """Return the ranges of chunk ids below `end` that no file has."""
    edges = [(1, 1), *files, (end, end)]
    return [(one[1], two[0]) for one, two in pairwise(edges) if one[1] < two[0]]


def _joined(ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join ranges that touch; those that overlap stay as they are."""
    current: tuple[int, int] | None = None
    for first, end in ranges:
        if current and current[1] == first:
            current = (current[0], end)
            continue
        if current:
            yield current
        current = (first, end)
    if current:
        yield current


def _codes(connection: apsw.Connection) -> Iterator[Finding]:
    next_chunk = get_number(connection, "next_chunk")
    for block in codes.damaged_blocks(connection, next_chunk):
        first = block * codes.BLOCK_CHUNKS
        yield Finding(
            IndexPart.CODES,
            f"block {block} of the codes is damaged or missing",
            (first, first + codes.BLOCK_CHUNKS),
        )


def _graph(connection: apsw.Connection) -> Iterator[Finding]:
    next_chunk = get_number(connection, "next_chunk")
    edges.load(connection, next_chunk)
    if not 1 <= get_number(connection, "next_unlinked") <= next_chunk:
        yield Finding(IndexPart.GRAPH, "it is not known how far the graph goes")


def _hubs(connection: apsw.Connection) -> Iterator[Finding]:
    hubs.verify(connection)
    live = codes.live_mask(connection, get_number(connection, "next_chunk"))
    chunks = hubs.known(connection)
    if ((chunks < 1) | (chunks >= live.size)).any() or not live[chunks].all():
        yield Finding(IndexPart.HUBS, "a hub is of a chunk that is not there", EVERYTHING)


def _postings(connection: apsw.Connection) -> Iterator[Finding]:
    for segment in damaged_segments(connection):
        yield Finding(
            IndexPart.POSTINGS,
            f"postings are damaged or missing (segment {segment.id})",
            (segment.first_chunk, segment.end_chunk),
        )
    edges = [(one.first_chunk, one.end_chunk) for one in segments(connection)]
    if any(one[1] > two[0] for one, two in pairwise(edges)):
        yield Finding(IndexPart.POSTINGS, "two segments of postings share chunks", EVERYTHING)
    next_chunk = get_number(connection, "next_chunk")
    if edges and edges[-1][1] > next_chunk:
        yield Finding(
            IndexPart.POSTINGS, "postings are of chunks that were never given out", EVERYTHING
        )
    for first, end in holes(edges, next_chunk):
        yield Finding(IndexPart.POSTINGS, "chunks have no postings", (first, end))


def _is_sound(connection: apsw.Connection, segment: Segment) -> bool:
    rows = connection.execute(
        "SELECT id, data FROM postings WHERE id >= ? AND id < ?",
        (segment.base, segment.base + (1 << 32)),
    )
    held = 0
    try:
        for id_, data in rows:
            if id_ - segment.base >= rare_terms.END_OF_KEYS:
                rare_terms.decode_entries(data, segment)
                continue
            block = decode_block(data, segment)
            inside = (block.chunks >= segment.first_chunk) & (block.chunks < segment.end_chunk)
            if not inside.all():
                return False
            held += len(block)
    except StoreDamaged:
        return False
    return held == segment.postings


def _cache(connection: apsw.Connection) -> Iterator[Finding]:
    live = codes.live_mask(connection, get_number(connection, "next_chunk"))
    rows = connection.execute("SELECT chunk, vector FROM cache")
    bad = sum(
        not (0 < chunk < live.size and live[chunk]) or cache.unpack(chunk, vector) is None
        for chunk, vector in rows
    )
    if bad:
        yield Finding(IndexPart.CACHE, f"{bad} cached embeddings are damaged or of removed chunks")


def _extracted(connection: apsw.Connection) -> Iterator[Finding]:
    rows: list[Any] = connection.execute(
        """SELECT first_chunk, chunks, extract, places, spans, outline, name FROM file
        WHERE extract IS NOT NULL OR places IS NOT NULL"""
    ).fetchall()
    for first, chunks, extract, parts, spans, outline, name in rows:
        try:
            text_bytes = unpack_parts(parts or b"").text_bytes
            last = unpack_layout(spans, outline)[0][-1:]
            is_sound = all(span.end <= text_bytes for span in last)
        except StoreDamaged:
            is_sound = False
        if not (is_sound and extracts.is_whole(connection, extract or 0, text_bytes)):
            what = f"the extracted text of {os.fsdecode(name)} is damaged"
            yield Finding(IndexPart.EXTRACTED, what, (first, first + max(chunks, 1)))
    if extracts.has_strays(connection):
        yield Finding(IndexPart.EXTRACTED, "text is kept of files that are not there")


_CHECKS: tuple[tuple[IndexPart, Check], ...] = (
    (IndexPart.CATALOGUE, _catalogue),
    (IndexPart.CATALOGUE, _ranges),
    (IndexPart.CODES, _codes),
    (IndexPart.GRAPH, _graph),
    (IndexPart.HUBS, _hubs),
    (IndexPart.POSTINGS, _postings),
    (IndexPart.CACHE, _cache),
    (IndexPart.EXTRACTED, _extracted),
)
