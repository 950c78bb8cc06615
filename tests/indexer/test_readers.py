"""Formats: what is read, what is left out, and what it looks like as plain text."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.formats.document import BlockKind, Document, Unreadable
from indexer.formats.readers import kind_of, plain, read_document

CORPUS = Path(__file__).parent / "corpus"
SUFFIXES = (
    *("txt", "md", "rst", "org", "adoc", "tex", "html", "xml", "ipynb"),
    *("csv", "jsonl", "json", "yaml", "toml", "py", "srt", "ics"),
)
KINDS = tuple(kind_of(f"a.{suffix}") or "" for suffix in SUFFIXES)


def read(name: str) -> Document:
    return read_document((CORPUS / name).read_bytes(), name)


def typed(text: str, name: str) -> Document:
    return read_document(text.encode(), name)


def blocks(document: Document) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks]


def words(document: Document) -> str:
    """Return the plain text of the document's blocks and what lies between them."""
    first, last = document.blocks[0].start, document.blocks[-1].end
    return plain(document.kind, document.text[first:last])


def outline(document: Document) -> list[tuple[int, str]]:
    return [
        (level, plain(document.kind, document.text[start:end]))
        for start, end, level in document.headings
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("notes.md", "markdown"),
        ("NOTES.TXT", "text"),
        ("README", "text"),
        ("Makefile", "make"),
        ("Dockerfile", "docker"),
        ("LICENSE", "text"),
        ("CMakeLists.txt", "cmake"),
        ("archive.tar.md", "markdown"),
        ("main.rs", "rust"),
        ("no-suffix", None),
        (".hidden", None),
        ("odd.q7x", None),
    ],
)
def test_a_name_tells_the_kind(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


def test_names_of_binary_formats_need_no_opening() -> None:
    with pytest.raises(Unreadable, match="office files of this kind are not read yet"):
        read_document(b"plain words", "letter.PAGES")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<!DOCTYPE html>\n<p>Hi</p>", "html"),
        ('<?xml version="1.0"?><a>Hi</a>', "xml"),
        ("#!/usr/bin/env python3\nprint()", "python"),
        ("#!/bin/sh\nls", "shell"),
        ("Dear diary", "text"),
    ],
)
def test_a_file_without_a_telling_name_is_recognised_by_its_beginning(text: str, kind: str) -> None:
    assert typed(text, "unknown").kind == kind


def test_markdown_reads_as_a_person_would() -> None:
    text = words(read("bread.md"))
    assert "Feed the starter every twelve hours, see the flour guide." in text
    assert "smells of sour milk and beer apples" in text
    assert "    # preheat __first__\n    return oven[loaf]" in text
    assert "| Flour | Water |\n| 500 g | 350 g |" in text
    assert "Rest the dough overnight & bake at 230 °C." in text
    for left_out in ("https", "**", "```", "Draft", "layout", "---", "recipe-card", "> "):
        assert left_out not in text


def test_markdown_headings_and_title_make_the_outline() -> None:
    assert outline(read("bread.md")) == [
        (0, "Bread at home"),
        (1, "Starter"),
        (2, "Baking"),
        (2, "Weekend"),
    ]


def test_markdown_code_and_tables_are_blocks_of_their_own() -> None:
    document = read("bread.md")
    kinds = [block.kind for block in document.blocks]
    assert kinds.count(BlockKind.CODE) == 3  # front matter, code, table
    assert any(text.startswith("```python") and text.endswith("```") for text in blocks(document))


@pytest.mark.parametrize(
    ("marked", "readable"),
    [
        ("snake_case and 2 * 3 * 4 stay", "snake_case and 2 * 3 * 4 stay"),
        ("[![badge](b.svg)](https://x.org) done", "badge done"),
        ("![[sketch.png]] and [[Note#Part]]", "sketch.png and Note#Part"),
        ("重要な**言葉**です", "重要な言葉です"),
        ("see <https://example.org> or <b>bold</b>", "see https://example.org or bold"),
        ("a < b and List<String> stay", "a < b and List<String> stay"),
        ("[ref]: https://example.org\ntext [here][ref]", "text here"),
        ("escaped \\*stars\\*", "escaped *stars*"),
        ("### C# ###", "C#"),
        ("`a_b` and ``c*d``", "a_b and c*d"),
        ("half a [link](https://exa", "half a [link](https://exa"),
        ("**`bold code`** here", "bold code here"),
        ("lone <!-- opener stays", "lone <!-- opener stays"),
    ],
)
def test_markdown_marks_disappear(marked: str, readable: str) -> None:
    assert plain("markdown", marked) == readable


