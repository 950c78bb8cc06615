"""Everything on stderr, and the exit codes. Talk goes here; data goes to `output`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import IntEnum
from typing import TextIO


class ExitCode(IntEnum):
    """What the shell is told."""

    FOUND = 0
    """Done, or something was found."""
    NOTHING = 1
    """Nothing was found, as with grep."""
    ERROR = 2
    """The command was wrong or could not be carried out."""
    INTERRUPTED = 130
    """Ctrl-C."""
    PIPE_CLOSED = 141
    """Whoever read our output left early, as with `| head`; nothing is said about it."""


class UsageError(ValueError):
    """The command line makes no sense; the message says what to type instead."""


class Diagnostics:
    """The one writer of stderr: messages, one line that is redrawn, and questions."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str]) -> None:
        self._stream = stream
        self._debug = environ.get("THIMBLE_DEBUG", "") not in ("", "0")
        self._drawn = False
        self.is_terminal = stream.isatty() and environ.get("TERM") != "dumb"

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        import shutil  # brings the compressors; only a terminal needs it

        return shutil.get_terminal_size().columns

    def say(self, message: str) -> None:
        """Write one line that starts with the program's name."""
        self._write(f"thimble: {_one_line(message)}\n")

    def draw(self, line: str) -> None:
        """Replace the line that is redrawn. Only for a terminal."""
        self._drawn = False
        self._write(f"{_one_line(line)}\x1b[K\r")
        self._drawn = True

    def write_help(self, text: str) -> None:
        """Write help that nobody asked for: it is talk, not data."""
        self._write(text)

    def ask(self, question: str, stdin: TextIO) -> bool:
        """Ask on the terminal; whatever is not yes is no."""
        self._write(f"{_one_line(question)} [y/N] ")
        return stdin.readline().strip().lower() in ("y", "yes")

    def prompt(self, mark: str, stdin: TextIO) -> str:
        """Ask for a line on the terminal and return it with its end; empty if there is no more."""
        if self.is_terminal:
            self._write(mark)
        return stdin.readline()

    def explain(self, error: BaseException) -> ExitCode:
        """Say what went wrong in one sentence and return the exit code for it."""
        if isinstance(error, KeyboardInterrupt):
            self.say(str(error) or "stopped; nothing is lost")
            return ExitCode.INTERRUPTED
        if isinstance(error, BrokenPipeError):
            return ExitCode.PIPE_CLOSED
        if self._debug:
            import traceback  # brings the tokenizer of Python

            self._write(_safe("".join(traceback.format_exception(error))))
        self.say(_sentence(error))
        return ExitCode.ERROR

    def _write(self, text: str) -> None:
        if self._drawn:
            text = f"\x1b[K{text}"
            self._drawn = False
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            pass  # stderr is closed or full: there is nobody left to tell


def _sentence(error: BaseException) -> str:
    """Return what happened, where, and what to do."""
    if isinstance(error, OSError):
        return _os_sentence(error)
    if isinstance(error, ImportError):
        return f"the installation is broken ({error}); install thimble again"
    if isinstance(error, MemoryError):
        return "not enough memory; close other programs, or lower max_file_mb in the settings"
    if _is_designed(error) and str(error):
        return str(error)
    return (
        f"unexpected {type(error).__name__}: {error} "
        "(this is a bug; THIMBLE_DEBUG=1 shows where it happened)"
    )


def _is_designed(error: BaseException) -> bool:
    """Return whether the message was written for people."""
    if isinstance(error, ValueError):
        return True
    from indexer import ModelError, Unreadable
    from store import StoreError

    return isinstance(error, StoreError | ModelError | Unreadable)


def _os_sentence(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    if error.filename is None:
        return f"input or output failed: {reason}"
    places = [error.filename, error.filename2]
    return f"{' → '.join(os.fsdecode(place) for place in places if place is not None)}: {reason}"


def _one_line(text: str) -> str:
    return " ".join(_safe(text).splitlines())


def _safe(text: str) -> str:
    try:
        from store import safe_text  # brings numpy by way of the store, too much for `--help`
    except ImportError:  # what is broken gets to say so
        return ascii(text)
    return safe_text(text)
