"""Patterns of ignore files, with git's meaning, as regular expressions. Opens no files.

An ignore file may come with a folder that a stranger wrote, so a test must take time linear in
the path: between two wildcards the regular expressions never backtrack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

_TOKEN = re.compile(
    r"(?P<star>\*+)"
    r"|(?P<any>\?)"
    r"|\[(?P<negated>[!^]?)(?P<set>\]?+(?:\\.|\[:[a-z]*:\]|[^]\\])*+)\]"
    r"|\\(?P<escaped>.)"
    r"|(?P<plain>[^\\[])",
    re.DOTALL,
)
_SET_ITEM = re.compile(
    r"\[:(?P<named>[a-z]*):\]|\\?(?P<low>.)-\\?(?P<high>.)|\\?(?P<one>.)", re.DOTALL
)
_NAMED_SETS = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r" \t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": r"!-\/:-@\[-`{-~",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_FOLDERS = "(?:[^/]+/)"
_NOTHING = "(?!)"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of an ignore file."""

    text: str
    """The line as written."""
    regex: str
    """Matches the whole of a path relative to the ignore file's folder, or of a name."""
    by_name: bool
    """True if `regex` is about the last part of the path alone, at any depth."""
    ignores: bool
    """False for a line that starts with `!`: what it matches is not ignored after all."""
    folders_only: bool


class Patterns:
    """Patterns tested at once; as in an ignore file, the last one that matches decides."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        last_first = tuple(patterns)[::-1]
        self._of_folders = last_first
        self._of_files = tuple(p for p in last_first if not p.folders_only)
        self._folder_regex = _any_of(self._of_folders)
        self._file_regex = _any_of(self._of_files)

    def __bool__(self) -> bool:
        return bool(self._of_folders)

    def deciding(self, path: str, *, is_folder: bool) -> Pattern | None:
        """Return the pattern that decides about a path, None if none matches it."""
        match = (self._folder_regex if is_folder else self._file_regex).fullmatch(path)
        if match is None or match.lastindex is None:
            return None
        return (self._of_folders if is_folder else self._of_files)[match.lastindex - 1]


def parse_line(line: str) -> Pattern | None:
    """Read a line of an ignore file; None if it is blank or a comment."""
    text = _without_trailing_spaces(line)
    if not text or text.startswith("#"):
        return None
    return _pattern(text, text.removeprefix("!"), ignores=not text.startswith("!"))


def parse_glob(glob: str) -> Pattern:
    """Read a glob given by the user: as a line, but `!` and `#` have no special meaning."""
    return _pattern(glob, glob, ignores=True)


def _pattern(text: str, body: str, *, ignores: bool) -> Pattern:
    body = _ESCAPE.sub(lambda escape: "/" if escape[0] == r"\/" else escape[0], body)
    path = body.removesuffix("/")
    by_name = "/" not in path
    regex = _segment_regex(path) if by_name else _path_regex(path)
    return Pattern(text, regex or _NOTHING, by_name, ignores=ignores, folders_only=path != body)


def _without_trailing_spaces(line: str) -> str:
    kept = line.rstrip(" ")
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return kept + " " if backslashes % 2 and kept != line else kept


def _any_of(patterns: tuple[Pattern, ...]) -> re.Pattern[str]:
    """Join patterns, one group each; those about names share the skipping of the folders."""
    alternatives = [
        f"{'(?>(?:.*/)?)' if by_name else ''}(?:{'|'.join(f'({p.regex})' for p in run)})"
        for by_name, run in groupby(patterns, key=attrgetter("by_name"))
    ]
    return re.compile("|".join(alternatives) or _NOTHING, re.DOTALL)


def _path_regex(body: str) -> str | None:
    """Return the regular expression of a path; None if it is malformed: it matches nothing."""
    groups: list[list[str]] = [[]]
    for segment in body.removeprefix("/").split("/"):
        if segment == "**":
            groups.append([])
        elif (regex := _segment_regex(segment)) is not None:
            groups[-1].append(regex)
        else:
            return None
    return _joined(groups)


def _joined(groups: list[list[str]]) -> str:
    """Join runs of segments between which any number of folders may lie (`**`)."""
    if len(groups) == 1:
        return "/".join(groups[0])
    first, *middle, last = groups
    start = "".join(f"{segment}/" for segment in first)
    # The earliest place for a middle run is as good as any later one, hence atomic.
    found = "".join(f"(?>{_FOLDERS}*?{'/'.join(run)}/)" for run in middle if run)
    return start + found + (f"{_FOLDERS}*{'/'.join(last)}" if last else ".+")


def _segment_regex(glob: str) -> str | None:
    """Return the regular expression of one path segment; None if it is malformed or empty."""
    pieces = [""]
    position = 0
    while position < len(glob):
        token = _TOKEN.match(glob, position)
        if token is None:
            return None
        if token["star"]:
            pieces.append("")
        else:
            pieces[-1] += _character_regex(token)
        position = token.end()
    if len(pieces) == 1:
        return pieces[0] or None
    first, *middle, last = pieces
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle) + f"[^/]*{last}"


def _character_regex(token: re.Match[str]) -> str:
    if token["any"]:
        return "[^/]"
    if token["set"] is not None:
        return _set_regex(token["set"], negated=bool(token["negated"]))
    return re.escape(token["escaped"] or token["plain"])


def _set_regex(items: str, *, negated: bool) -> str:
    """Return the regular expression of `[…]`, which never matches a slash."""
    content = ""
    for item in _SET_ITEM.finditer(items):
        if item["named"] is not None:
            content += _NAMED_SETS.get(item["named"], "")
        elif item["one"] is not None:
            content += re.escape(item["one"])
        elif item["low"] <= item["high"]:
            content += f"{re.escape(item['low'])}-{re.escape(item['high'])}"
    if not content:
        return "[^/]" if negated else _NOTHING
    return f"(?!/)[{'^' if negated else ''}{content}]"