def test_a_fragment_that_begins_inside_a_code_block_keeps_its_code() -> None:
    fragment = "x = a_b * *c\n# comment\n```\n\n# Heading\n"
    assert plain("markdown", fragment) == "x = a_b * *c\n# comment\n\nHeading"


def test_embedded_images_are_not_indexed() -> None:
    document = typed(f"before ![x](data:image/png;base64,{'QUJD' * 200}) after", "a.md")
    assert "QUJDQUJD" not in "".join(blocks(document))


def test_restructured_text_levels_follow_the_order_of_styles() -> None:
    document = read("ferry.rst")
    assert outline(document) == [
        (0, "Ferry timetables"),
        (1, "Winter"),
        (2, "Storms"),
        (1, "Summer"),
    ]
    text = words(document)
    assert "The ferry leaves at nine. See tickets and harbour.py." in text
    assert "The last boat goes at five." in text
    assert "Boats every hour, map." in text
    assert "===" not in text


def test_org_reads_without_drawers_and_settings() -> None:
    document = read("garden.org")
    assert outline(document) == [
        (0, "Garden diary"),
        (1, "Beds"),
        (2, "Compost"),
        (1, "Greenhouse"),
    ]
    text = words(document)
    assert "Plant the broad beans, see the bean page." in text
    assert "turn --heap" in text
    for left_out in ("PROPERTIES", "7d1f", "BEGIN_SRC", "TODO", "https"):
        assert left_out not in text


def test_asciidoc_reads_without_comments_and_settings() -> None:
    document = read("pump.adoc")
    assert outline(document) == [(0, "Pump manual"), (1, "Safety"), (2, "Fuses")]
    text = words(document)
    assert "Switch off the mains first, the wiring page." in text
    assert "fuse --check" in text
    for left_out in ("internal remark", "toc", "source", "----", "https"):
        assert left_out not in text


def test_tex_reads_the_body_without_commands() -> None:
    document = read("tides.tex")
    assert outline(document) == [(0, "Tides in shallow bays"), (2, "Theory"), (3, "Friction")]
    text = words(document)
    assert "The tide is forced by the moon." in text
    assert "f = k v^2" in text
    for left_out in ("usepackage", "check this", "newton", "textbf", "sec:theory"):
        assert left_out not in text


def test_html_reads_without_scripts_styles_and_comments() -> None:
    document = read("museum.html")
    assert outline(document) == [(0, "Harbour museum"), (1, "Opening hours"), (2, "Tickets")]
    text = words(document)
    assert "Open from ten – café included.\nClosed on Mondays." in text
    assert "adult   9\nchild   4" in text
    assert "Group 70" in " ".join(text.split())
    for left_out in ("tracking", "color", "alarm code", "<"):
        assert left_out not in text
        assert all(left_out not in block for block in blocks(document) if left_out != "<")


def test_a_page_with_nothing_but_a_title_can_be_found_by_it() -> None:
    assert blocks(typed("<title>Only this</title>", "a.html")) == ["Only this"]


def test_xml_reads_the_text_between_tags() -> None:
    document = read("feed.xml")
    assert outline(document) == [(0, "Lighthouse news")]
    text = words(document)
    assert "The old lamp & its lens retire today." in text
    assert "Twelve nautical miles" in text
    assert "generator" not in text
    assert "e1" not in text


def test_notebooks_read_sources_in_place_and_no_outputs() -> None:
    document = read("birds.ipynb")
    assert outline(document) == [(1, "Bird counts"), (2, "Terns")]
    text = words(document)
    assert 'Gulls are "common" here.\n\ncounts = load()\nplot(counts)' in text
    assert "One égret too." in text
    for left_out in ("iVBOR", "Figure size", "not a source", "cell_type"):
        assert left_out not in text


def test_a_broken_notebook_is_read_as_text() -> None:
    document = typed('{"cells": [{"source": ["half a note', "a.ipynb")
    assert "half a note" in blocks(document)[0]


