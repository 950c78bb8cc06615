"""`thimble saved`: keep searches, and say what is new for them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from store import Hit, clean_query

from ...user.saved import SavedSearch, load_saved, store_saved
from ..filters import filters_of
from ..printing.diagnostics import ExitCode
from ..printing.hits import hit_fields, print_blocks, print_lines
from ..printing.layout import print_table
from ..printing.output import Style, Styled
from ..printing.quantities import count
from . import Context

if TYPE_CHECKING:
    pass


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Do what was asked with the saved searches; without a word, list them."""
    known = load_saved(context.paths.home)
    if args.action == "add":
        return _add(args, context, known)
    if args.action == "run":
        return _run(args, context, known)
    if args.action == "remove":
        del known[_named(known, args.name).name]
        store_saved(context.paths.home, known)
        return ExitCode.FOUND
    return _list(args, context, known)


def _add(args: argparse.Namespace, context: Context, known: dict[str, SavedSearch]) -> ExitCode:
    if args.name in known:
        raise ValueError(f"there is a saved search {args.name} already; remove it first")
    with context.engine() as engine:
        query = clean_query(" ".join(args.query))
        search = SavedSearch(args.name, query, filters_of(args, engine.folders))
        known[args.name], _ = search.look(engine.find)
    store_saved(context.paths.home, known)
    found = count(len(known[args.name].seen), "passage")
    context.diagnostics.say(f"saved '{args.name}'; {found} found now will not be reported")
    return ExitCode.FOUND


def _run(args: argparse.Namespace, context: Context, known: dict[str, SavedSearch]) -> ExitCode:
    chosen = [_named(known, name) for name in args.name] or list(known.values())
    news: dict[str, list[Hit]] = {}
    with context.engine() as engine:
        for search in chosen:
            known[search.name], news[search.name] = search.look(engine.find)
    _print(args, context, news)
    context.out.flush()
    store_saved(context.paths.home, known)  # after all was said: what nobody read stays new
    return ExitCode.FOUND if any(news.values()) else ExitCode.NOTHING


def _print(args: argparse.Namespace, context: Context, news: Mapping[str, list[Hit]]) -> None:
    if args.json:
        fields = {name: [hit_fields(hit) for hit in hits] for name, hits in news.items()}
        context.out.json({"schema": 1, "new": fields})
        return
    for name, hits in news.items():
        if hits and context.out.is_terminal:
            context.out.line(Styled(f"{name}: {count(len(hits), 'new hit')}", Style.NOTE))
        (print_blocks if context.out.is_terminal else print_lines)(context.out, hits)


def _list(args: argparse.Namespace, context: Context, known: Mapping[str, SavedSearch]) -> ExitCode:
    searches = [known[name] for name in sorted(known)]
    if getattr(args, "json", False):
        fields = [
            {"name": one.name, "query": one.query, "filters": asdict(one.filters)}
            for one in searches
        ]
        context.out.json({"schema": 1, "searches": fields})
    else:
        print_table(context.out, ("name", "query"), [[one.name, one.query] for one in searches])
    return ExitCode.FOUND if searches else ExitCode.NOTHING


def _named(known: Mapping[str, SavedSearch], name: str) -> SavedSearch:
    if name not in known:
        names = ", ".join(sorted(known)) or "none yet"
        raise ValueError(f"there is no saved search {name}; there are: {names}")
    return known[name]
