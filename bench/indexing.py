"""Part `indexing`: speed, peak memory and size of the index, end to end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

from .report import Cell, Measure, Section, Table, at_least, at_most
from .workspace import Indexed, Workspace

_MB = 1_000_000
_WORDS = "lexical"
"""The part of the index that holds words."""


def measure(workspace: Workspace) -> Section:
    """Index the generated folder, on all cores and on one, and the real folders."""
    present = [folder for folder in workspace.places.folders if folder.is_dir()]
    missing = [folder for folder in workspace.places.folders if not folder.is_dir()]
    workspace.say("indexing: generated folder, all cores")
    indexed = {"generated": workspace.large}
    for folder in present:
        workspace.say(f"indexing: {folder.name}")
        indexed[folder.name] = workspace.add(folder.name, folder)
    sizes = {name: one.thimble.size() for name, one in indexed.items()}
    measures = [row for name in indexed for row in _measures(name, indexed[name], sizes[name])]
    if sys.platform == "linux":
        measures.append(_on_one_core(workspace))
    return Section(
        "indexing",
        measures=tuple(measures),
        tables=tuple(_parts(name, size) for name, size in sizes.items()),
        notes=tuple(f"Left out: no folder {folder}." for folder in missing),
    )


def _measures(name: str, indexed: Indexed, size: dict[str, Any]) -> Iterator[Measure]:
    text_mb, run = size["text_bytes"] / _MB, indexed.run
    settings = f"{name}, {text_mb:.1f} MB of text, `thimble add`"
    yield Measure("speed, all cores", text_mb / run.wall_s, "MB/s", settings)
    yield Measure("speed per processor second", text_mb / run.cpu_s, "MB/s", settings)
    yield Measure("peak memory", run.peak_bytes / _MB, "MB", settings, at_most(700))
    share = size["index_bytes"] / size["text_bytes"]
    without_words = share - size["parts"].get(_WORDS, 0) / size["text_bytes"]
    yield Measure("index / text", share, "", settings, at_most(0.09))
    yield Measure("index without words / text", without_words, "", settings, at_most(0.05))


def _on_one_core(workspace: Workspace) -> Measure:
    """Index the generated folder again with one thread on one processor."""
    workspace.say("indexing: generated folder, one core")
    cpu = max(os.sched_getaffinity(0))
    indexed = workspace.add("one-core", workspace.large.folder, cpu=cpu)
    text_mb = indexed.thimble.size()["text_bytes"] / _MB
    settings = f"generated, {text_mb:.1f} MB of text, `thimble add`, 1 thread on processor {cpu}"
    return Measure("speed, one core", text_mb / indexed.run.wall_s, "MB/s", settings, at_least(1))


def _parts(name: str, size: dict[str, Any]) -> Table:
    text_bytes = size["text_bytes"]
    rows: list[tuple[Cell, ...]] = [
        (part, part_bytes, part_bytes / text_bytes) for part, part_bytes in size["parts"].items()
    ]
    for what, key in (("all", "index_bytes"), ("float32 embeddings", "stored_vectors_bytes")):
        rows.append((what, size[key], size[key] / text_bytes))
    return Table(f"Index of {name} by part", ("part", "bytes", "share of text"), tuple(rows))
