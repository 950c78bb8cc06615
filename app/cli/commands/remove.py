"""`thimble remove`: forget a folder."""

from __future__ import annotations

import argparse

from ...engine.folders import find_folder
from ..printing.diagnostics import ExitCode, UsageError
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Take a folder out of the index, after asking."""
    talk = context.diagnostics
    with context.engine() as engine:
        folder = find_folder(engine.folders(), args.folder)
        if not args.yes:
            if not (context.stdin.isatty() and talk.is_terminal):
                raise UsageError("nobody is there to ask; to remove without a question, add -y")
            question = f"Forget '{folder.name}' ({folder.path})? Its files stay as they are."
            if not talk.ask(question, context.stdin):
                talk.say("kept")
                return ExitCode.NOTHING
        engine.remove_folder(folder)
        if args.purge:
            engine.compact()
    traces = ", which holds no trace of it" if args.purge else ""
    talk.say(f"removed '{folder.name}' from the index{traces}; its files are untouched")
    return ExitCode.FOUND
