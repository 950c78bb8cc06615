"""Where to look: the options that say so, as the store's filters."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from store import Filters

from .folders import find_folder

if TYPE_CHECKING:
    from .commands import AnyEngine


def filters_of(args: argparse.Namespace, engine: AnyEngine) -> Filters:
    """Return the filters that were asked for. Raises ValueError for an unknown folder."""
    known = engine.folders() if args.folder else ()
    return Filters(
        folders=tuple(find_folder(known, name).name for name in args.folder),
        paths=tuple(os.path.expanduser(glob) for glob in args.path),  # noqa: PTH111 (globs)
        types=tuple(args.type),
        since=args.since,
        until=args.until,
    )
