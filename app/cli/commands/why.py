"""`thimble why`: the reason that a file is or is not indexed."""

from __future__ import annotations

import argparse

from ...user.paths import given_path
from ..printing.diagnostics import ExitCode
from ..printing.output import Style, Styled
from ..printing.quantities import count
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Write whether a file is indexed, and why; exit code 1 if it is not."""
    with context.engine() as engine:
        explanation = engine.why(given_path(args.file))
    state = (
        f"indexed, {count(explanation.chunks, 'chunk')}" if explanation.indexed else "not indexed"
    )
    context.out.line(Styled(state, Style.BOLD), f": {explanation.reason}")
    return ExitCode.FOUND if explanation.indexed else ExitCode.NOTHING
