"""`thimble mcp`: let an agent search the documents, over the Model Context Protocol."""

from __future__ import annotations

import argparse

from ...agents import serve
from ..printing.diagnostics import ExitCode
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:  # noqa: ARG001
    """Answer on stdout what is asked on stdin, until that ends."""
    with context.engine() as engine:
        serve(engine)
    return ExitCode.FOUND
