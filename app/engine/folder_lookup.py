"""Which of the registered folders the user means."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from store import Folder

from ..user.paths import given_path


def find_folder(folders: Sequence[Folder], given: str) -> Folder:
    """Return the folder with this name, or else with this path.

    Raises ValueError naming the nearest name, or all names, if there is none.
    """
    path = given_path(given)
    by_name = {folder.name: folder for folder in folders}
    by_path = {folder.path: folder for folder in folders}
    found = by_name.get(given) or by_path.get(path) or by_path.get(path.resolve())
    if found is None:
        raise ValueError(f"no folder '{given}' is indexed; {_cure(given, list(by_name))}")
    return found


def _cure(given: str, names: list[str]) -> str:
    if not names:
        return "there is none yet, add one with: thimble add DIR"
    near = difflib.get_close_matches(given, names, n=1)
    return f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(names)}"
