"""`thimble help`: what `--help` says, by a command's name."""

from __future__ import annotations

import argparse
from contextlib import suppress

from ..arguments import build_parser
from ..diagnostics import ExitCode
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:  # noqa: ARG001 (as every command)
    """Print the help of a command, or of them all. Raises UsageError naming the nearest one."""
    with suppress(SystemExit):  # the parser leaves once it has printed
        build_parser().parse_args([*args.words, "--help"])
    return ExitCode.FOUND
