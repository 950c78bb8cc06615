"""Reference: the fields of `--json`, found in what the commands really write for the samples."""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import store
from app.cli.arguments import build_parser
from docs.site.markup import (
    Undescribed,
    attribute_descriptions,
    block,
    code,
    described,
    page,
    table,
)
from docs.site.outputs import ROOT, Samples, indexed_samples

_EXAMPLES: dict[str, list[str]] = {
    "search": ["--explain", "-n", "1", "raincoat that soaks up water"],
    "list": [],
    "status": ["--skipped"],
    "size": [],
    "bench": ["--queries", "2", "--limit-s", "1"],
    "ask": ["what deposit did we pay for the Zeeland cottage"],
    "similar": ["-n", "1", str(ROOT / "samples/notes/howto/reproof-raincoat.md")],
    "map": [],
    "saved list": [],
    "saved run": [],
    "daemon status": [],
    "model list": [],
    "model info": ["thimble-index"],
}
"""What is run for each command that has `--json`."""

_BEFORE = {"saved list": ["saved", "add", "boots", "who has my waders"]}
"""What is run before one of these, so that there is something to show."""

_OBJECTS = {
    "hits": "hit",
    "sources": "hit",
    "explain": "explain",
    "roots": "folder",
    "folders": "folder",
    "skipped_files": "skipped",
    "cache": "cache",
    "size": "size",
    "daemon": "daemon",
    "sandbox": "sandbox",
    "models": "model",
    "sentences": "sentence",
    "searches": "saved",
    "topics": "topic",
    "examples": "example",
}
"""Field → kind of object in it, a section of `fields.toml`. Other objects are not taken apart."""

_ROOTS = {"size": "size", "daemon status": "daemon", "model info": "model"}
"""Commands that write one object of a kind that others write too."""

_CLASSES: dict[str, type] = {"hit": store.Hit, "explain": store.Explain, "size": store.Size}
"""Kinds whose fields are described where they are declared."""

_LONGEST = 90
"""Characters of a text that the example shows."""


def json_page() -> str:
    """Return the page of JSON output."""
    about = tomllib.loads((Path(__file__).parent / "fields.toml").read_text(encoding="utf-8"))
    parts = [
        "`--json` writes one object. `schema` rises when a field changes its meaning or goes away;"
        " new fields may come at any time. Text is ASCII with escapes; a path that is not UTF-8"
        " has the exact bytes beside it, as `path_bytes`. The examples are the commands' output"
        " for the sample documents, long texts cut.",
    ]
    with indexed_samples() as samples:
        for words in _with_json(build_parser(), ""):
            parts += _command(words, samples, about)
    parts += ["## The other formats", _OTHERS]
    return page("JSON", *parts)


_OTHERS = """\
`thimble search --jsonl` writes one hit a line, with the fields of `hits`; `--batch FILE` writes
one object a query, with the `id` it came with and its `hits`."""


def _with_json(parser: argparse.ArgumentParser, words: str) -> Iterator[str]:
    """Yield the commands that can write JSON."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                inside = f"{words} {name}".strip()
                if "--json" in child._option_string_actions:
                    yield inside
                yield from _with_json(child, inside)


def _command(words: str, samples: Samples, about: dict[str, dict[str, str]]) -> list[str]:
    if words not in _EXAMPLES:
        raise Undescribed(f"the JSON of thimble {words} has no example")
    if words in _BEFORE:
        samples.run(*_BEFORE[words])
    output = json.loads(samples.run(*words.split(), *_EXAMPLES[words], "--json"))
    rows = list(_rows(output, words, "", _ROOTS.get(words, words), about))
    return [
        f"## thimble {words} --json",
        table(("field", "type", ""), rows),
        block(json.dumps(_shortened(output), indent=2, ensure_ascii=False), "json"),
    ]


def _rows(
    value: dict[str, Any], words: str, prefix: str, kind: str, about: dict[str, dict[str, str]]
) -> Iterator[tuple[str, str, str]]:
    declared = attribute_descriptions(_CLASSES[kind]) if kind in _CLASSES else {}
    for key, inside in value.items():
        text = about.get(kind, {}).get(key) or declared.get(key) or about["any"].get(key)
        name = f"{prefix}{key}"
        yield code(name), _type(inside), described(f"`{name}` of thimble {words} --json", text)
        item = inside[0] if isinstance(inside, list) and inside else inside
        if isinstance(item, dict) and key in _OBJECTS:
            mark = "[]." if isinstance(inside, list) else "."
            yield from _rows(item, words, name + mark, _OBJECTS[key], about)


def _type(value: object) -> str:
    names = {bool: "true or false", int: "number", float: "number", str: "text", dict: "object"}
    if isinstance(value, list):
        return f"list of {_type(value[0])}s" if value else "list"
    return "null, or a value" if value is None else names[type(value)]


def _shortened(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST:
        return value[:_LONGEST] + "…"
    if isinstance(value, dict):
        return {key: _shortened(inside) for key, inside in value.items()}
    return list(map(_shortened, value)) if isinstance(value, list) else value
