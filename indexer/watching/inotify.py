"""Watching the directories of a folder on Linux, one inotify watch for each that a scan enters.

watchdog reads the kernel's queue; which directories are watched is decided here, because its own
recursive watching says neither that events were lost nor that a limit left directories unwatched.
"""

from __future__ import annotations

import errno
import os
import threading

from watchdog.observers.inotify_c import InotifyConstants as In
from watchdog.observers.inotify_c import InotifyEvent, InotifyFD, Mask, WatchDescriptor

from store import Folder

from ..scanning.ignore import MARKS, Rules
from ..scanning.scan import list_folder
from .agenda import Agenda

_MASK = Mask(
    In.IN_CREATE
    | In.IN_DELETE
    | In.IN_MOVE
    | In.IN_CLOSE_WRITE
    | In.IN_ATTRIB
    | In.IN_ONLYDIR
    | In.IN_DONT_FOLLOW
    | In.IN_EXCL_UNLINK
)
"""Not `IN_MODIFY`: a writer closes the file, and of one that never does the next scan tells."""
_LIMIT = "the system's limit of watched folders is reached (sysctl fs.inotify.max_user_watches)"


class Inotify:
    """The kernel's queue, opened when the first folder is watched and again if its reader died."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._queue: InotifyFD | None = None

    def tree(self, folder: Folder) -> InotifyTree:
        """Return a folder that is not watched yet. Raises OSError if there is no queue to have."""
        if self._queue is None or not self._queue.is_alive():
            self._queue = InotifyFD()
            self._queue.start()
        return InotifyTree(self._queue, folder, self._agenda)

    def close(self) -> None:
        """Close the queue."""
        if self._queue is not None:
            self._queue.stop()
            self._queue.join()


class InotifyTree:
    """The watches of one folder. Its callbacks run in the thread that reads the queue."""

    def __init__(self, inotify: InotifyFD, folder: Folder, agenda: Agenda) -> None:
        self._inotify = inotify
        self._folder = folder
        self._agenda = agenda
        self._root = str(folder.path)
        self._lock = threading.RLock()
        self._paths: dict[WatchDescriptor, str] = {}
        self._places: dict[str, tuple[WatchDescriptor, Rules]] = {}
        self._is_open = True
        self.trouble = ""
        """Why not all directories are watched; empty if they are."""

    def start(self) -> None:
        """Watch the folder and all below it that its rules let a scan enter."""
        rules = Rules.of(self._folder, max_bytes=0)
        with self._lock:
            self._add("", rules)

    def close(self) -> None:
        """Give the watches back."""
        with self._lock:
            self._is_open = False
            self._drop("")

    @property
    def is_alive(self) -> bool:
        """Whether events still come."""
        return self._inotify.is_alive()

    @property
    def count(self) -> int:
        """Number of directories that are watched."""
        return len(self._places)

    def on_event(self, event: InotifyEvent) -> None:
        """Note the directory, and follow directories that come, go or get other rules."""
        with self._lock:
            here = self._paths.get(event.wd)
            if here is None or not self._is_open:
                return
            name = os.fsdecode(event.name)
            self._agenda.note(self._folder.id, here, deep=name in MARKS)
            rules = self._places[here][1]
            if name in MARKS:
                self._drop(here)
                self._add(here, rules)
            elif name and event.is_directory:
                path = f"{here}{os.sep}{name}" if here else name
                self._agenda.note(self._folder.id, path, deep=True)
                if path in self._places:
                    self._drop(path)
                if not (event.is_delete or event.is_moved_from):
                    self._add_below(here, rules, name)

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """Forget a watch whose directory is gone."""
        with self._lock:
            path = self._paths.pop(wd, None)
            if path is not None and self._places.get(path, (None,))[0] == wd:
                del self._places[path]

    def on_queue_overflow(self) -> None:
        """Watch anew and have everything looked at: nobody knows what was lost."""
        with self._lock:
            if self._is_open:
                self._drop("")
                self.trouble = ""
                self.start()
        self._agenda.look_at_all([self._folder.id])

    def _add(self, path: str, rules: Rules) -> None:
        """Watch a directory, then those in it; the other way round one would be missed."""
        ahead = [(path, rules)]
        while ahead:
            place, outer = ahead.pop()
            try:
                self._watch(place, outer)
                entries = list_folder(self._root, place)
                if outer.refuse_contents(place, entries):
                    continue  # stays watched by itself, as its contents may change
                inner = outer.enter(place, entries)
                for name, entry in entries.items():
                    if entry.is_dir(follow_symlinks=False):
                        below = f"{place}{os.sep}{name}" if place else name
                        if not inner.refuse_folder(below, name):
                            ahead.append((below, inner))
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EMFILE):
                    self.trouble = _LIMIT
                    return

    def _add_below(self, here: str, rules: Rules, name: str) -> None:
        """Watch a directory that appeared in a watched one, unless rules keep a scan out."""
        path = f"{here}{os.sep}{name}" if here else name
        try:
            inner = rules.enter(here, list_folder(self._root, here))
        except OSError:
            return  # the scan will say
        if not inner.refuse_folder(path, name):
            self._add(path, inner)

    def _watch(self, path: str, rules: Rules) -> None:
        full = os.fsencode(f"{self._root}{os.sep}{path}" if path else self._root)
        if path in self._places:
            return
        wd = self._inotify.add_callback(full, _MASK, self, id(self))  # type: ignore[arg-type]
        if (other := self._paths.get(wd)) is not None:
            self._places.pop(other, None)
        self._paths[wd] = path
        self._places[path] = (wd, rules)

    def _drop(self, path: str) -> None:
        """Stop watching a directory and all below it."""
        below = path + os.sep if path else ""
        gone = [place for place in self._places if place == path or place.startswith(below)]
        watches = [self._places.pop(place)[0] for place in gone]
        for wd in watches:
            self._paths.pop(wd, None)
        known = [(wd, id(self)) for wd in watches]
        self._inotify.remove_callbacks(known)  # type: ignore[arg-type]
