"""What was searched on the screen, kept in a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

from .paths import make_private

_MOST = 200
_PRIVATE = 0o600


class History:
    """The latest queries, one a line, the latest last."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> tuple[str, ...]:
        """Return what was searched, the latest first; nothing if it cannot be read."""
        try:
            lines = self._file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ()
        return tuple(dict.fromkeys(line for line in reversed(lines) if line))

    def add(self, text: str) -> None:
        """Put a query behind the others; without it if that cannot be written."""
        line = " ".join(text.split())
        kept = [one for one in reversed(self.read()) if one != line][1 - _MOST :]
        try:
            make_private(self._file.parent)
            temporary = self._file.with_name(f".{self._file.name}.{os.getpid()}")
            temporary.touch(_PRIVATE)
            temporary.write_text("\n".join([*kept, line, ""]), encoding="utf-8")
            temporary.replace(self._file)
        except OSError:
            return  # a history is a convenience
