"""What a file must pass before its text is used, at indexing and whenever it is read anew."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from store import Folder

from ..formats.document import Unreadable
from ..formats.extract import Extract
from ..scanning.ignore import MAX_FILE_BYTES, Rules
from ..scanning.secrets import looks_secret

Content = bytes | Extract
"""The bytes of a text, or the text of another document."""

_LOOKED_AT_CHARS = 65_536


def refuse_secret(content: Content, name: str) -> None:
    """Raise Unreadable if the content of a file of this name is taken for a secret."""
    beginning = content
    if isinstance(content, Extract):
        beginning = content.text[:_LOOKED_AT_CHARS].encode()
    if isinstance(beginning, bytes) and (reason := looks_secret(beginning, name)):
        raise Unreadable(reason)


class Admission:
    """Checks files that changed since they were indexed as the next run will check them."""

    def __init__(self, folders: Sequence[Folder] = (), max_bytes: int = MAX_FILE_BYTES) -> None:
        """Check by the rules of these folders. What is in none of them is let through."""
        self._folders = folders
        self._max_bytes = max_bytes

    def check_size(self, path: Path) -> None:
        """Raise Unreadable if a file is too large to be read; OSError if it is gone."""
        size = path.stat().st_size
        if size > self._max_bytes:
            self.check_file(path)

    def check_file(self, path: Path) -> None:
        """Raise Unreadable if a file is too large or named like a secret; OSError if it is gone."""
        rules, inside = self._rules_of(path)
        if rules is not None and (refusal := rules.refuse_now(inside, path.stat().st_size)):
            raise Unreadable(refusal.reason)

    def check_content(self, path: Path, content: Content) -> None:
        """Raise Unreadable if what a file holds now is taken for a secret."""
        rules, inside = self._rules_of(path)
        if rules is not None and not rules.is_named(inside):
            refuse_secret(content, path.name)

    @cached_property
    def _rules(self) -> list[Rules]:
        return [Rules.of(folder, max_bytes=self._max_bytes) for folder in self._folders]

    def _rules_of(self, path: Path) -> tuple[Rules | None, str]:
        whole = os.fspath(path)
        for rules in self._rules:
            if whole.startswith(rules.root.rstrip(os.sep) + os.sep):
                return rules, whole[len(rules.root.rstrip(os.sep)) + 1 :]
        return None, ""
