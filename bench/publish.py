"""Write docs/benchmarks.md and its plots from finished runs.

    python -m bench.publish RESULTS.json…

A part stands as the last of the named results has it, and one that none of them has stands as it
did: growth alone takes an hour, so hardly a run has all. The text above the first heading of level
2 is kept.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from .plots import Line, Plot
from .product import ROOT
from .report import Measure, Report, Section, Table, Target, to_markdown, write_plots

_HEADING = "\n## "
_MACHINE = "The machine and the versions"
_PAGE = ROOT / "docs" / "benchmarks.md"


def main(results: list[str]) -> int:
    """Join the results and write the page; refuses a quick run."""
    reports = [load(json.loads(Path(path).read_text("utf-8"))) for path in results]
    if not reports or any(report.quick for report in reports):
        print("name the results.json of full runs", file=sys.stderr)
        return 2
    sections = {one.name: one for report in reports for one in report.sections}
    joined = Report(reports[-1].machine, False, tuple(sections.values()))
    _PAGE.write_text(spliced(_PAGE.read_text("utf-8"), to_markdown(joined)), "utf-8")
    write_plots(joined, _PAGE.parent)
    return 0


def spliced(page: str, report: str) -> str:
    """Return a page with the machine and the parts of a report, beside its other parts."""
    head, *old = page.rstrip().split(_HEADING)
    machine, *new = report.rstrip().split(_HEADING)
    facts = f"{_MACHINE}\n\n" + machine.partition("\n\n")[2]
    parts = {_MACHINE: facts} | {part.partition("\n")[0]: part for part in (*old, facts, *new)}
    return _HEADING.join([head, *(part.strip("\n") + "\n" for part in parts.values())])


def load(plain: dict[str, Any]) -> Report:
    """Read back what `to_json` wrote."""
    return Report(plain["machine"], plain["quick"], tuple(map(_section, plain["sections"])))


def _section(plain: dict[str, Any]) -> Section:
    return Section(
        plain["name"],
        tuple(map(_measure, plain["measures"])),
        tuple(
            Table(one["title"], tuple(one["columns"]), tuple(map(tuple, one["rows"])))
            for one in plain["tables"]
        ),
        tuple(plain["notes"]),
        tuple(map(_plot, plain["plots"])),
        failed=plain["failed"],
    )


def _measure(plain: dict[str, Any]) -> Measure:
    target = Target(**plain["target"]) if plain["target"] else None
    kept = {name: plain[name] for name in ("what", "value", "unit", "settings")}
    return Measure(**kept, target=target)


def _plot(plain: dict[str, Any]) -> Plot:
    lines = tuple(Line(one["name"], tuple(map(tuple, one["points"]))) for one in plain["lines"])
    return Plot(**(plain | {"lines": lines}))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
