"""Finding out why a file is or is not indexed."""

from __future__ import annotations

from pathlib import Path

import indexer
from store import Store

from .verdict import Verdict


def judge(store: Store, path: Path, *, max_bytes: int) -> Verdict:
    """Say why a file is or is not indexed."""
    place = path.expanduser().parent.resolve() / path.name
    folder = next((one for one in store.folders() if one.path in place.parents), None)
    if folder is None:
        return Verdict(
            place, False, "no indexed folder holds it; `thimble add` the folder it is in"
        )
    reason = indexer.why(folder, place, max_bytes=max_bytes, reason_by_name=indexer.why_not_read)
    if reason is not None:
        return Verdict(place, False, reason)
    record = store.file_at(folder, place)
    if record is not None:
        reason = f"indexed in the folder {folder.name}, read as {record.kind}"
        return Verdict(place, True, reason, len(record.spans))
    skipped = next((one for one in store.skipped() if one.path == place), None)
    reason = skipped.reason if skipped else "not looked at yet; run `thimble index`"
    return Verdict(place, False, reason)