def test_a_notebook_of_wrong_types_is_no_error() -> None:
    cells = [{"cell_type": 7, "source": {"a": 1}}, None, "x"]
    typed(json.dumps({"cells": cells, "metadata": [], "nbformat": "four"}), "a.ipynb")


def test_column_names_are_a_heading_of_the_table() -> None:
    document = read("boats.csv")
    assert outline(document) == [(1, "name,harbour,built")]
    assert "Gull, old,Hook,1931\nTern,Whitby,1954" in words(document)
    assert typed("1,2\n3,4\n", "a.csv").headings == ()


def test_json_lines_are_records() -> None:
    document = read("talk.jsonl")
    assert len(document.blocks) == 2
    assert words(document) == "who: Ada, said: good morning\nwho: Grace, said: café 😀"


def test_sections_of_settings_are_headings() -> None:
    document = read("settings.toml")
    assert outline(document) == [(3, "sync.remote")]
    assert 'host = "attic"' in words(document)


def test_functions_and_classes_are_kept_whole_with_what_stands_above_them() -> None:
    _, imports, now, clock = blocks(read("clock.py"))
    assert imports == "import time\nfrom math import floor"
    assert now.startswith("# Seconds are enough here.\n@cached\ndef now():")
    assert now.endswith("return floor(seconds)")
    assert clock.startswith("class Clock:")


def test_functions_in_braces_are_kept_whole() -> None:
    one = "int one(void)\n{\n  a();\n\n  b();\n}"
    two = "int two(void) {\n  c();\n}"
    assert blocks(typed(f"{one}\n{two}\n", "a.c")) == [one, two]


def test_long_classes_are_opened_up_into_methods() -> None:
    method = "    def m{0}(self):\n" + "        work()\n" * 20
    source = "class Big:\n" + "\n".join(method.format(number) for number in range(6))
    found = blocks(typed(source, "a.py"))
    assert len(found) == 6
    assert found[3].startswith("def m3(self):")


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_of_other_systems_make_no_difference(ends: str) -> None:
    text = (CORPUS / "bread.md").read_text()
    other = typed(text.replace("\n", ends), "a.md")
    assert outline(other) == outline(typed(text, "a.md"))
    assert words(other) == words(typed(text, "a.md"))


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("text", ["", "\n \n\t\n", "\ufeff"])
def test_a_file_of_nothing_has_no_blocks(suffix: str, text: str) -> None:
    assert read_document(text.encode(), f"a.{suffix}").blocks == ()


MARKUP = r"""<!-- --> [ ]( [[ ![ ` ``` ~~~ ** _ <a <script> </p> {{ \begin{x} \section{ #+BEGIN_SRC
:END: = ---- | > - * " \ <![CDATA[ &amp; --- === :: base64, # % title: word 字 👍 ."""
parts = st.sampled_from([*MARKUP.split(), "\udce9", " ", "\n", "\n\n", "\r\n"])
fragments = st.lists(parts, max_size=60).map("".join)


@given(st.sampled_from(KINDS), fragments | st.text(max_size=100))
def test_any_fragment_has_a_plain_text(kind: str, fragment: str) -> None:
    text = plain(kind, fragment)
    text.encode()  # no lone surrogates are left
    assert "\r" not in text
    assert plain(kind, fragment) == text


@given(st.sampled_from(SUFFIXES), fragments)
def test_blocks_ascend_and_are_not_blank(suffix: str, text: str) -> None:
    document = read_document(text.encode("utf-8", "surrogateescape"), f"a.{suffix}")
    last = 0
    for block in document.blocks:
        assert last <= block.start < block.end <= len(document.text)
        body = document.text[block.start : block.end]
        assert body == body.strip()
        last = block.end
    assert list(document.headings) == sorted(document.headings)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "unit", ["<!--", "[", "](", "`", "~~~`", "*a **b ", "<a", "{", "\\begin{x}", " ", "'", "|"]
)
def test_hostile_text_takes_no_longer_than_its_size(suffix: str, unit: str) -> None:
    data = (unit * 40_000).encode()
    start = time.perf_counter()
    read_document(data, f"a.{suffix}")
    assert time.perf_counter() - start < 2
