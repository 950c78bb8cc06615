"""Watching a folder on systems without inotify, by whatever watchdog has for them (FSEvents)."""

from __future__ import annotations

import os

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from store import Folder

from ..scanning.ignore import MARKS
from .agenda import Agenda


class Observers:
    """Makes an observer for each folder."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda

    def tree(self, folder: Folder) -> ObservedTree:
        """Return a folder that is not watched yet."""
        return ObservedTree(folder, self._agenda)

    def close(self) -> None:
        """Close nothing: each folder has its own."""


class ObservedTree(FileSystemEventHandler):
    """One folder under an observer of its own."""

    def __init__(self, folder: Folder, agenda: Agenda) -> None:
        self._folder = folder
        self._agenda = agenda
        self._roots = {str(folder.path), os.path.realpath(folder.path)}
        self._observer: BaseObserver = Observer()
        self.trouble = ""

    def start(self) -> None:
        """Start watching. Raises OSError if that is not possible."""
        self._observer.schedule(self, str(self._folder.path), recursive=True)
        self._observer.start()

    def close(self) -> None:
        """Stop watching."""
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join()

    @property
    def is_alive(self) -> bool:
        """Whether events still come."""
        emitters = self._observer.emitters
        return self._observer.is_alive() and all(emitter.is_alive() for emitter in emitters)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note the directories of both ends, as events of FSEvents are merged and unordered."""
        for path in (event.src_path, event.dest_path):
            if path:
                self._note(os.fsdecode(path), is_folder=event.is_directory)

    def _note(self, path: str, *, is_folder: bool) -> None:
        for root in self._roots:
            if path == root:
                self._agenda.note(self._folder.id, "")
            elif path.startswith(root + os.sep):
                place = path[len(root) + 1 :]
                directory, _, name = place.rpartition(os.sep)
                self._agenda.note(self._folder.id, directory, deep=name in MARKS)
                if is_folder:
                    self._agenda.note(self._folder.id, place, deep=True)
