"""Why one file is read or not, by the rules of the scan."""

from __future__ import annotations

import os
from pathlib import Path

from store import Folder

from .ignore import MAX_FILE_BYTES, Refusal, Rules
from .scan import error_reason, list_folder


def why(
    folder: Folder,
    path: Path,
    *,
    max_bytes: int = MAX_FILE_BYTES,
) -> str | None:
    """Return why a scan would not read a file, None if it would. ValueError if it is elsewhere."""
    rules = Rules.of(folder, max_bytes=max_bytes)
    here = ""
    for name in path.relative_to(folder.path).parts:
        try:
            entries = list_folder(rules.root, here)
            rules = rules.enter(here, entries)
            here = f"{here}{os.sep}{name}" if here else name
            refusal = _refuse(here, entries.get(name), rules)
        except OSError as error:
            return f"{Path(rules.root, here)} cannot be looked at: {error_reason(error)}"
        if refusal:
            shown = Path(rules.root, here)
            return refusal.reason if shown == path else f"its folder {shown}: {refusal.reason}"
    return None


def _refuse(path: str, entry: os.DirEntry[str] | None, rules: Rules) -> Refusal | None:
    """Return why the walk would pass over one entry of a folder, with the walk's own rules."""
    if entry is None:
        return Refusal("there is no such file")
    if not entry.is_dir(follow_symlinks=False):
        return rules.refuse_file(path, entry.name, entry.stat(follow_symlinks=False))
    refusal = rules.refuse_folder(path, entry.name)
    return refusal or rules.refuse_contents(path, list_folder(rules.root, path))
