"""Which folders are watched, how, and whether that still works."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from store import Folder

from ..scanning.scan import root_identity
from .agenda import Agenda
from .mounts import Mounts

RECONCILE_S = 300.0
"""Every folder is looked at so often, watched or not."""
POLL_S = 60.0
"""Folders that cannot be watched are looked at so often."""
_SLEPT_S = 5.0
"""A gap of this length between two clocks means that the machine slept."""
_CLOCKS = ("CLOCK_MONOTONIC", "CLOCK_BOOTTIME", "CLOCK_UPTIME_RAW")
"""One that runs on while the machine sleeps and one that does not, on Linux and on macOS."""


class Trees(Protocol):
    """A way of watching that this system has."""

    def tree(self, folder: Folder) -> Tree:
        """Return a folder that is not watched yet. Raises OSError."""

    def close(self) -> None:
        """End all watching."""


class Tree(Protocol):
    """A folder being watched."""

    trouble: str
    """Why not all of it is watched; empty if it is."""

    def start(self) -> None:
        """Start watching. Raises OSError."""

    def close(self) -> None:
        """Stop watching."""

    @property
    def is_alive(self) -> bool:
        """Whether events still come."""


@dataclass(slots=True)
class _Watched:
    folder: Folder
    identity: str
    tree: Tree | None
    trouble: str
    """Why it is polled."""
    looked_at: float


class Watcher:
    """Notes in an agenda what may have changed in some folders. For use by one thread."""

    def __init__(self, agenda: Agenda, clock: Callable[[], float] = monotonic) -> None:
        self._agenda = agenda
        self._clock = clock
        self._watched: dict[int, _Watched] = {}
        self._mounts = Mounts.now()
        self._slept = _time_asleep()
        self._trees = _trees(agenda)

    def watch(self, folders: Sequence[Folder]) -> None:
        """Watch these folders and no others; those that are new here are looked at at once."""
        wanted = {folder.id: folder for folder in folders}
        for folder_id, known in list(self._watched.items()):
            if wanted.get(folder_id) is None or not _is_same(wanted[folder_id], known.folder):
                self._stop(folder_id)
        for folder_id, folder in wanted.items():
            if folder_id not in self._watched:
                self._start(folder)

    def supervise(self) -> None:
        """See to it that nothing is missed; to be called every few seconds.

        Folders that appeared, vanished or were replaced, whose watching died, or whose time has
        come are watched anew and looked at; all are after a sleep and when a disk came or went.
        """
        slept, mounts = _time_asleep(), Mounts.now()
        is_other = mounts != self._mounts or slept - self._slept > _SLEPT_S
        self._slept, self._mounts = slept, mounts
        for folder_id, known in list(self._watched.items()):
            is_dead = known.tree is not None and not known.tree.is_alive
            if is_other or is_dead or self._identity(known.folder) != known.identity:
                self._stop(folder_id)
                self._start(known.folder)
            elif self._clock() - known.looked_at >= (
                POLL_S if self._trouble(known) else RECONCILE_S
            ):
                known.looked_at = self._clock()
                self._agenda.look_at_all([folder_id], urgent=False)

    def polled(self) -> dict[str, str]:
        """Return name → reason of the folders that cannot be watched in full."""
        return {
            known.folder.name: reason
            for known in self._watched.values()
            if (reason := self._trouble(known))
        }

    def close(self) -> None:
        """Watch nothing any more."""
        for folder_id in list(self._watched):
            self._stop(folder_id)
        self._trees.close()

    @staticmethod
    def _trouble(known: _Watched) -> str:
        """Return why a folder is polled; empty if it is watched."""
        return known.trouble or (known.tree.trouble if known.tree is not None else "")

    def _start(self, folder: Folder) -> None:
        kind = self._mounts.remote_kind(folder.path)
        identity = self._identity(folder)
        tree, trouble = None, ""
        if kind is not None:
            trouble = f"it is on another computer ({kind}), which tells nothing of changes there"
        elif not identity:
            trouble = "it is not there now"
        else:
            try:
                tree = self._trees.tree(folder)
                tree.start()
            except OSError as error:
                trouble = f"it cannot be watched: {error.strerror or error}"
        known = _Watched(folder, identity, tree, trouble, self._clock())
        self._watched[folder.id] = known
        self._agenda.look_at_all([folder.id])

    def _stop(self, folder_id: int) -> None:
        known = self._watched.pop(folder_id)
        if known.tree is not None:
            known.tree.close()

    def _identity(self, folder: Folder) -> str:
        """Return what tells a root from another one; not asked of other computers, who may hang."""
        if self._mounts.remote_kind(folder.path) is not None:
            return "remote"
        return root_identity(folder.path)


def _is_same(one: Folder, other: Folder) -> bool:
    same = (one.path, one.include, one.exclude)
    return same == (other.path, other.include, other.exclude)


def _trees(agenda: Agenda) -> Trees:
    if sys.platform.startswith("linux"):
        from .inotify import Inotify

        return Inotify(agenda)
    from .observer import Observers

    return Observers(agenda)


def _time_asleep() -> float:
    """Return for how many seconds the machine has slept since it started, or a constant."""
    now = {name: time.clock_gettime(getattr(time, name)) for name in _CLOCKS if hasattr(time, name)}
    if "CLOCK_BOOTTIME" in now:
        return now["CLOCK_BOOTTIME"] - now["CLOCK_MONOTONIC"]
    return now["CLOCK_MONOTONIC"] - now.get("CLOCK_UPTIME_RAW", now["CLOCK_MONOTONIC"])
