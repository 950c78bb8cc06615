"""What a file's name alone tells: that it is temporary, or that no rule about names refuses it."""

from __future__ import annotations

import re

_PREFIXES = (".#", ".~lock.", ".goutputstream-", "~$")
_SUFFIXES = ("~", ".swp", ".swo", ".swx", ".tmp", ".part", ".partial", ".crdownload")
_TEMPORARY = frozenset({"4913", "Thumbs.db", "desktop.ini", "Icon\r"})

_USUAL = re.compile(
    r"[^\W_][^~]*\.(?:md|markdown|mdx|rst|org|adoc|tex|html?|pdf|docx|pptx|odt|epub|eml"
    r"|py|js|ts|tsx|c|h|cpp|go|rs|java)"
)


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
