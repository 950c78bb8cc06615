"""Putting the site together: pages that are there, a reference made now, one page of navigation."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import tomlkit

from docs.site.commands import commands_page, exit_codes_page
from docs.site.formats import formats_page
from docs.site.json_fields import json_page
from docs.site.keys import keys_page
from docs.site.settings import settings_page

DOCS = Path(__file__).parent.parent
FOLDER = DOCS.parent / "build" / "docs"

REFERENCE: dict[str, Callable[[], str]] = {
    "commands": commands_page,
    "settings": settings_page,
    "keys": keys_page,
    "formats": formats_page,
    "exit-codes": exit_codes_page,
    "json": json_page,
}
"""Page → what writes it."""

_SECTIONS = {
    "": ["index", "tutorial"],
    "Guides": ["find", "answers", "fresh", "another-model", "shell", "agents", "move", "repair"],
    "Reference": [f"reference/{name}" for name in REFERENCE],
    "Background": [
        *("how-it-works", "privacy", "reliability", "models", "comparison"),
        *("architecture", "benchmarks"),
    ],
}
"""Section → its pages, in this order. Pages beside this that nobody placed close the last one."""

_PICTURE = re.compile(r"^!\[([^\]]*)\]\((images/[\w-]+\.svg)\)$", re.M)
_LINK_OUT = re.compile(r"\[([^\]]+)\]\((?:\.\./)+[^)]*\)")
_FENCE = re.compile(r"^```.*?^```$", re.M | re.S)


class Problem(Exception):
    """The site cannot be built from these pages."""


def build(folder: Path) -> Path:
    """Write the site below a folder, which is emptied, and return the site's own folder.

    Raises Problem for a broken link and the like, Undescribed for a gap in the reference.
    """
    write_sources(folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    site = folder / "site"
    if done.returncode or not (site / "index.html").is_file():
        raise Problem(f"{done.stdout}{done.stderr}")
    return site


def write_sources(folder: Path) -> None:
    """Write pages and settings for the site generator into a folder, which is emptied."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "pages" / "reference").mkdir(parents=True)
    pages = {path.stem: page_text(path) for path in sorted(DOCS.glob("*.md"))}
    pages |= {f"reference/{name}": write() for name, write in REFERENCE.items()}
    pages = {name: text for name, text in pages.items() if text.strip()}
    for name, text in pages.items():
        (folder / "pages" / f"{name}.md").write_text(text, encoding="utf-8")
    shutil.copytree(DOCS / "theme", folder / "pages" / "theme")
    settings = tomllib.loads((DOCS / "zensical.toml").read_text(encoding="utf-8"))
    settings["project"]["nav"] = [*_navigation(pages)]
    (folder / "zensical.toml").write_text(tomlkit.dumps(settings), encoding="utf-8")


def page_text(path: Path) -> str:
    """Return a page as the site has it: with its pictures inside, and no links out of it."""
    return _PICTURE.sub(_inline, _LINK_OUT.sub(r"\1", path.read_text("utf-8")))


def _inline(picture: re.Match[str]) -> str:
    """Put a picture into the page itself, where it takes the page's colours."""
    svg = (DOCS / picture[2]).read_text(encoding="utf-8")
    return f'<figure class="picture" markdown="0">{" ".join(svg.split())}</figure>'


def _navigation(pages: dict[str, str]) -> Iterator[Mapping[str, object]]:
    placed = {name for names in _SECTIONS.values() for name in names}
    for section, names in _SECTIONS.items():
        others = sorted(set(pages) - placed) if section == "Background" else []
        there = [
            {"Overview" if one == "index" else _title(pages[one]): f"{one}.md"}
            for one in [*names, *others]
            if one in pages
        ]
        if section:
            yield {section: there}
        else:
            yield from there


def _title(text: str) -> str:
    """Return the heading of a page, by which the navigation calls it."""
    heading = re.search(r"^# (.+)$", _FENCE.sub("", text), re.M)
    if heading is None:
        raise Problem(f"a page has no title: {text[:60]!r}")
    return heading[1]
