"""One document: the text around a hit, and why a file is or is not indexed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import indexer
from indexer import CurrentTexts, Unreadable
from store import FileExplanation, FileRecord, Hit, Passage, Preview, Store

_GAP = "\n\n"
"""Between chunks, when they are shown together."""
_SURROUNDINGS = 12
"""Chunks shown before and after a hit in its preview."""


def preview(store: Store, texts: CurrentTexts, hit: Hit) -> Preview:
    """Return the text around a hit. Raises OSError if its file is gone or has no text."""
    try:
        record = _record(store, hit.path)
        passages = texts.read_now(hit.path, record, store.read_kept(record) if record else None)
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


def explain_file(store: Store, path: Path, *, max_bytes: int) -> FileExplanation:
    """Say why a file is or is not indexed."""
    place = path.expanduser().parent.resolve() / path.name
    folder = next((one for one in store.folders() if one.path in place.parents), None)
    if folder is None:
        return FileExplanation(
            place, False, "no indexed folder holds it; `thimble add` the folder it is in"
        )
    reason = indexer.why(folder, place, max_bytes=max_bytes)
    if reason is not None:
        return FileExplanation(place, False, reason)
    record = store.file_at(folder, place)
    if record is not None:
        reason = f"indexed in the folder {folder.name}, read as {record.kind}"
        return FileExplanation(place, True, reason, len(record.spans))
    skipped = next((one for one in store.skipped() if one.path == place), None)
    reason = skipped.reason if skipped else "not looked at yet; run `thimble index`"
    return FileExplanation(place, False, reason)
