"""Run the bench: `python -m bench [--quick] [--only PART]…`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from store import StoreError

from . import (
    aid,
    answers,
    daemon,
    growth,
    indexing,
    latency,
    leann,
    models,
    reconcile,
    retrieval,
    stored,
    tui,
    updates,
    variants,
    words,
)
from .environment import RivalFailed
from .machine import describe_machine
from .product import ROOT, ProductFailed
from .report import Report, Section, to_markdown, write
from .workspace import Places, Workspace

_PARTS: dict[str, Callable[[Workspace], Section]] = {
    "retrieval": retrieval.measure,
    "answers": answers.measure,
    "aid": aid.measure,
    "indexing": indexing.measure,
    "latency": latency.measure,
    "tui": tui.measure,
    "reconcile": reconcile.measure,
    "daemon": daemon.measure,
    "words": words.measure,
    "models": models.measure,
    "updates": updates.measure,
    "leann": leann.measure,
    "ablations": variants.measure,
    "stored": stored.measure,
    "growth": growth.measure,
}
_ON_REQUEST = {"growth"}
"""Parts that run only when they are named: they take an hour."""
_NOT_QUICK = {"growth", "leann", "ablations"}
"""The same for a quick run: a transformer embeds ten thousand passages, LEANN searches slowly."""
_SHARED = ROOT.parent / "shared"


def main(arguments: list[str]) -> int:
    """Measure, print and write the results; return 1 if a part could not be finished."""
    options = _parser().parse_args(arguments)
    out: Path = options.out.resolve()
    places = Places(options.data, tuple(options.folders), options.reference_model, out, options.llm)
    workspace = Workspace(places, quick=options.quick)
    machine = describe_machine()
    usual = _PARTS.keys() - (_NOT_QUICK if options.quick else _ON_REQUEST)
    wanted = [name for name in _PARTS if name in (options.only or usual)]
    sections: list[Section] = []
    for name in wanted:
        sections.append(_run(name, workspace))
        report = Report(machine, options.quick, tuple(sections))
        write(report, out)  # after each part: a run that is stopped keeps what it found
    print(to_markdown(report))
    return int(any(section.failed for section in sections))


def _run(name: str, workspace: Workspace) -> Section:
    """Run one part; if the product fails in it, the other parts still run."""
    try:
        return _PARTS[name](workspace)
    except (ProductFailed, RivalFailed, StoreError) as error:
        return Section(name, notes=(f"FAILED: {error}",), failed=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure thimble.")
    data = Path(os.environ.get("THIMBLE_BENCH_DATA", _SHARED / "data" / "ir"))
    vault = _SHARED / "data" / "folders" / "vault"
    model = _SHARED / "models" / "all-MiniLM-L6-v2"
    parser.add_argument("--data", type=Path, default=data, metavar="DIR", help="retrieval sets")
    parser.add_argument("--folders", type=Path, nargs="+", default=[vault], metavar="DIR")
    parser.add_argument("--reference-model", type=Path, default=model, metavar="DIR")
    parser.add_argument("--llm", metavar="URL", help="model server whose help `aid` measures")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "out", metavar="DIR")
    parser.add_argument("--only", action="append", choices=_PARTS, metavar="PART")
    parser.add_argument("--quick", action="store_true", help="a small version, within minutes")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
