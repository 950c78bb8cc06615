"""`thimble show`: the text of a document."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from pathlib import Path

from indexer import read_now
from store import Passage

from ..diagnostics import ExitCode
from ..output import Output, Style, Styled
from ..paths import given_path
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Write a document's text, or the passage at a line between its neighbours."""
    path, line = _place(args.file)
    passages = read_now(path)
    if line is None:
        context.out.text("\n\n".join(passage.text for passage in passages))
    else:
        _print_around(context.out, passages, line)
    return ExitCode.FOUND


def _place(given: str) -> tuple[Path, int | None]:
    """Split off a line number, unless there is a file that is really called so."""
    match = re.fullmatch(r"(.+):(\d+)", given, re.DOTALL)
    whole = given_path(given)
    if match is None or os.path.lexists(whole):
        return whole, None
    return given_path(match[1]), int(match[2])


def _print_around(out: Output, passages: Sequence[Passage], line: int) -> None:
    before = [place for place, passage in enumerate(passages) if passage.line <= line]
    wanted = before[-1] if before else 0
    first = max(wanted - 1, 0)
    for place, passage in enumerate(passages[first : wanted + 2], first):
        if place > first:
            out.line()
        for text in passage.text.splitlines():
            out.line(text if place == wanted else Styled(text, Style.DIM))
