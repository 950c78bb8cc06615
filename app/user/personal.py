"""What is the user's own: settings, keys, what was searched, and the programs that open files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import indexer
from store import BadQuery, Hit, Opening, TextStyle, make_private, write_private

from .dates import parse_since
from .paths import Given
from .settings import KEYS, Settings, load, write

_MOST = 200


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
            write_private(self._file, "\n".join([*kept, line, ""]).encode())
        except OSError:
            return  # a history is a convenience


class Personal:
    """The part of the engine that knows the user rather than the documents."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._history = History(settings.paths.home / "history")

    def settings(self) -> Mapping[str, str]:
        """Return each setting's value as text, empty if it is not set."""
        values = {key: getattr(self._settings, key) for key in KEYS if key != "keys"}
        return {key: "" if value is None else str(value) for key, value in values.items()}

    def keys(self) -> Mapping[str, str]:
        """Return the user's own keys: id of a command to keys, joined by commas."""
        return self._settings.keys

    def set_setting(self, key: str, value: str | None) -> None:
        """Write a setting and use it from now on. Raises ValueError with a sentence, or OSError."""
        write(self._settings.paths.settings, key, value)
        loaded = load(self._settings.paths, os.environ, {}).settings
        self._apply(replace(self._settings, **{key: getattr(loaded, key)}))

    def _apply(self, settings: Settings) -> None:
        """Use other settings from now on."""
        self._settings = settings

    def history(self) -> tuple[str, ...]:
        """Return what was searched on the screen, the latest first."""
        return self._history.read()

    def remember(self, text: str) -> None:
        """Add to the history."""
        self._history.add(text)

    def moment(self, text: str) -> float:
        """Return the seconds since the epoch that `2w` or `2026-01-31` means. Raises BadQuery."""
        try:
            return parse_since(text, datetime.now())
        except ValueError as error:
            raise BadQuery(str(error)) from None

    def text_style(self, path: Path) -> TextStyle:
        """Return how the text of a file is best shown."""
        return indexer.text_style(path.name)

    def opening(self, hit: Hit) -> Opening:
        """Return how to open a hit: in the editor at its line, or a viewer at its page."""
        from .opening import opening_of  # it looks into files, which finding them need not

        return opening_of(Given(hit.path, hit.line, hit.place), self._settings, os.environ)

    def start(self, opening: Opening) -> None:
        """Start the program; wait for it if it takes the terminal. Raises OSError without it."""
        from .opening import start

        start(opening)

    def reveal_command(self, path: Path) -> list[str]:
        """Return the command that shows a file in its folder. Raises OSError if there is none."""
        if sys.platform == "darwin":
            return ["open", "-R", str(path)]
        if shutil.which("xdg-open") and (
            os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        ):
            return ["xdg-open", str(path.parent)]
        raise OSError(f"there is no file manager here; the folder is {path.parent}")
