"""The way in: read the command line, run one command, return its exit code.

Importing this module, asking for help and asking for the version import nothing heavy.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TextIO

from .arguments import FLAGS, build_parser
from .parser import Parser
from .printing.diagnostics import Diagnostics, ExitCode

if TYPE_CHECKING:
    from ..daemon import AnyEngine
    from ..user.settings import Settings
    from .commands import OpenEngine


def entry() -> None:
    """Run the program and leave it."""
    sys.stdout = _whole(sys.stdout)
    sys.exit(main(sys.argv[1:]))


def _open_engine(settings: Settings, notify: Callable[[str], None]) -> AnyEngine:
    """Return an engine that asks the daemon while one runs, and else works in this process."""
    from ..daemon.client import Client, find_daemon
    from ..daemon.remote_engine import RemoteEngine

    daemon = find_daemon(settings)
    client = daemon or Client(settings)
    return RemoteEngine(settings, client, notify, was_served=daemon is not None)


def main(argv: Sequence[str], open_engine: OpenEngine | None = None) -> int:
    """Run one command and return its exit code; whatever goes wrong is said in one sentence."""
    diagnostics = Diagnostics(_stream(sys.stderr), os.environ)
    stdout = _stream(sys.stdout)
    try:
        opened = open_engine or partial(_open_engine, notify=diagnostics.say)
        code = _run(argv, stdout, diagnostics, opened)
        stdout.flush()
    except (Exception, KeyboardInterrupt) as error:
        code = diagnostics.explain(error)
        _abandon(stdout)
    return int(code)


def _run(
    argv: Sequence[str], stdout: TextIO, diagnostics: Diagnostics, open_engine: OpenEngine
) -> ExitCode:
    parser = build_parser()
    try:
        args = parser.parse_args(argv)
    except SystemExit:  # help or version was printed
        return ExitCode.FOUND
    if args.command is None and not _choose_screen(args, parser, stdout, diagnostics):
        return ExitCode.ERROR
    from ..user.paths import Paths, resolve_folders
    from .commands import Context, run_command  # what help and version do not need
    from .printing.output import Output

    resolve_folders(os.environ)
    flags = {key: getattr(args, key, None) for key in FLAGS}
    context = Context(
        paths=Paths.find(os.environ),
        environ=os.environ,
        flags=flags,
        stdin=_stream(sys.stdin),
        out=Output(stdout, os.environ, args.color),
        diagnostics=diagnostics,
        open_engine=open_engine,
    )
    return run_command(args, context)


def _choose_screen(
    args: argparse.Namespace, parser: Parser, stdout: TextIO, diagnostics: Diagnostics
) -> bool:
    """Take no command to mean the screen; in a pipe, print help instead and return False."""
    if stdout.isatty() and _stream(sys.stdin).isatty():
        args.command = "tui"
        return True
    diagnostics.write_help(parser.format_help())
    return False


def _whole(stream: TextIO | None) -> TextIO | None:
    """Return stdout so that it takes all that is written to it.

    Unbuffered (`PYTHONUNBUFFERED`, usual in containers), Python drops what a pipe does not take at
    once, as when the program is stopped and goes on.
    """
    if isinstance(stream, io.TextIOWrapper) and isinstance(stream.buffer, io.RawIOBase):
        return open(
            stream.fileno(),
            "w",
            encoding=stream.encoding,
            errors=stream.errors,
            closefd=False,
        )
    return stream


def _stream(stream: TextIO | None) -> TextIO:
    """Return a standard stream; Python has none where the caller closed it."""
    return stream if stream is not None else open(os.devnull, "r+", encoding="utf-8")  # noqa: PTH123


def _abandon(stdout: TextIO) -> None:
    """Send what can be sent; what cannot must not be tried again while Python shuts down."""
    try:
        stdout.flush()
    except (OSError, ValueError):
        if stdout is sys.stdout:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
