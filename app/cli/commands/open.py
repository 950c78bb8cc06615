"""`thimble open`: a document in the program that shows it."""

from __future__ import annotations

import argparse

from ...user.opening import opening_of, start
from ...user.paths import given_place
from ..printing.diagnostics import ExitCode
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Open a text in the editor at its line, anything else in a viewer, a PDF at its page."""
    settings = context.load_settings().settings
    start(opening_of(given_place(args.file), settings, context.environ))
    return ExitCode.FOUND
