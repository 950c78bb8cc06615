"""`thimble search`: find passages."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from store import Explain, Filters, Mode, Query, Results

from ..batch import BadLine, clean_query, read_queries
from ..diagnostics import ExitCode, UsageError
from ..folders import find_folder
from ..hits import (
    explain_fields,
    explain_sentences,
    hit_fields,
    print_blocks,
    print_files,
    print_lines,
)
from ..output import Output
from . import Context

if TYPE_CHECKING:
    from . import AnyEngine

Search = Callable[[str], Results]


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Answer one query, or a batch of them."""
    text = None if args.batch else _query(args, context)
    settings = context.load_settings().settings
    with context.open_engine(settings) as engine:
        search = partial(_final, engine, args, _filters(args, engine), settings.budget)
        if text is None:
            return _answer_batch(args, context, search)
        results = search(text)
        _print(args, context.out, results)
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


def _filters(args: argparse.Namespace, engine: AnyEngine) -> Filters:
    known = engine.folders() if args.folder else ()
    return Filters(
        folders=tuple(find_folder(known, name).name for name in args.folder),
        paths=tuple(os.path.expanduser(glob) for glob in args.path),  # noqa: PTH111 (globs)
        types=tuple(args.type),
        since=args.since,
        until=args.until,
    )


def _final(
    engine: AnyEngine, args: argparse.Namespace, filters: Filters, budget: int, text: str
) -> Results:
    """Return the last and exact answer; the instant one is for screens."""
    query = Query(text, args.limit, Mode(args.mode), filters, budget)
    results = Results(query, hits=(), exact=True, explain=Explain())
    for results in engine.search(  # noqa: B007 (no answer at all if nothing is indexed)
        text, mode=query.mode, filters=filters, limit=query.limit, budget=budget
    ):
        pass
    return results


def _print(args: argparse.Namespace, out: Output, results: Results) -> None:
    hits = results.hits
    if args.format == "json":
        out.json({"schema": 1, "query": results.query.text, **_answer(results, args.explain)})
    elif args.format == "jsonl":
        for hit in hits:
            out.json(hit_fields(hit), indent=None)
    elif args.format == "files":
        print_files(out, hits)
    else:
        (print_blocks if out.is_terminal else print_lines)(out, hits)


def _answer(results: Results, explain: bool) -> dict[str, object]:
    fields: dict[str, object] = {"hits": [hit_fields(hit) for hit in results.hits]}
    return {**fields, "explain": explain_fields(results.explain)} if explain else fields


def _outcome(engine: AnyEngine, context: Context, results: Results) -> ExitCode:
    if results.hits:
        return ExitCode.FOUND
    if not engine.folders():
        context.diagnostics.say("nothing is indexed yet; add a folder with: thimble add DIR")
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
            context.out.json({"id": query.id, **_answer(results, args.explain)}, indent=None)
            code = ExitCode.FOUND if results.hits else code
    return ExitCode.ERROR if bad else code


@contextmanager
def _opened(name: str, context: Context) -> Iterator[Iterable[bytes]]:
    if name == "-":
        yield context.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield file
