"""What changed in a folder since last time. The scan is the authority; watchers only wake it.

"I cannot see it" is not "it was deleted": below a folder that cannot be listed, and in a root
that is gone, suddenly empty or another one, nothing is missing. Another disk mounted over a folder
below the root is not told apart from a change of that folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from store import Folder, Signature

from .ignore import MAX_FILE_BYTES, Rules, Skips
from .scope import Scope, is_below
from .signature import signature_of

UNMOUNTED_AT = 20
"""A root that is empty though so many of its files are known is taken for an unmounted disk."""


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
    root: str = field(default="", compare=False)
    """Identity of the root (`root_identity`)."""
    known: int = field(default=0, compare=False)
    """Files that the catalogue has of the whole folder."""


def root_identity(path: Path) -> str:
    """Return what tells a folder from another one in its place; empty if it cannot be seen."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_dev}:{status.st_ino}"


def scan(
    folder: Folder,
    known: Mapping[str, Signature | None],
    *,
    scope: Scope | None = None,
    last_root: str = "",
    max_bytes: int = MAX_FILE_BYTES,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Scan:
    """Compare a folder with what the catalogue has of it; opens no files but ignore files.

    Args:
        folder: The folder; only its path and globs matter.
        known: Relative path → signature of every file in the catalogue, indexed or skipped;
            None stands for a file that is to be found again even if it did not change.
        scope: What is to be looked at; None is everything.
        last_root: Identity of the root at the last scan that found the folder online. If it is
            another one now and holds none of many known files, the folder is not online.
        max_bytes: Larger files are skipped.
        is_cancelled: Asked once per folder; a cancelled scan reports nothing as missing.
    """
    rules = Rules.of(folder, max_bytes=max_bytes)
    root = root_identity(folder.path)
    is_new = bool(last_root) and root != last_root
    walk = _Walk(known, None if is_new else scope)
    finished = walk.run(rules, is_cancelled)
    if root_identity(folder.path) != root:
        walk.unreadable[""] = "it went away during the scan"
    elif is_new and finished and len(known) >= UNMOUNTED_AT and len(walk.pending) == len(known):
        walk.unreadable[""] = "another folder is in its place; is its disk mounted?"
    if "" in walk.unreadable:
        return Scan(online=False, unreadable=tuple(walk.unreadable.items()), known=len(known))
    return walk.outcome(root, finished=finished)


class _Walk:
    """One pass over a folder, gathering what `Scan` reports."""

    def __init__(self, known: Mapping[str, Signature | None], scope: Scope | None) -> None:
        self.known = known
        self.scope = scope
        self.pending = {
            path for path in known if scope is None or scope.covers(path.rpartition(os.sep)[0])
        }
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

    def outcome(self, root: str, *, finished: bool) -> Scan:
        """Return what was gathered; what was not met is missing only if the walk finished."""
        unmet = sorted(self.pending) if finished else []
        unseen = [path for path in unmet if not is_below(path, self.unreadable)]
        ignored = [path for path in unseen if is_below(path, self.pruned)]
        return Scan(
            online=True,
            found=tuple(self.found),
            unchanged=self.unchanged,
            missing=tuple(path for path in unseen if not is_below(path, self.pruned)),
            ignored=(*self.ignored, *ignored),
            skipped=tuple(self.skipped),
            without_text=self.without_text,
            unreadable=tuple(self.unreadable.items()),
            root=root,
            known=len(self.known),
        )

    def _visit(self, path: str, rules: Rules) -> list[tuple[str, Rules]]:
        """Look at everything in one folder; returns the folders below it that are to be walked."""
        try:
            entries = list_folder(rules.root, path)
            if not path and not entries and len(self.known) >= UNMOUNTED_AT:
                self.unreadable[path] = "empty, though it held files; is its disk mounted?"
            if rules.refuse_contents(path, entries):
                self.pruned.add(path)
                return []
            inside = rules.enter(path, entries)
        except OSError as error:
            is_gone = isinstance(error, FileNotFoundError | NotADirectoryError)
            if not (path and is_gone):
                self.unreadable[path] = error_reason(error)
            return []
        return self._sort_out(path, entries.values(), inside)

    def _sort_out(
        self, path: str, entries: Iterable[os.DirEntry[str]], rules: Rules
    ) -> list[tuple[str, Rules]]:
        below = []
        base = path + os.sep if path else ""
        takes_files = self.scope is None or self.scope.covers(path)
        for entry in entries:
            child = base + entry.name
            try:
                if not entry.is_dir(follow_symlinks=False):
                    if takes_files:
                        self._meet(child, entry, rules)
                elif self.scope is not None and not self.scope.leads(child):
                    continue
                elif rules.refuse_folder(child, entry.name):
                    self.pruned.add(child)
                else:
                    below.append((child, rules))
            except FileNotFoundError:
                continue  # it vanished after the folder was listed
            except OSError as error:
                self.unreadable[child] = error_reason(error)
        return below

    def _meet(self, path: str, entry: os.DirEntry[str], rules: Rules) -> None:
        status = entry.stat(follow_symlinks=False)
        refusal = rules.refuse_file(path, entry.name, status)
        self.pending.discard(path)
        if refusal is None:
            self._accept(path, signature_of(status), rules)
        elif refusal.report is Skips.LISTED:
            self.skipped.append((path, signature_of(status), refusal.reason))
        else:
            self.without_text += refusal.report is Skips.COUNTED
            if path in self.known:
                self.ignored.append(path)

    def _accept(self, path: str, signature: Signature, rules: Rules) -> None:
        if self.known.get(path) == signature:
            self.unchanged += 1
        else:
            self.found.append(FoundFile(path, signature, path in self.known, rules.is_named(path)))


def list_folder(root: str, path: str) -> dict[str, os.DirEntry[str]]:
    """Return what a folder holds, by name, ascending. Raises OSError; hides no error."""
    with os.scandir(f"{root}{os.sep}{path}" if path else root) as entries:
        return {entry.name: entry for entry in sorted(entries, key=attrgetter("name"))}


def error_reason(error: OSError) -> str:
    """Return what went wrong, in words."""
    return error.strerror or str(error)
