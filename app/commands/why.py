"""`thimble why`: the reason that a file is or is not indexed."""

from __future__ import annotations

import argparse

from ..paths import given_path
from ..printing.diagnostics import ExitCode
from ..printing.output import Style, Styled
from ..printing.quantities import count
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Write whether a file is indexed, and why; exit code 1 if it is not."""
    with context.engine() as engine:
        verdict = engine.why(given_path(args.file))
    state = f"indexed, {count(verdict.chunks, 'chunk')}" if verdict.indexed else "not indexed"
    context.out.line(Styled(state, Style.BOLD), f": {verdict.reason}")
    return ExitCode.FOUND if verdict.indexed else ExitCode.NOTHING
