"""Folders: which may be added and how they are called, and which of them the user means."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from store import Folder

from ..user.paths import given_path


def check_root(path: Path, folders: Iterable[Folder]) -> Path:
    """Return the absolute path of a folder that is to be added.

    Raises ValueError, with a sentence for people, if it is none or overlaps with another.
    """
    root = path.expanduser().resolve()
    if not root.is_dir():
        raise ValueError(f"{path} is not a folder")
    for folder in folders:
        if folder.path == root or folder.path in root.parents:
            raise ValueError(f"{root} is indexed already, as part of the folder {folder.name}")
        if root in folder.path.parents:
            raise ValueError(
                f"{root} holds the folder {folder.name}, which is indexed already; "
                f"run `thimble remove {folder.name}` first"
            )
    return root


def free_name(name: str | None, root: Path, taken: Collection[str]) -> str:
    """Return the name for a folder: the one wished for, or one like that of its path.

    Raises ValueError if the one wished for is taken.
    """
    if name is not None:
        if name in taken:
            raise ValueError(f"there is a folder named {name} already; choose another --name")
        return name
    base = os.fsencode(root.name or "root").decode("utf-8", "replace")
    candidates = (base if number == 1 else f"{base}-{number}" for number in range(1, 10_000))
    return next(one for one in candidates if one not in taken)


def find_folder(folders: Sequence[Folder], given: str) -> Folder:
    """Return the folder with this name, or else with this path.

    Raises ValueError naming the nearest name, or all names, if there is none.
    """
    path = given_path(given)
    by_name = {folder.name: folder for folder in folders}
    by_path = {folder.path: folder for folder in folders}
    folder = by_name.get(given) or by_path.get(path) or by_path.get(path.resolve())
    if folder is None:
        raise ValueError(f"no folder '{given}' is indexed; {_cure(given, list(by_name))}")
    return folder


def _cure(given: str, names: list[str]) -> str:
    if not names:
        return "there is none yet, add one with: thimble add DIR"
    near = difflib.get_close_matches(given, names, n=1)
    return f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(names)}"
