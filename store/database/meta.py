"""Single values that the index keeps about itself, and how large it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apsw

from ..values.status import Size

_FLOAT32_BYTES = 4
_PARTS = {
    "codes": "codes",
    "postings": "lexical",
    "segment": "lexical",
    "cache": "cache",
    "edges": "graph",
    "extracted": "extracted",
}
"""Table → part; every other table is the catalogue."""


def get_meta(connection: apsw.Connection, key: str) -> Any:
    """Return a value of the meta table, or None."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else row[0]


def set_meta(connection: apsw.Connection, key: str, value: apsw.SQLiteValue) -> None:
    """Store a value in the meta table."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def get_number(connection: apsw.Connection, key: str) -> int:
    """Return a whole number of the meta table, 0 if there is none."""
    return int(get_meta(connection, key) or 0)


def add_to_number(connection: apsw.Connection, key: str, more: int) -> int:
    """Add to a number of the meta table and return the sum."""
    number = get_number(connection, key) + more
    if more:
        set_meta(connection, key, number)
    return number


def measure(connection: apsw.Connection, path: Path, dims: int) -> Size:
    """Measure the index at `path`, whose embeddings have `dims` dimensions."""
    parts = {"codes": 0, "graph": 0, "lexical": 0, "catalogue": 0, "cache": 0, "extracted": 0}
    for table, pages in connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
        part = "codes" if "hub" in table else _PARTS.get(table, "catalogue")
        parts[part] += pages
    index_bytes = bytes_on_disk(path)
    # Free pages, and the log and lock of a writer at work.
    parts["overhead"] = index_bytes - sum(parts.values())
    text_bytes, chunks = connection.execute(
        "SELECT coalesce(sum(size), 0), coalesce(sum(chunks), 0) FROM file"
    ).get
    return Size(text_bytes, index_bytes, parts, chunks * dims * _FLOAT32_BYTES)


def bytes_on_disk(path: Path) -> int:
    """Return the bytes of the database at `path` and of what lies beside it under its name."""
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*") if file.is_file())
