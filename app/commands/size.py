"""`thimble size`: where the index's bytes go."""

from __future__ import annotations

import argparse

from store import Size

from ..diagnostics import ExitCode
from ..layout import print_table
from ..output import Output
from ..quantities import percent, size
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Write the size of the index beside the size of the text."""
    with context.engine() as engine:
        sizes = engine.size()
    if args.json:
        context.out.json(_fields(sizes))
    else:
        _print(context.out, sizes)
    return ExitCode.FOUND


def _fields(sizes: Size) -> dict[str, object]:
    ratio = sizes.index_bytes / sizes.text_bytes if sizes.text_bytes else None
    return {
        "schema": 1,
        "text_bytes": sizes.text_bytes,
        "index_bytes": sizes.index_bytes,
        "parts": dict(sizes.parts),
        "ratio": ratio,
        "stored_vectors_bytes": sizes.stored_vectors_bytes,
    }


def _print(out: Output, sizes: Size) -> None:
    text = sizes.text_bytes
    parts = [(f"  {name}", number) for name, number in sizes.parts.items()]
    lines = [
        ("text of your files", text),
        ("index", sizes.index_bytes),
        *parts,
        ("all embeddings, if they were stored", sizes.stored_vectors_bytes),
    ]
    rows = [[name, size(number), percent(number, text)] for name, number in lines]
    print_table(out, ("", ">size", ">of the text"), rows)
