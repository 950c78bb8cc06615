"""`thimble help`: what a command is for, as its `--help` says it."""

from __future__ import annotations

import argparse
from contextlib import suppress

from ..arguments import build_parser
from ..printing.diagnostics import ExitCode
from . import Context


def run(args: argparse.Namespace, _: Context) -> ExitCode:
    """Write the help of a command, or of all. Raises UsageError if there is no such one."""
    with suppress(SystemExit):  # which is how a parser ends after it has written help
        build_parser().parse_args([*args.words, "--help"])
    return ExitCode.FOUND
