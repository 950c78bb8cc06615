"""`thimble add`: register a folder and index it."""

from __future__ import annotations

import argparse

from ...engine.blas import keep_to_one_thread
from ...user.paths import given_path
from ..printing.diagnostics import ExitCode
from . import Context
from .index import bring_up_to_date


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Register the folder; unless it is for later, index."""
    keep_to_one_thread()
    with context.engine() as engine:
        folder = engine.add_folder(
            given_path(args.folder), name=args.name, include=args.include, exclude=args.exclude
        )
        context.diagnostics.say(f"added '{folder.name}' ({folder.path})")
        if args.later:
            context.diagnostics.say("to read it: thimble index")
        else:
            bring_up_to_date(engine, context.diagnostics)
    return ExitCode.FOUND
