"""What is not read, and why: ignore files, hidden and temporary names, folders full of programs.

The scan, `why` and whatever watches files ask the same `Rules`, so there is one answer. A folder
that the user named is read even if it is hidden or ignored by a folder above it: rules start to
hold below it.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum
from typing import Self

from store import Folder

from ..formats.table import Access, format_of, size_factor
from .globs import Pattern, Patterns, parse_glob, parse_line
from .secrets import secret_by_name

MAX_FILE_BYTES = 32 * 2**20
"""Larger texts are not read unless the settings say otherwise; see also `size_factor`."""

RULE_FILES = (".gitignore", ".ignore", ".thimbleignore")
"""Within one folder later files win over earlier ones; files of deeper folders win over both."""

_MAX_RULE_FILE_BYTES = 256 * 2**10
_NO_FILE = frozenset({errno.ENOENT, errno.ELOOP, errno.ENXIO})
"""What opening a dead link, a link to itself and a socket fails with."""

_PROGRAM_FOLDERS = {
    "node_modules": "installed packages",
    "bower_components": "installed packages",
    "__pycache__": "compiled Python",
    "__MACOSX": "left over from an archive",
    "CVS": "version control",
    "lost+found": "file system",
    "$RECYCLE.BIN": "recycle bin",
    "System Volume Information": "file system",
}
_PROGRAM_FOLDER_MARKS = {
    "pyvenv.cfg": "a Python environment",
    "conda-meta": "a conda environment",
}
_CACHE_TAG = "CACHEDIR.TAG"
_CACHE_MARK = b"Signature: 8a477f597d28d172789f06886806bc55"
MARKS = frozenset({*RULE_FILES, *_PROGRAM_FOLDER_MARKS, _CACHE_TAG})  # decide about folders
_PREFIXES = (".#", ".~lock.", ".goutputstream-", "~$")
_SUFFIXES = ("~", ".swp", ".swo", ".swx", ".tmp", ".part", ".partial", ".crdownload")
_TEMPORARY = frozenset({"4913", "Thumbs.db", "desktop.ini", "Icon\r"})
_USUAL = re.compile(
    r"[^\W_][^~]*\.(?:md|markdown|mdx|rst|org|adoc|tex|html?|pdf|docx|pptx|odt|epub|eml"
    r"|py|js|ts|tsx|c|h|cpp|go|rs|java)"
)


class Skips(Enum):
    """Whether people hear of a file that is not read without asking about it."""

    SILENT = "silent"
    COUNTED = "counted"
    LISTED = "listed"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file or folder is not read: one line for people that names the rule."""

    reason: str
    report: Skips = Skips.SILENT


