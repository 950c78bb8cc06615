"""What changed in a folder since last time. The scan is the authority; watchers only wake it.

"I cannot see it" is not "it was deleted": below a folder that cannot be listed, and in a root
that is gone or suddenly empty, nothing is missing. Another disk mounted over a folder below the
root is not yet told apart from a change of that folder.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from store import Folder, Signature

from .ignore import MAX_FILE_BYTES, ReasonByName, Refusal, Report, Rules

UNMOUNTED_AT = 20
"""A root that is empty though so many of its files are known is taken for an unmounted disk."""

_CHANGE = struct.Struct("<qQ")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read: it is new, or its signature differs from the known one."""

    path: str
    signature: Signature
    known: bool
    """True if the catalogue has an older state of it."""
    named: bool
    """True if the user asked for this very file: it is read even if it holds secrets."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The outcome of one scan. Paths are relative to the folder, joined by `os.sep`.

    Names that are not valid text carry surrogates (`os.fsencode` gives their bytes back).
    """

    online: bool
    """False if the root cannot be seen; then everything but `unreadable` is empty."""
    found: tuple[FoundFile, ...] = ()
    """In walk order: the files of a folder by name, then its folders."""
    unchanged: int = 0
    missing: tuple[str, ...] = ()
    """Known files that are gone, ascending."""
    ignored: tuple[str, ...] = ()
    """Known files that a rule now keeps from being read."""
    skipped: tuple[tuple[str, Signature, str], ...] = ()
    """Every file that people should know is not read, with the reason; known or not."""
    without_text: int = 0
    """Images, audio, archives and the like: counted, not listed."""
    unreadable: tuple[tuple[str, str], ...] = ()
    """Folders and files that could not be looked at, with the reason; the root is empty."""


def signature_of(status: os.stat_result) -> Signature:
    """Return the signature of a file from what `lstat` or `fstat` says."""
    change = zlib.crc32(_CHANGE.pack(status.st_ctime_ns, status.st_ino))
    return Signature(status.st_size, status.st_mtime_ns, change)


