"""Part `reconcile`: how long it takes to bring an index of many files up to date."""

from __future__ import annotations

from pathlib import Path

from .folders import Plan
from .product import Thimble
from .report import Measure, Section, at_most
from .workspace import Workspace

_WORD = "zyzzyvaphone"
"""A word that no generated file holds."""


def measure(workspace: Workspace) -> Section:
    """Time `thimble index` with no change, and after one edit, one rename, one delete."""
    count = workspace.scale.files
    workspace.say(f"reconcile: {count:,} files")
    folder = workspace.generate("many", Plan(count, 100, 400))
    indexed = workspace.add("many", folder)
    edited, renamed, deleted = sorted(folder.rglob("*.md"))[:3]
    settings = (
        f"{count:,} files of 100 to 400 bytes, `thimble index`, whole process, warm page cache"
    )
    idle = min(indexed.thimble.index().wall_s for _ in range(3))
    rows = [Measure("no change, best of 3", idle, "s", settings, at_most(2))]
    edited.write_text(f"# Edited\n\n{_WORD} one\n", "utf-8")
    rows.append(_after("one edit", indexed.thimble, settings))
    renamed.rename(renamed.with_name("renamed.md"))
    rows.append(_after("one rename", indexed.thimble, settings))
    deleted.unlink()
    rows.append(_after("one delete", indexed.thimble, settings))
    return Section("reconcile", tuple(rows), notes=_wrong(indexed.thimble, edited, count))


def _after(what: str, thimble: Thimble, settings: str) -> Measure:
    return Measure(what, thimble.index().wall_s, "s", settings)


def _wrong(thimble: Thimble, edited: Path, count: int) -> tuple[str, ...]:
    """Say what the index does not know of the three changes."""
    notes = []
    files = thimble.status()["files"]
    if files != count - 1:
        notes.append(f"WRONG: {files:,} files are indexed after one delete of {count:,}.")
    _, answer = thimble.search(_WORD, "--mode", "lexical")
    if [hit["path"] for hit in answer["hits"]] != [str(edited)]:
        notes.append(f"WRONG: a word that only {edited.name} holds does not find it alone.")
    return tuple(notes)