@dataclass(frozen=True, slots=True)
class _RuleFile:
    path: str
    base: str
    """Path of its folder relative to the root, with a trailing separator; empty for the root."""
    patterns: Patterns


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force inside one folder of a root. All paths are relative to the root."""

    root: str
    max_bytes: int
    include: Patterns
    named: Patterns
    """The include globs that name something, as `*.pem` does and `*` does not."""
    dotted: Patterns
    """The include globs for hidden names, such as `.env`."""
    exclude: Patterns
    rule_files: tuple[_RuleFile, ...] = ()
    """Deepest first."""

    @classmethod
    def of(cls, folder: Folder, *, max_bytes: int) -> Self:
        """Return the rules that hold in the root of a folder before its ignore files are read."""
        include = [parse_glob(glob) for glob in folder.include]
        return cls(
            root=str(folder.path),
            max_bytes=max_bytes,
            include=Patterns(include),
            named=Patterns(p for p in include if any(c.isalnum() for c in _last_part(p))),
            dotted=Patterns(p for p in include if _last_part(p).startswith(".")),
            exclude=Patterns(map(parse_glob, folder.exclude)),
        )

    def enter(self, path: str, names: Collection[str]) -> Rules:
        """Return the rules inside the folder `path`, which holds `names`.

        Raises OSError if an ignore file cannot be read: without its rules nothing may be indexed.
        """
        files = [self._read_rules(path, name) for name in reversed(RULE_FILES) if name in names]
        if not files:
            return self
        return replace(self, rule_files=(*files, *self.rule_files))

    def refuse_folder(self, path: str, name: str) -> Refusal | None:
        """Return why a folder is not looked into, None if it is."""
        if refusal := self._refuse_by_patterns(path, is_folder=True):
            return refusal
        if name in _PROGRAM_FOLDERS:
            return Refusal(f"{name} folder ({_PROGRAM_FOLDERS[name]})")
        return Refusal("hidden") if name.startswith(".") else None

    def refuse_contents(self, path: str, names: Collection[str]) -> Refusal | None:
        """Return why a folder is left again now that what it holds is known. Raises OSError."""
        if not path:
            return None
        for mark, kind in _PROGRAM_FOLDER_MARKS.items():
            if mark in names:
                return Refusal(f"{kind} (it holds {mark})")
        tag = f"{self.root}{os.sep}{path}{os.sep}{_CACHE_TAG}"
        if _CACHE_TAG in names and _read_start(tag, len(_CACHE_MARK)) == _CACHE_MARK:
            return Refusal(f"a cache (it holds {_CACHE_TAG})")
        return None

    def refuse_file(self, path: str, name: str, status: os.stat_result) -> Refusal | None:
        """Return why a file is not read, None if it is. `status` is what `lstat` says of it."""
        if not stat.S_ISREG(status.st_mode):
            is_link = stat.S_ISLNK(status.st_mode)
            return Refusal("symbolic link (not followed)" if is_link else "not a regular file")
        return self._refuse_name(path, name) or self._refuse_size(name, status.st_size)

    def refuse_now(self, path: str, size: int) -> Refusal | None:
        """Return why a file that was indexed may not be read as it is now; None if it may."""
        name = path.rpartition(os.sep)[2]
        return self._refuse_secret(path) or self._refuse_size(name, size)

    def is_named(self, path: str) -> bool:
        """Return whether the user asked for this very file, which allows it to hold secrets."""
        return bool(self.named) and self.named.deciding(path, is_folder=False) is not None

    def _refuse_secret(self, path: str) -> Refusal | None:
        if not self.is_named(path) and (reason := secret_by_name(path)):
            return Refusal(reason, Skips.LISTED)
        return None

    def _refuse_size(self, name: str, size: int) -> Refusal | None:
        if size > self.max_bytes and size > (most := self.max_bytes * size_factor(name)):
            return Refusal(f"larger than {most / 2**20:g} MiB (set max_file_mb)", Skips.LISTED)
        return None

    def _refuse_name(self, path: str, name: str) -> Refusal | None:
        usual = is_usual(name)
        if not usual and is_temporary(name):
            return Refusal("temporary file")
        if refusal := self._refuse_by_patterns(path, is_folder=False):
            return refusal
        if self.include and not self._is_included(path):
            return Refusal("matches none of the folder's --include globs")
        return None if usual else self._refuse_unusual(path, name)

    def _refuse_unusual(self, path: str, name: str) -> Refusal | None:
        if refusal := self._refuse_secret(path):
            return refusal
        if name.startswith(".") and not self.dotted.deciding(path, is_folder=False):
            return Refusal("hidden")
        row = format_of(name)
        if row and row.access is Access.NO_TEXT:
            suffix = name.rpartition(".")[2].lower()
            return Refusal(f"{row.title} (.{suffix})", Skips.COUNTED)
        if row and row.access is Access.NOT_READ:
            return Refusal(row.why_not_read, Skips.LISTED)
        return None

    def _refuse_by_patterns(self, path: str, *, is_folder: bool) -> Refusal | None:
        if self.exclude and (pattern := self.exclude.deciding(path, is_folder=is_folder)):
            return Refusal(f"excluded by the folder's --exclude {pattern.text}")
        for file in self.rule_files:
            pattern = file.patterns.deciding(path[len(file.base) :], is_folder=is_folder)
            if pattern:
                ignored = Refusal(f"ignored by {file.path}: {pattern.text}")
                return ignored if pattern.ignores else None
        return None

    def _is_included(self, path: str) -> bool:
        if self.include.deciding(path, is_folder=False):
            return True
        ends = (end for end, character in enumerate(path) if character == os.sep)
        return any(self.include.deciding(path[:end], is_folder=True) for end in ends)

    def _read_rules(self, path: str, name: str) -> _RuleFile:
        base = path + os.sep if path else ""
        full = self.root + os.sep + base + name
        try:
            data = _read_start(full, _MAX_RULE_FILE_BYTES + 1)
        except OSError as error:
            raise OSError(error.errno, f"cannot read its {name}: {error.strerror}") from error
        if len(data) > _MAX_RULE_FILE_BYTES:
            limit = _MAX_RULE_FILE_BYTES // 2**10
            raise OSError(errno.EFBIG, f"its {name} is larger than {limit} KiB")
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
        lines = (line.removesuffix("\r") for line in text.split("\n"))
        return _RuleFile(full, base, Patterns(filter(None, map(parse_line, lines))))


def _last_part(pattern: Pattern) -> str:
    return pattern.text.rstrip("/").rpartition("/")[2]


def _read_start(path: str, limit: int) -> bytes:
    """Return up to `limit` bytes of a regular file; nothing if there is none (a FIFO, a folder)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in _NO_FILE:
            return b""
        raise
    try:
        is_regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        return os.read(descriptor, limit) if is_regular else b""
    finally:
        os.close(descriptor)


def is_temporary(name: str) -> bool:
    """Return whether a program that edits or downloads names files so while it does."""
    return (
        name.endswith(_SUFFIXES)
        or name.startswith(_PREFIXES)
        or name in _TEMPORARY
        or (len(name) > 2 and name[0] == name[-1] == "#")
    )


def is_usual(name: str) -> bool:
    """Return whether a name is one of a document, neither temporary, hidden nor of a secret.

    Other names need a closer look; a scan of a hundred thousand files notices the difference.
    """
    return _USUAL.fullmatch(name) is not None
