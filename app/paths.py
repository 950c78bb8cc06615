"""Where settings and data live: under `THIMBLE_HOME`, or where the system keeps such things."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Paths:
    """The places thimble uses. Knowing them creates nothing."""

    home: Path
    """Everything thimble keeps for the user, except the settings when they belong elsewhere."""
    index: Path
    """The folder that holds the index."""
    settings: Path
    """The settings file; it need not exist."""

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Paths:
        """Return the places that `environ` and this system call for."""
        if home := environ.get("THIMBLE_HOME"):
            folder = given_path(home)
            return cls(folder, folder / "index", folder / "settings.toml")
        import platformdirs  # not needed, so not imported, when THIMBLE_HOME is set

        data = platformdirs.user_data_path("thimble", appauthor=False)
        config = platformdirs.user_config_path("thimble", appauthor=False)
        return cls(data, data / "index", config / "settings.toml")


def given_path(text: str) -> Path:
    """Return a path that somebody typed as an absolute one, `~` and `..` worked out."""
    return Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100, PTH111 (Path keeps `..`)


def given_place(text: str) -> tuple[Path, int | None]:
    """Return a path with the line after its colon, unless there is a file that is called so."""
    match = re.fullmatch(r"(.+):(\d+)", text, re.DOTALL)
    whole = given_path(text)
    if match is None or os.path.lexists(whole):
        return whole, None
    return given_path(match[1]), int(match[2])


def make_private(folder: Path) -> Path:
    """Create a folder that only its owner can open; one that exists stays as it is."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=_PRIVATE, exist_ok=True)
    return folder
