"""`thimble search`: find passages."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from store import Filters, Mode, Query, Results, clean_query

from ..batch import BadLine, read_queries
from ..filters import filters_of
from ..printing.diagnostics import ExitCode, UsageError
from ..printing.formats import Format, print_results, results_fields
from ..printing.hits import explain_sentences
from ..printing.pager import paged
from . import NOTHING_INDEXED, Context

if TYPE_CHECKING:
    from ...daemon import AnyEngine


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Answer one query, or a batch of them."""
    how = Format.of(args)
    text = None if args.batch else _query(args, context)
    settings = context.load_settings().settings
    with context.open_engine(settings) as engine:
        wanted = Query(
            text or "",
            args.limit,
            Mode(args.mode),
            filters_of(args, engine.folders),
            settings.budget,
            recent=args.recent,
        )
        if text is None:
            return _answer_batch(args, context, engine, wanted)
        results = engine.find(wanted)
        with paged(context.out, context.environ):
            print_results(context.out, results, how, engine.read)
        if args.explain and args.format != "json":
            context.out.flush()
            for sentence in explain_sentences(results):
                context.diagnostics.say(sentence)
        return _outcome(engine, context, results)


def _query(args: argparse.Namespace, context: Context) -> str:
    text = " ".join(args.query)
    if text == "-":
        text = context.stdin.buffer.read().decode("utf-8", "replace")
    try:
        return clean_query(text)
    except ValueError as error:
        raise UsageError(f"{error}; try: thimble search WORDS") from None


def _outcome(engine: AnyEngine, context: Context, results: Results) -> ExitCode:
    if results.hits:
        return ExitCode.FOUND
    if not engine.folders():
        context.diagnostics.say(NOTHING_INDEXED)
    elif context.out.is_terminal:
        filters = results.query.filters
        cure = "; there are filters on" if filters != Filters() else ""
        context.diagnostics.say(f"nothing found{cure}")
    return ExitCode.NOTHING


def _answer_batch(
    args: argparse.Namespace, context: Context, engine: AnyEngine, wanted: Query
) -> ExitCode:
    """Write one line a query, in order, each as soon as it is known."""
    if args.query or args.format not in ("text", "jsonl"):
        raise UsageError("--batch takes its queries from the file and always writes JSON lines")
    code = ExitCode.NOTHING
    bad = False
    with _opened(args.batch, context) as lines:
        for query in read_queries(lines):
            if isinstance(query, BadLine):
                context.diagnostics.say(f"{args.batch}, line {query.line}: {query.reason}")
                bad = True
                continue
            results = engine.find(replace(wanted, text=query.text))
            context.out.json({"id": query.id, **results_fields(results, args.explain)}, indent=None)
            code = ExitCode.FOUND if results.hits else code
    return ExitCode.ERROR if bad else code


@contextmanager
def _opened(name: str, context: Context) -> Iterator[Iterable[bytes]]:
    if name == "-":
        yield context.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield file
