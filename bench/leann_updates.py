"""One file added, edited and deleted: both commands, and what a search finds afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from . import leann_mode
from .environment import Rivals
from .leann_rival import Leann
from .passages import Passages
from .product import Thimble
from .report import Cell, Table
from .workspace import Workspace

_COMPLEXITY = 64
"""LEANN's default."""
_ADDED = "The quokka is a small macropod of Rottnest Island that is known for its smile."
_EDITED = "The axolotl is a salamander of Lake Xochimilco that keeps its gills all its life."

Index = Callable[[], float]
"""Bring the index up to date; returns seconds."""
Find = Callable[[str], list[str]]
"""Texts found for a query."""


def measure(workspace: Workspace, passages: Passages, rivals: Rivals) -> Table:
    """Time the updates of both in folders of their own."""
    count, model = len(passages.texts), workspace.places.reference_model
    workspace.say(f"leann: updates among {count:,} files (takes minutes)")
    own, other = (workspace.fresh(f"updates-{name}") for name in ("thimble", "leann"))
    passages.write_files(own)
    passages.write_files(other)
    thimble = leann_mode.new_home(workspace, "updates", model)
    leann = Leann(rivals, workspace.fresh("updates-leann-project"), "updates")
    thimble.add(own)
    leann.index_folder(other)
    rows: tuple[tuple[Cell, ...], ...] = (
        ("thimble", *_update(own, lambda: thimble.index().wall_s, _finder(thimble))),
        ("LEANN", *_update(other, lambda: leann.index_folder(other), _leann_finder(leann))),
    )
    leann.stop()
    columns = ("system", "add, s", "edit, s", "delete, s", "found after add", "found after edit")
    title = f"One file of {count:,}, `thimble index` and `leann build`, the same embedder"
    return Table(title, (*columns, "gone after delete"), rows)


def _update(folder: Path, index: Index, find: Find) -> tuple[Cell, ...]:
    added, edited = folder / "000" / "added.txt", folder / "000" / "1.txt"
    added.write_text(_ADDED + "\n", "utf-8")
    add_s = index()
    found = _holds(find, _ADDED)
    edited.write_text(_EDITED + "\n", "utf-8")
    edit_s = index()
    found_edit = _holds(find, _EDITED)
    added.unlink()
    delete_s = index()
    gone = not _holds(find, _ADDED)
    return (add_s, edit_s, delete_s, *(_yes(one) for one in (found, found_edit, gone)))


def _holds(find: Find, text: str) -> bool:
    return any(text in one for one in find(text))


def _yes(holds: bool) -> str:
    return "yes" if holds else "NO"


def _finder(thimble: Thimble) -> Find:
    def find(query: str) -> list[str]:
        modes = ("hybrid", "semantic", "lexical", "exact")
        answers = [thimble.search(query, "--mode", mode)[1] for mode in modes]
        return [str(hit["text"]) for answer in answers for hit in answer["hits"]]

    return find


def _leann_finder(leann: Leann) -> Find:
    return lambda query: [str(hit["text"]) for hit in leann.search_command(query, _COMPLEXITY)[1]]
