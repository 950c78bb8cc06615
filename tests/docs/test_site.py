"""The documentation site builds from what is there, has no gaps, and asks no other server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.cli.arguments import build_parser
from app.cli.parser import Parser
from docs.site import Undescribed, build, commands, json_fields, page_text, settings

_LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""Element → the attribute whose address a browser fetches by itself."""


class LoadedSettings(HTMLParser):
    """Collects the addresses that a page has the browser fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get(_LOADED.get(tag, ""))
        if address:
            self.addresses.append(address)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built so that every warning is an error."""
    return build(tmp_path_factory.mktemp("site") / "docs")


def test_every_page_is_there(site: Path) -> None:
    names = {str(page.relative_to(site)) for page in site.rglob("*.html")}
    assert {"index.html", "tutorial.html", "privacy.html", "architecture.html"} <= names
    assert {f"reference/{name}.html" for name in ("commands", "settings", "json", "keys")} <= names


def test_the_site_loads_nothing_from_other_servers(site: Path) -> None:
    pages = [*site.rglob("*.html")]
    fetched = [address for page in pages for address in LoadedSettings(page.read_text()).addresses]
    styles = [path.read_text() for path in site.rglob("*.css")]
    fetched += [address for text in styles for address in re.findall(r"url\(([^)]*)\)", text)]
    assert len(fetched) > len(pages)
    assert [one for one in fetched if re.match(r"[\"']?(https?:)?//", one)] == []
    assert not any("@import" in text for text in styles)


def test_every_command_is_in_the_reference(site: Path) -> None:
    page = (site / "reference" / "commands.html").read_text()
    for action in build_parser()._actions:
        for name in action.choices or () if action.nargs == "A..." else ():
            assert f'id="thimble-{name}"' in page


def test_pictures_are_in_the_page_itself(site: Path) -> None:
    assert (site / "how-it-works.html").read_text().count('<svg class="pic"') == 5


def test_an_option_without_a_description_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def parser() -> Parser:
        built = build_parser()
        built.add_argument("--secret")
        return built

    monkeypatch.setattr(commands, "build_parser", parser)
    with pytest.raises(Undescribed, match="--secret"):
        commands.commands_page()


def test_a_setting_without_a_description_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass
    class Bare:
        colour: str = "red"

    monkeypatch.setattr(settings, "Settings", Bare)
    monkeypatch.setattr(settings, "KEYS", ("colour",))
    with pytest.raises(Undescribed, match="colour"):
        settings.settings_page()


def test_json_without_a_description_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(json_fields._ROOTS, "size", "list")
    monkeypatch.setattr(json_fields, "_with_json", lambda parser, words: ["size"])
    with pytest.raises(Undescribed, match="text_bytes"):
        json_fields.json_page()


def test_links_out_of_the_site_become_words(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n[out](../bench/README.md)\n")
    assert page_text(page) == "# Page\nout\n"
