"""`thimble size`: where the index's bytes go."""

from __future__ import annotations

import argparse

from store import Size

from ..printing.diagnostics import ExitCode
from ..printing.layout import print_table
from ..printing.output import Output
from ..printing.quantities import percent, size
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Write the size of the index beside the size of the text."""
    with context.engine() as engine:
        sizes = engine.size()
    if args.json:
        context.out.json(size_fields(sizes))
    else:
        _print(context.out, sizes)
    return ExitCode.FOUND


def size_fields(sizes: Size) -> dict[str, object]:
    """Return the size of the index as JSON fields (schema 1)."""
    ratio = sizes.index_bytes / sizes.text_bytes if sizes.text_bytes else None
    return {
        "schema": 1,
        "text_bytes": sizes.text_bytes,
        "index_bytes": sizes.index_bytes,
        "parts": dict(sizes.parts),
        "ratio": ratio,
        "stored_vectors_bytes": sizes.stored_vectors_bytes,
        "stored_float16_bytes": sizes.stored_vectors_bytes // 2,
    }


def _print(out: Output, sizes: Size) -> None:
    text = sizes.text_bytes
    parts = [(f"  {name}", number) for name, number in sizes.parts.items()]
    lines = [
        ("text of your files", text),
        ("index", sizes.index_bytes),
        *parts,
        ("all embeddings, if they were stored as float32", sizes.stored_vectors_bytes),
        ("  as float16", sizes.stored_vectors_bytes // 2),
    ]
    rows = [[name, size(number), percent(number, text)] for name, number in lines]
    print_table(out, ("", ">size", ">of the text"), rows)
