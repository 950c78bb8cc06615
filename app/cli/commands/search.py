"""`thimble search`: find passages."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from store import Filters, Mode, Results

from ...engine.batch import BadLine, clean_query, read_queries
from ...engine.reordering import prefer_recent
from ..filters import filters_of
from ..printing.diagnostics import ExitCode, UsageError
from ..printing.formats import Format, print_results, results_fields
from ..printing.hits import explain_sentences
from ..printing.pager import paged
from . import NOTHING_INDEXED, Context

if TYPE_CHECKING:
    from ...daemon import AnyEngine

Search = Callable[[str], Results]

_WIDER = 3
"""So many times the hits wanted are looked at where newer ones may rise."""


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Answer one query, or a batch of them."""
    how = Format.of(args)
    text = None if args.batch else _query(args, context)
    settings = context.load_settings().settings
    with context.open_engine(settings) as engine:
        search = partial(_search, engine, args, filters_of(args, engine.folders), settings.budget)
        if text is None:
            return _answer_batch(args, context, search)
        results = search(text)
        with paged(context.out, context.environ):
            print_results(context.out, results, how)
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


def _search(
    engine: AnyEngine, args: argparse.Namespace, filters: Filters, budget: int, text: str
) -> Results:
    limit = args.limit * _WIDER if args.recent else args.limit
    results = engine.find(text, mode=Mode(args.mode), filters=filters, limit=limit, budget=budget)
    return prefer_recent(results, time.time(), args.limit) if args.recent else results


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


def _answer_batch(args: argparse.Namespace, context: Context, search: Search) -> ExitCode:
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
            results = search(query.text)
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
