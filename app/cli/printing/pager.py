"""Long output on a terminal goes through the user's pager."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from .layout import columns
from .output import Output

_LESS = "FRX"
"""Colours are shown, and the text stays on the screen afterwards; as git starts it."""


@contextmanager
def paged(out: Output, environ: Mapping[str, str]) -> Iterator[None]:
    """Show what is written meanwhile with `PAGER` if it is longer than the screen.

    In a pipe, with `PAGER` empty or `cat`, or without the program, it is written as it is.
    """
    command = _command(environ)
    if not command or not out.is_screen:
        yield
        return
    out.hold()
    try:
        yield
    except BaseException:
        out.release()
        raise
    text = out.held
    if _fits(text) or not _show(command, text, environ):
        out.release()
    else:
        out.drop()


def _command(environ: Mapping[str, str]) -> list[str]:
    try:
        command = shlex.split(environ.get("PAGER", "less"))
    except ValueError:
        return []
    if not command or command[0] == "cat" or shutil.which(command[0]) is None:
        return []
    return command


def _fits(text: str) -> bool:
    size = shutil.get_terminal_size()
    rows = sum(max(1, -(-columns(line) // size.columns)) for line in text.splitlines())
    return rows < size.lines


def _show(command: list[str], text: str, environ: Mapping[str, str]) -> bool:
    """Run the pager until it is left; return False if it could not be started."""
    settings = {**environ, "LESS": environ.get("LESS", _LESS)}
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the pager's while it runs
    try:
        subprocess.run(command, input=text.encode("utf-8", "replace"), env=settings, check=False)
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGINT, before)
    return True
