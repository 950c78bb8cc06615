"""`thimble completion`: the script that completes commands in a shell."""

from __future__ import annotations

import argparse

from ..arguments import build_parser
from ..completion import completion_script
from ..printing.diagnostics import ExitCode
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Write the script for a shell."""
    context.out.text(completion_script(build_parser(), args.shell))
    return ExitCode.FOUND
