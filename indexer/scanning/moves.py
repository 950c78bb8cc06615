"""Recognising content that is indexed already: moved, renamed or only touched."""

from __future__ import annotations

from pathlib import Path

from store import Folder, Writer

from .scan import FoundFile, Scan


class MovedFrom:
    """The files of a folder that are gone from their place; some turn up elsewhere."""

    def __init__(self, folder: Folder, outcome: Scan, writer: Writer) -> None:
        self._folder = folder
        before = [file.path for file in outcome.found if file.known]
        wanted = [*before, *outcome.missing] if outcome.found else []
        self._digests = writer.digests(folder, wanted)
        self.left = dict.fromkeys(outcome.missing)
        """Relative paths that did not turn up so far, in order."""
        self._by_digest = {
            self._digests[path]: path for path in outcome.missing if path in self._digests
        }

    def is_known(self, file: FoundFile, digest: bytes) -> bool:
        """Tell whether this content may turn out to be indexed already."""
        return self._digests.get(file.path) == digest or digest in self._by_digest

    def old_place(self, file: FoundFile, digest: bytes) -> Path | None:
        """Return where this content is indexed: its own path if it did not change, or a gone one.

        A place is given out once.
        """
        if self._digests.get(file.path) == digest:
            return self._folder.path / file.path
        path = self._by_digest.pop(digest, None)
        if path is None:
            return None
        del self.left[path]
        return self._folder.path / path
