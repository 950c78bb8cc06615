"""How to show a document that is no text, at its page if it is a PDF and the viewer can."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_PDF = ".pdf"
_AT_PAGE = {
    "evince": ("--page-index={page}", "{path}"),
    "papers": ("--page-index={page}", "{path}"),
    "atril": ("--page-index={page}", "{path}"),
    "xreader": ("--page-index={page}", "{path}"),
    "okular": ("--page", "{page}", "{path}"),
    "zathura": ("--page={page}", "{path}"),
    "mupdf": ("{path}", "{page}"),
    "qpdfview": ("{path}#{page}",),
    "firefox": ("{uri}#page={page}",),
    "chromium": ("{uri}#page={page}",),
    "google-chrome": ("{uri}#page={page}",),
}
"""Viewer → its arguments for a PDF at a page."""
_SKIM = Path("/Applications/Skim.app")


def viewer_command(
    path: Path, page: int, *, viewer: str | None, environ: Mapping[str, str]
) -> list[str]:
    """Return the command that shows a document, a PDF at a 1-based page.

    A PDF is for the viewer given, else the one that this system opens it with; anything else is
    left to the system. Raises OSError if there is no screen or no viewer.
    """
    if path.suffix.lower() == _PDF and viewer and viewer.strip():
        return _given(viewer, path, page)
    if sys.platform == "darwin":
        return ["open", _skim_address(path, page) if path.suffix.lower() == _PDF else str(path)]
    if not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        raise OSError(f"there is no screen to show it on; its text: thimble show {path}")
    if path.suffix.lower() == _PDF and (usual := _usual_viewer()):
        return [usual, *_arguments(usual, path, page)]
    if shutil.which("xdg-open"):
        return ["xdg-open", str(path)]
    raise OSError("there is no xdg-open here; name a PDF viewer: thimble config set viewer COMMAND")


def _given(viewer: str, path: Path, page: int) -> list[str]:
    try:
        command = shlex.split(viewer)
    except ValueError as error:
        raise OSError(f"cannot understand the viewer command {viewer!r}: {error}") from error
    return [*command, *_arguments(Path(command[0]).name, path, page)]


def _arguments(program: str, path: Path, page: int) -> list[str]:
    pattern = _AT_PAGE.get(program, ("{path}",))
    return [one.format(path=path, uri=path.as_uri(), page=page) for one in pattern]


def _usual_viewer() -> str | None:
    """Return the system's program for PDFs if it can open a page; `org.gnome.Evince.desktop`."""
    try:
        asked = subprocess.run(
            ["xdg-mime", "query", "default", "application/pdf"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    name = asked.stdout.lower()
    return next((one for one in _AT_PAGE if one in name and shutil.which(one)), None)


def _skim_address(path: Path, page: int) -> str:
    """Return what `open` is given: Preview takes no page, Skim does."""
    return f"skim://{path.as_uri()[7:]}#page={page}" if _SKIM.exists() else str(path)
