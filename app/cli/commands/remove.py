"""`thimble remove`: forget a folder."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from store import Folder, StoreError

from ...engine.folders import find_folder
from ..printing.diagnostics import ExitCode, UsageError
from . import Context

if TYPE_CHECKING:
    from ...daemon import AnyEngine


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
            _purge(engine, folder)
    traces = ", which holds no trace of it" if args.purge else ""
    talk.say(f"removed '{folder.name}' from the index{traces}; its files are untouched")
    if args.purge:
        talk.say(
            "what you searched for is kept beside the index: the history of queries and, as "
            f"digests, what saved searches have seen ({context.paths.home})"
        )
    return ExitCode.FOUND


def _purge(engine: AnyEngine, folder: Folder) -> None:
    """Overwrite what is left of a folder. Raises StoreError, saying that it is not done."""
    try:
        engine.compact()
    except StoreError as error:
        raise StoreError(
            f"'{folder.name}' is removed, but traces of it are still in the index: {error}; "
            "to purge them: thimble index --compact"
        ) from error
