"""Forgetting files that are gone, but not at once if most of a folder is.

A disk that is half there, or a folder that another program is just replacing, looks as if most of
it was deleted. Searches leave out what is gone in any case, so that nothing is lost by waiting,
and what comes back need not be indexed again.
"""

from __future__ import annotations

from collections.abc import Iterable
from time import time

from store import Folder, LastSeen, Writer

from .scan import Scan, root_identity

GRACE_S = 24 * 3600.0
"""After so long, files that are still missing are taken for deleted."""
_FEWEST = 20
_SHARE = 0.5


def forgettable(
    writer: Writer,
    folder: Folder,
    outcome: Scan,
    missing: Iterable[str],
    *,
    is_whole: bool,
    is_careful: bool,
) -> tuple[str, ...]:
    """Return which missing files are to be forgotten now, and note those that are not.

    Args:
        writer: Of the index.
        folder: The folder they are missing from.
        outcome: The scan that did not find them.
        missing: Their paths relative to the folder.
        is_whole: Whether that scan looked at the whole folder.
        is_careful: False if somebody asked for this run, who then means what is there now.
    """
    gone = tuple(missing)
    if root_identity(folder.path) != outcome.root:
        return ()  # the whole folder went away meanwhile
    seen = writer.last_seen(folder)
    is_many = len(gone) >= max(_FEWEST, outcome.known * _SHARE)
    if is_careful and not is_whole and not is_many and seen.missing_since is not None:
        return ()
    now = time()
    since = min(seen.missing_since or now, now)
    if is_careful and is_many and now - since < GRACE_S:
        writer.set_last_seen(folder, LastSeen(outcome.root, len(gone), since), online=True)
        return ()
    if is_whole or is_many:
        writer.set_last_seen(folder, LastSeen(outcome.root), online=True)
    return gone
