"""`thimble similar`: find documents like a document."""

from __future__ import annotations

import argparse

from ...user.paths import given_place
from ..printing.diagnostics import ExitCode
from ..printing.formats import Format, print_results
from ..printing.pager import paged
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Write passages of other documents that are like a document, or like a passage of it."""
    how = Format.of(args)
    given = given_place(args.file)
    with context.engine() as engine:
        passages = engine.read(given.path)
        if given.line is not None:
            before = [passage for passage in passages if passage.line <= given.line]
            passages = tuple(before[-1:] or passages[:1])
        results = engine.similar_to(given.path, [one.indexed_text for one in passages], args.limit)
        with paged(context.out, context.environ):
            print_results(context.out, results, how, engine.read)
    return ExitCode.FOUND if results.hits else ExitCode.NOTHING
