"""Everything on stdout: the one gate between what commands have to say and the terminal.

Commands hand over plain text and `Styled` text. The gate makes both harmless, then adds colour,
so that no document and no file name can smuggle an escape sequence past it. (Only argparse
writes its own help and version, which hold no foreign text.)
"""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from store import safe_line, safe_text


class Style(StrEnum):
    """How a piece of a line looks; the values are the parameters of the ANSI sequence."""

    BOLD = "1"
    DIM = "2"
    PLACE = "36"
    NOTE = "33"


@dataclass(frozen=True, slots=True)
class Styled:
    """Text in a style, if the output has colour."""

    text: str
    style: Style
    link: str = ""
    """Address that a terminal opens from the text; ASCII, as `Path.as_uri` makes it."""


Part = str | Styled


class Output:
    """The one writer of stdout."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str], color: str = "auto") -> None:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without our marks shows `?`
        self._stream = self._kept = stream
        self.is_terminal = stream.isatty()
        """Whether a person reads along; a pipe gets one plain line per thing."""
        self._color = _wants_color(color, environ, self.is_terminal)

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return shutil.get_terminal_size().columns

    def line(self, *parts: Part) -> None:
        """Write one line, whatever line breaks its parts contain."""
        self._stream.write("".join(self._render(part) for part in parts) + "\n")

    def cells(self, cells: Sequence[str]) -> None:
        """Write one line of cells separated by tabs; a tab inside a cell becomes a space."""
        self._stream.write("\t".join(map(safe_line, cells)) + "\n")

    def text(self, text: str) -> None:
        """Write text of many lines, ending with a line break."""
        self._stream.write(safe_text(text).removesuffix("\n") + "\n")

    def json(self, value: Mapping[str, object], *, indent: int | None = 2) -> None:
        """Write a JSON object in ASCII; without `indent` on one line, which is sent at once."""
        self._stream.write(json.dumps(_encodable(value), indent=indent) + "\n")
        if indent is None:
            self.flush()

    def paths(self, paths: Iterable[Path], *, nul: bool) -> None:
        """Write a path a line; with `nul` its exact bytes and a NUL, but not on a terminal."""
        for path in paths:
            if not nul or self.is_terminal:
                self.line(str(path))
            elif isinstance(self._stream, io.TextIOWrapper):
                self._stream.flush()
                self._stream.buffer.write(os.fsencode(path) + b"\0")
            else:
                self._stream.write(f"{path}\0")

    @property
    def is_screen(self) -> bool:
        """Whether it is a terminal that this process draws on."""
        return self.is_terminal and isinstance(self._stream, io.TextIOWrapper)

    def hold(self) -> None:
        """Keep what is written from now on until `release` or `drop`."""
        self._kept = self._stream
        self._stream = io.StringIO()

    @property
    def held(self) -> str:
        """What has been kept."""
        return self._stream.getvalue() if isinstance(self._stream, io.StringIO) else ""

    def release(self) -> None:
        """Write what was kept."""
        text = self.held
        self.drop()
        self._stream.write(text)

    def drop(self) -> None:
        """Forget what was kept: it was shown in another way."""
        self._stream = self._kept

    def flush(self) -> None:
        """Send what was written. Raises OSError if nobody can take it."""
        self._stream.flush()

    def _render(self, part: Part) -> str:
        if isinstance(part, str):
            return safe_line(part)
        text = safe_line(part.text)
        if not self._color or not text:
            return text
        styled = f"\x1b[{part.style}m{text}\x1b[0m"
        if not part.link or not self.is_terminal:
            return styled
        return f"\x1b]8;;{safe_line(part.link)}\x1b\\{styled}\x1b]8;;\x1b\\"


def path_fields(path: Path) -> dict[str, str]:
    """Return a path for JSON; one that is not UTF-8 also comes as base64 of its exact bytes."""
    raw = os.fsencode(path)
    text = raw.decode("utf-8", "backslashreplace")
    if text.encode() == raw:
        return {"path": text}
    return {"path": text, "path_bytes": base64.b64encode(raw).decode()}


def _wants_color(choice: str, environ: Mapping[str, str], is_terminal: bool) -> bool:
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return is_terminal and environ.get("TERM") != "dumb"


def _encodable(value: object) -> object:
    """Return `value` with lone surrogates spelled out: JSON readers refuse them."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {key: _encodable(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_encodable(item) for item in value]
    return value
