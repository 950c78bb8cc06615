"""`thimble tui`: the screen."""

from __future__ import annotations

import argparse
import signal

import tui

from ..printing.diagnostics import ExitCode, UsageError
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:  # noqa: ARG001 (one shape for all)
    """Open the screen and stay until the user leaves."""
    if not (context.stdin.isatty() and context.out.is_terminal):
        raise UsageError("the screen needs a terminal; in a pipe use: thimble search")
    # It ends with its terminal, even if what started it ignores that, as nohup does.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    with context.engine() as engine:
        return ExitCode(tui.run(engine))
