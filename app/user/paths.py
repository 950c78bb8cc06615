"""Where settings and data live: under `THIMBLE_HOME`, or where the system keeps such things."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from store import is_open_to_others

_PLACE = re.compile(
    r"(?P<path>.+?)"
    r"(?::(?P<line>\d+)|#(?P<part>(?:page|slide|sheet|message|chapter|visit)=.+))",
    re.DOTALL,
)


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


@dataclass(frozen=True, slots=True)
class Given:
    """A place in a document, as somebody typed it or a search told it."""

    path: Path
    line: int | None = None
    part: str = ""
    """`page=3`, `sheet=Costs`; empty if none was named."""


def given_place(text: str) -> Given:
    """Return a path with what follows it, unless there is a file that is called so.

    `FILE:12` has a line, `FILE#page=3` a part, as hits have them.
    """
    whole = given_path(text)
    match = _PLACE.fullmatch(text)
    if match is None or os.path.lexists(whole):
        return Given(whole)
    line = int(match["line"]) if match["line"] else None
    return Given(given_path(match["path"]), line, match["part"] or "")


def resolve_folders(environ: MutableMapping[str, str]) -> None:
    """Make the folders that the environment names absolute, before anything is started.

    Child processes inherit them and may work in another directory. The XDG Base Directory
    Specification has relative ones ignored.
    """
    if home := environ.get("THIMBLE_HOME"):
        environ["THIMBLE_HOME"] = str(given_path(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        if not os.path.isabs(environ.get(name, "/")):  # noqa: PTH117 (a string)
            del environ[name]


def open_to_others(paths: Paths) -> list[Path]:
    """Return what is thimble's own and could be opened by other users."""
    own = [paths.index, paths.home / "models", paths.settings, paths.home / "run"]
    own += [paths.home / name for name in ("history", "saved.json", "checksums.json")]
    inside = [path for folder in own if folder.is_dir() for path in folder.rglob("*")]
    return [path for path in (*own, *inside) if is_open_to_others(path)]
