"""`thimble show`: the text of a document."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from store import Passage

from ...user.paths import given_place
from ..printing.diagnostics import ExitCode
from ..printing.output import Output, Style, Styled
from ..printing.pager import paged
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Write a document's text, a part of it, or the passage at a line between its neighbours."""
    given = given_place(args.file)
    passages: tuple[Passage, ...] = ()
    with context.engine() as engine:
        if given.part:
            text = engine.read_part(given.path, given.part)
        else:
            passages = engine.read(given.path)
            text = "\n\n".join(passage.text for passage in passages)
    with paged(context.out, context.environ):
        if given.line is None:
            context.out.text(text)
        else:
            _print_around(context.out, passages, given.line)
    return ExitCode.FOUND


def _print_around(out: Output, passages: Sequence[Passage], line: int) -> None:
    before = [place for place, passage in enumerate(passages) if passage.line <= line]
    wanted = before[-1] if before else 0
    first = max(wanted - 1, 0)
    for place, passage in enumerate(passages[first : wanted + 2], first):
        if place > first:
            out.line()
        for text in passage.text.splitlines():
            out.line(text if place == wanted else Styled(text, Style.DIM))
