"""Paths are kept as bytes, since a file name need not be valid text, and used as text."""

from __future__ import annotations

import os


def joined(*parts: bytes) -> str:
    """Return the path of parts as the index keeps them: a folder, a directory in it, a name."""
    return os.fsdecode(os.path.join(*parts))  # noqa: PTH118 (bytes)


def parted(path: str) -> tuple[bytes, bytes]:
    """Return the directory and the name of a path in a folder, as the index keeps them."""
    return os.path.split(os.fsencode(path))
