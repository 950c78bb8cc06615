"""`thimble bench`: how well and how fast searches of the user's own index are."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from ...engine.benchmark import DEPTHS, Bench, Percentiles
from ..printing.diagnostics import Diagnostics, ExitCode
from ..printing.layout import print_table
from ..printing.quantities import count, percent, size
from . import Context
from .size import size_fields


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Measure and write what was found."""
    talk = context.diagnostics
    with context.engine() as engine:
        bench = engine.bench(args.queries, args.limit_s, lambda *done: _draw(talk, *done))
    if args.json:
        context.out.json(_fields(bench))
        return ExitCode.FOUND
    print_table(context.out, ("", "measured"), [*_rows(bench)])
    context.out.flush()
    for sentence in _notes(bench):
        talk.say(sentence)
    return ExitCode.FOUND


def _draw(talk: Diagnostics, done: int, files: int) -> None:
    if talk.is_terminal:
        talk.draw(f"exact search: {count(done)} of {count(files, 'file')}")


def _fields(bench: Bench) -> dict[str, object]:
    return {
        "schema": 1,
        "queries": bench.queries,
        "documents": bench.documents,
        "share_compared": bench.share,
        "recall_codes": {str(depth): bench.recall_codes[depth] for depth in DEPTHS},
        "recall": {str(depth): bench.recall[depth] for depth in DEPTHS},
        "first_ms": _milliseconds(bench.first),
        "exact_ms": _milliseconds(bench.exact),
        "recomputed_per_query": bench.recomputed,
        "cached": bench.cached,
        "other_rank_model": bench.other_rank_model,
        "cache": {"hits": bench.cache.hits, "asked": bench.cache.asked},
        "size": size_fields(bench.size),
    }


def _milliseconds(percentiles: Percentiles) -> dict[str, float]:
    return {"p50": round(percentiles.p50, 2), "p95": round(percentiles.p95, 2)}


def _rows(bench: Bench) -> Iterator[tuple[str, str]]:
    for depth in DEPTHS:
        yield f"recall@{depth} of codes alone", percent(bench.recall_codes[depth], 1)
        yield f"recall@{depth} after recomputation", percent(bench.recall[depth], 1)
    for name, spent in (("first answer", bench.first), ("exact answer", bench.exact)):
        yield name, f"{spent.p50:.1f} ms (p50), {spent.p95:.1f} ms (p95)"
    yield "embeddings recomputed a query", f"{bench.recomputed:.1f}"
    yield "taken from the cache", percent(bench.cached, 1)
    whole = bench.size
    yield "text of your files", size(whole.text_bytes)
    yield "index", f"{size(whole.index_bytes)}, {percent(whole.index_bytes, whole.text_bytes)}"
    for part, number in whole.parts.items():
        yield f"  {part}", f"{size(number)}, {percent(number, whole.text_bytes)}"
    stored = whole.stored_vectors_bytes
    yield (
        "all embeddings, if they were stored",
        f"{size(stored)}, {percent(stored, whole.text_bytes)}",
    )


def _notes(bench: Bench) -> Iterator[str]:
    yield (
        f"recall: of the documents that exact search over all embeddings finds best for "
        f"{count(bench.queries, 'sentence')} of your own documents, "
        f"{count(bench.documents, 'document')} compared"
    )
    if bench.share < 1:
        yield (
            f"time was up after {percent(bench.share, 1)} of the files: recall is among those, "
            "and searches were asked for as many more hits; --limit-s allows more time"
        )
    if bench.other_rank_model:
        yield "recall is measured with the index model alone, latency with your rank model"
