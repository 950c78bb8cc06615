"""Whether a run would change anything, found out without writing a byte."""

from __future__ import annotations

from store import Folder, Store

from .scan import scan
from .scope import Scope


def is_current(store: Store, folder: Folder, scope: Scope | None, *, max_bytes: int) -> bool:
    """Return whether the index agrees with a folder, or with a part of it. Raises StoreError."""
    seen = store.last_seen(folder)
    outcome = scan(
        folder,
        store.known_files(folder),
        scope=scope,
        last_root=seen.root,
        max_bytes=max_bytes,
    )
    if outcome.online != folder.online or outcome.root not in ("", seen.root):
        return False
    if outcome.found or outcome.missing or outcome.ignored or seen.missing:
        return False
    refused = [(path, reason) for path, _, reason in outcome.skipped] + [*outcome.unreadable]
    noted = store.skip_reasons(folder) if refused else {}
    return not outcome.online or all(noted.get(path) == reason for path, reason in refused)
