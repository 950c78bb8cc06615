"""What a bench run found: values, and how they read as Markdown and JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from .plots import Plot, to_svg

Cell = str | float


@dataclass(frozen=True, slots=True)
class Target:
    """A limit that the design sets."""

    bound: Literal["≤", "≥"]
    limit: float

    def holds(self, value: float) -> bool:
        """Tell whether a measured value meets the target."""
        return value <= self.limit if self.bound == "≤" else value >= self.limit


def at_most(limit: float) -> Target:
    """A target that smaller values meet."""
    return Target("≤", limit)


def at_least(limit: float) -> Target:
    """A target that larger values meet."""
    return Target("≥", limit)


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured value, beside its target if it has one."""

    what: str
    value: float
    unit: str
    settings: str
    """What one must know to measure it again: data, mode, repetitions."""
    target: Target | None = None

    @property
    def verdict(self) -> str:
        """`pass`, `FAIL`, or a dash without a target."""
        if self.target is None:
            return "–"
        return "pass" if self.target.holds(self.value) else "FAIL"


@dataclass(frozen=True, slots=True)
class Table:
    """Figures side by side that have no targets of their own."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What one part of the bench found."""

    name: str
    measures: tuple[Measure, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences: what was left out and why, what went wrong."""
    plots: tuple[Plot, ...] = ()
    failed: bool = False
    """True if the part could not be finished."""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole run."""

    machine: dict[str, str]
    """Machine and versions; they hold for every row."""
    quick: bool
    sections: tuple[Section, ...]


def to_json(report: Report) -> str:
    """Render all values unrounded."""
    plain = {"schema": 1} | asdict(report)
    for section, shown in zip(report.sections, plain["sections"], strict=True):
        for measure, row in zip(section.measures, shown["measures"], strict=True):
            row["verdict"] = measure.verdict
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def to_markdown(report: Report) -> str:
    """Render tables for people."""
    heads = [f"- {name}: {value}" for name, value in report.machine.items()]
    if report.quick:
        heads.append("- quick run: small data, so verdicts say little about the targets")
    parts = ["# Bench", "\n".join(heads)]
    for section in report.sections:
        parts += [f"## {section.name}", *section.notes]
        if section.measures:
            parts.append(_table(_MEASURE_COLUMNS, [_measure_row(row) for row in section.measures]))
        for table in section.tables:
            rows = [tuple(map(_cell, row)) for row in table.rows]
            parts += [f"### {table.title}", _table(table.columns, rows)]
        parts += [f"![{plot.title}](plots/{plot.name}.svg)" for plot in section.plots]
    return "\n\n".join(parts) + "\n"


def write(report: Report, folder: Path) -> None:
    """Write `results.json`, `results.md` and the plots that it shows."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(to_json(report), "utf-8")
    (folder / "results.md").write_text(to_markdown(report), "utf-8")
    write_plots(report, folder)


def write_plots(report: Report, folder: Path) -> None:
    """Write the plots where the Markdown looks for them when it lies in `folder`."""
    (folder / "plots").mkdir(parents=True, exist_ok=True)
    for plot in (plot for section in report.sections for plot in section.plots):
        (folder / "plots" / f"{plot.name}.svg").write_text(to_svg(plot), "utf-8")


_MEASURE_COLUMNS = ("what", "measured", "target", "verdict", "settings")


def _measure_row(row: Measure) -> tuple[str, ...]:
    target = f"{row.target.bound} {_cell(row.target.limit)}" if row.target else "–"
    measured = f"{_cell(row.value)} {row.unit}".strip()
    return (row.what, measured, target, row.verdict, row.settings)


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [columns, ("---",) * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
