"""The part of a document around a hit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from indexer import Unreadable, read_now
from store import FileRecord, Hit, Passage, Preview, Store

_GAP = "\n\n"
"""Between chunks, when they are shown together."""
_SURROUNDINGS = 12
"""Chunks shown before and after a hit in its preview."""


def preview(store: Store, hit: Hit) -> Preview:
    """Return the text around a hit. Raises OSError if its file is gone or has no text."""
    try:
        record = _record(store, hit.path)
        passages = read_now(hit.path, record, store.read_kept(record) if record else None)
    except Unreadable as error:
        raise OSError(error.reason) from error
    place = _place(passages, hit)
    around = passages[max(0, place - _SURROUNDINGS) : place + _SURROUNDINGS + 1]
    before = around[: min(place, _SURROUNDINGS)]
    start = sum(len(one.text) + len(_GAP) for one in before)
    passage = passages[place].text
    same = passage == hit.text
    return Preview(
        text=_GAP.join(one.text for one in around),
        first_line=around[0].line,
        passage=(start, start + len(passage)),
        highlights=tuple((start + a, start + b) for a, b in hit.highlights) if same else (),
    )


def _record(store: Store, path: Path) -> FileRecord | None:
    """Return what the index knows of a file."""
    folder = next((one for one in store.folders() if one.path in path.parents), None)
    return store.file_at(folder, path) if folder else None


def _place(passages: Sequence[Passage], hit: Hit) -> int:
    """Return the place of the passage that holds a hit's start, the nearest if none does."""
    distances = [abs(one.span.start - hit.start) for one in passages]
    return distances.index(min(distances))
