"""Which part of a folder is looked at again: what a watcher heard of, or all of it."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Scope:
    """Some directories of a folder, as paths relative to it; the folder itself is empty."""

    flat: frozenset[str] = frozenset()
    """Looked at without the directories in them."""
    deep: frozenset[str] = frozenset()
    """Looked at with everything below; need not exist any more."""

    def covers(self, directory: str) -> bool:
        """Return whether the files that lie directly in a directory are looked at."""
        return directory in self.flat or is_below(directory, self.deep)

    def leads(self, directory: str) -> bool:
        """Return whether a directory is looked at or on the way to one that is."""
        return directory in self._ways or is_below(directory, self.deep)

    @cached_property
    def _ways(self) -> frozenset[str]:
        ways = {""}
        for path in self.flat | self.deep:
            ends = (end for end, character in enumerate(path) if character == os.sep)
            ways.update((path, *(path[:end] for end in ends)))
        return frozenset(ways)


def is_below(path: str, folders: Collection[str]) -> bool:
    """Return whether one of `folders` is `path` or lies above it; the empty path is above all."""
    if path in folders or "" in folders:
        return True
    ends = (end for end, character in enumerate(path) if character == os.sep)
    return any(path[:end] in folders for end in ends)
