"""Where the bytes of the index go, counted in whole pages, so that the parts sum to the file."""

from __future__ import annotations

from pathlib import Path

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
