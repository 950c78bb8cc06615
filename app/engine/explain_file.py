"""Finding out why a file is or is not indexed."""

from __future__ import annotations

from pathlib import Path

import indexer
from store import FileExplanation, Store


def explain_file(store: Store, path: Path, *, max_bytes: int) -> FileExplanation:
    """Say why a file is or is not indexed."""
    place = path.expanduser().parent.resolve() / path.name
    folder = next((one for one in store.folders() if one.path in place.parents), None)
    if folder is None:
        return FileExplanation(
            place, False, "no indexed folder holds it; `thimble add` the folder it is in"
        )
    reason = indexer.why(folder, place, max_bytes=max_bytes, reason_by_name=indexer.why_not_read)
    if reason is not None:
        return FileExplanation(place, False, reason)
    record = store.file_at(folder, place)
    if record is not None:
        reason = f"indexed in the folder {folder.name}, read as {record.kind}"
        return FileExplanation(place, True, reason, len(record.spans))
    skipped = next((one for one in store.skipped() if one.path == place), None)
    reason = skipped.reason if skipped else "not looked at yet; run `thimble index`"
    return FileExplanation(place, False, reason)
