"""Where to look: the options that say so, as the store's filters."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence

from store import Filters, Folder

from ..engine.folders import find_folder


def filters_of(args: argparse.Namespace, folders: Callable[[], Sequence[Folder]]) -> Filters:
    """Return the filters that were asked for. Raises ValueError for an unknown folder."""
    known = folders() if args.folder else ()
    return Filters(
        folders=tuple(find_folder(known, name).name for name in args.folder),
        paths=tuple(os.path.expanduser(glob) for glob in args.path),  # noqa: PTH111 (globs)
        types=tuple(args.type),
        since=args.since,
        until=args.until,
    )