def scan(
    folder: Folder,
    known: Mapping[str, Signature | None],
    *,
    max_bytes: int = MAX_FILE_BYTES,
    reason_by_name: ReasonByName = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Scan:
    """Compare a folder with what the catalogue has of it; opens no files but ignore files.

    Args:
        folder: The folder; only its path and globs matter.
        known: Relative path → signature of every file in the catalogue, indexed or skipped;
            None stands for a file that is to be found again even if it did not change.
        max_bytes: Larger files are skipped.
        reason_by_name: File name → why the readers cannot read it, None if they may.
        is_cancelled: Asked once per folder; a cancelled scan reports nothing as missing.
    """
    rules = Rules.of(folder, max_bytes=max_bytes, reason_by_name=reason_by_name)
    device = _device(folder.path)
    walk = _Walk(known)
    finished = walk.run(rules, is_cancelled)
    if _device(folder.path) != device:
        walk.unreadable[""] = "its disk went away during the scan"
    if "" in walk.unreadable:
        return Scan(online=False, unreadable=tuple(walk.unreadable.items()))
    return walk.outcome(finished=finished)


def why(
    folder: Folder,
    path: Path,
    *,
    max_bytes: int = MAX_FILE_BYTES,
    reason_by_name: ReasonByName = lambda _: None,
) -> str | None:
    """Return why a scan would not read a file, None if it would. ValueError if it is elsewhere."""
    rules = Rules.of(folder, max_bytes=max_bytes, reason_by_name=reason_by_name)
    here = ""
    for name in path.relative_to(folder.path).parts:
        try:
            entries = _entries(rules.root, here)
            rules = rules.enter(here, entries)
            here = f"{here}{os.sep}{name}" if here else name
            refusal = _refuse(here, entries.get(name), rules)
        except OSError as error:
            return f"{Path(rules.root, here)} cannot be looked at: {_reason(error)}"
        if refusal:
            shown = Path(rules.root, here)
            return refusal.reason if shown == path else f"its folder {shown}: {refusal.reason}"
    return None


def _refuse(path: str, entry: os.DirEntry[str] | None, rules: Rules) -> Refusal | None:
    """Return why the walk would pass over one entry of a folder, with the walk's own rules."""
    if entry is None:
        return Refusal("there is no such file")
    if not entry.is_dir(follow_symlinks=False):
        return rules.refuse_file(path, entry.name, entry.stat(follow_symlinks=False))
    refusal = rules.refuse_folder(path, entry.name)
    return refusal or rules.refuse_contents(path, _entries(rules.root, path))


class _Walk:
    """One pass over a folder, gathering what `Scan` reports."""

    def __init__(self, known: Mapping[str, Signature | None]) -> None:
        self.known = known
        self.pending = set(known)
        """Known files not met yet."""
        self.pruned: set[str] = set()
        """Folders that a rule keeps the walk out of."""
        self.found: list[FoundFile] = []
        self.unchanged = 0
        self.ignored: list[str] = []
        self.skipped: list[tuple[str, Signature, str]] = []
        self.without_text = 0
        self.unreadable: dict[str, str] = {}

    def run(self, rules: Rules, is_cancelled: Callable[[], bool]) -> bool:
        """Walk depth first; returns whether it came to the end."""
        ahead = [("", rules)]
        while ahead and not is_cancelled():
            ahead.extend(reversed(self._visit(*ahead.pop())))
        return not ahead

    def outcome(self, *, finished: bool) -> Scan:
        """Return what was gathered; what was not met is missing only if the walk finished."""
        unmet = sorted(self.pending) if finished else []
        unseen = [path for path in unmet if not _is_below(path, self.unreadable)]
        ignored = [path for path in unseen if _is_below(path, self.pruned)]
        return Scan(
            online=True,
            found=tuple(self.found),
            unchanged=self.unchanged,
            missing=tuple(path for path in unseen if not _is_below(path, self.pruned)),
            ignored=(*self.ignored, *ignored),
            skipped=tuple(self.skipped),
            without_text=self.without_text,
            unreadable=tuple(self.unreadable.items()),
        )

    def _visit(self, path: str, rules: Rules) -> list[tuple[str, Rules]]:
        """Look at everything in one folder; returns the folders below it that are to be walked."""
        try:
            entries = _entries(rules.root, path)
            if not path and not entries and len(self.known) >= UNMOUNTED_AT:
                self.unreadable[path] = "empty, though it held files; is its disk mounted?"
            if rules.refuse_contents(path, entries):
                self.pruned.add(path)
                return []
            inside = rules.enter(path, entries)
        except OSError as error:
            is_gone = isinstance(error, FileNotFoundError | NotADirectoryError)
            if not (path and is_gone):
                self.unreadable[path] = _reason(error)
            return []
        return self._sort_out(path, entries.values(), inside)

    def _sort_out(
        self, path: str, entries: Iterable[os.DirEntry[str]], rules: Rules
    ) -> list[tuple[str, Rules]]:
        below = []
        base = path + os.sep if path else ""
        for entry in entries:
            child = base + entry.name
            try:
                if not entry.is_dir(follow_symlinks=False):
                    self._meet(child, entry, rules)
                elif rules.refuse_folder(child, entry.name):
                    self.pruned.add(child)
                else:
                    below.append((child, rules))
            except FileNotFoundError:
                continue  # it vanished after the folder was listed
            except OSError as error:
                self.unreadable[child] = _reason(error)
        return below

    def _meet(self, path: str, entry: os.DirEntry[str], rules: Rules) -> None:
        status = entry.stat(follow_symlinks=False)
        refusal = rules.refuse_file(path, entry.name, status)
        self.pending.discard(path)
        if refusal is None:
            self._accept(path, signature_of(status), rules)
        elif refusal.report is Report.LISTED:
            self.skipped.append((path, signature_of(status), refusal.reason))
        else:
            self.without_text += refusal.report is Report.COUNTED
            if path in self.known:
                self.ignored.append(path)

    def _accept(self, path: str, signature: Signature, rules: Rules) -> None:
        if self.known.get(path) == signature:
            self.unchanged += 1
        else:
            self.found.append(FoundFile(path, signature, path in self.known, rules.is_named(path)))


def _entries(root: str, path: str) -> dict[str, os.DirEntry[str]]:
    """Return what a folder holds, by name, ascending. Raises OSError; hides no error."""
    with os.scandir(f"{root}{os.sep}{path}" if path else root) as entries:
        return {entry.name: entry for entry in sorted(entries, key=attrgetter("name"))}


def _is_below(path: str, folders: Collection[str]) -> bool:
    """Return whether one of `folders` is `path` or lies above it."""
    ends = (end for end, character in enumerate(path) if character == os.sep)
    return path in folders or any(path[:end] in folders for end in ends)


def _device(path: Path) -> int | None:
    try:
        return path.stat().st_dev
    except OSError:
        return None


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
