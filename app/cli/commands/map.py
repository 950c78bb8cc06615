"""`thimble map`: what the documents are about."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from store import Hit, Topic

from ..printing.diagnostics import ExitCode
from ..printing.layout import print_table, shorten
from ..printing.output import Output, path_fields
from ..printing.pager import paged
from ..printing.quantities import percent
from . import NOTHING_INDEXED, Context

_EXAMPLES = 3
_EXAMPLE_COLUMNS = 32


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Write the topics of the collection, the largest first; exit code 1 if there are none."""
    with context.engine() as engine:
        topics = engine.topics()
    if args.json:
        context.out.json(_fields(topics))
    elif topics:
        with paged(context.out, context.environ):
            _print(context.out, topics)
    if not topics:
        context.diagnostics.say(NOTHING_INDEXED)
        return ExitCode.NOTHING
    return ExitCode.FOUND


def _fields(topics: Sequence[Topic]) -> dict[str, object]:
    total = sum(topic.documents for topic in topics)
    return {
        "schema": 1,
        "documents": total,
        "topics": [
            {
                "name": topic.name,
                "documents": topic.documents,
                "share": round(topic.documents / total, 4),
                "x": topic.position[0],
                "y": topic.position[1],
                "examples": [_example(hit) for hit in topic.central[:_EXAMPLES]],
            }
            for topic in topics
        ],
    }


def _example(hit: Hit) -> dict[str, object]:
    return {**path_fields(hit.path), "title": hit.title, "line": hit.line, "place": hit.place}


def _print(out: Output, topics: Sequence[Topic]) -> None:
    """Write a topic a line: for people with titles, in a pipe with the paths of the examples."""
    total = sum(topic.documents for topic in topics)
    rows = []
    for topic in topics:
        share = percent(topic.documents, total)
        examples = topic.central[:_EXAMPLES]
        if out.is_terminal:
            number, shown = f"{topic.documents:,}", ["; ".join(map(_title, examples))]
        else:
            number, shown = str(topic.documents), [str(hit.path) for hit in examples]
        rows.append([number, share, topic.name, *shown])
    print_table(out, (">documents", ">share", "topic", "<for example"), rows)


def _title(hit: Hit) -> str:
    return shorten(hit.title or hit.path.name, _EXAMPLE_COLUMNS)
