"""How to open a file at a line in the editor the user has."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

_PATH_AND_LINE = {"hx", "subl", "zed"}
"""Editors that take `path:line`."""
_GOTO = {"code", "code-insiders", "codium", "cursor", "windsurf"}
_LINE_OPTION = {"idea", "pycharm", "webstorm", "goland", "clion", "kate"}
_FALLBACKS = ("nano", "vim", "vi")


def editor_command(
    path: Path, line: int, *, editor: str | None, environ: Mapping[str, str]
) -> list[str]:
    """Return the command that opens `path` at a 1-based line.

    The editor is the one given, else `VISUAL`, else `EDITOR`, else one that is installed.
    Raises OSError if its command cannot be understood.
    """
    named = (editor, environ.get("VISUAL"), environ.get("EDITOR"))
    chosen = next((one for one in named if one and one.strip()), None) or _installed()
    try:
        command = shlex.split(chosen)
    except ValueError as error:
        raise OSError(f"cannot understand the editor command {chosen!r}: {error}") from error
    return [*command, *_arguments(Path(command[0]).name, path, line)]


def _arguments(program: str, path: Path, line: int) -> list[str]:
    if program in _PATH_AND_LINE:
        return [f"{path}:{line}"]
    if program in _GOTO:
        return ["--goto", f"{path}:{line}"]
    if program in _LINE_OPTION:
        return ["--line", str(line), str(path)]
    if program in {"open", "xdg-open"}:
        return [str(path)]
    return [f"+{line}", str(path)]


def _installed() -> str:
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    return next((name for name in _FALLBACKS if shutil.which(name)), opener)
