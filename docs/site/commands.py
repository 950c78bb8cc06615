"""Reference: commands and their options, from the parser; exit codes; the environment."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from app.cli.arguments import build_parser
from app.cli.printing.diagnostics import ExitCode
from docs.site.markup import attribute_descriptions, block, code, described, page, table

_INHERITED = {"--help", "--color", "--threads"}
"""Options that every command has."""


def commands_page() -> str:
    """Return the page of all commands."""
    parser = build_parser()
    parts = [
        "Every command also tells this: `thimble COMMAND --help`.",
        table(("command", ""), _overview(parser)),
        "## Options of every command",
        _options(parser, "thimble"),
    ]
    for words, about, child in _walk(parser, "thimble"):
        parts += _command(words, about, child)
    return page("Commands", *parts)


def exit_codes_page() -> str:
    """Return the page of what the shell is told."""
    about = attribute_descriptions(ExitCode)
    rows = [(str(int(one)), described(f"exit code {one}", about.get(one.name))) for one in ExitCode]
    environment = (build_parser().epilog or "").partition("environment:\n")[2]
    return page(
        "Exit codes and environment",
        "Data goes to stdout, everything else to stderr. The exit code says how it went:",
        table(("code", ""), rows),
        "## Environment",
        table(("variable", ""), _variables(environment)),
    )


def _overview(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for words, about, _ in _walk(parser, "thimble"):
        if words.count(" ") == 1:
            yield f"[`{words}`](#{words.replace(' ', '-')})", described(words, about)


def _walk(
    parser: argparse.ArgumentParser, words: str
) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Yield (words that call it, description, parser) of all commands below a parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            abouts = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, child in action.choices.items():
                yield f"{words} {name}", abouts[name], child
                yield from _walk(child, f"{words} {name}")


def _command(words: str, about: str, parser: argparse.ArgumentParser) -> list[str]:
    sentence = described(words, about)
    level = "#" * min(words.count(" ") + 1, 3)
    parts = [f"{level} {words}", f"{sentence[0].upper()}{sentence[1:]}."]
    parts.append(block(_usage(parser)))
    if options := _options(parser, words):
        parts.append(options)
    if parser.epilog:
        examples = parser.epilog.removeprefix("examples:\n")
        parts.append(block("\n".join(line.strip() for line in examples.splitlines()), "sh"))
    return parts


def _usage(parser: argparse.ArgumentParser) -> str:
    usage = re.sub(r"\s+", " ", parser.format_usage().removeprefix("usage: "))
    return re.sub(r" \[(-h|--color WHEN|--threads N)\]", "", usage)


def _options(parser: argparse.ArgumentParser, words: str) -> str:
    """Return the table of what may follow a command; empty if nothing may but the usual."""
    rows = []
    for action in parser._actions:
        flags = action.option_strings
        is_top = words == "thimble"
        if action.nargs == argparse.PARSER or (not is_top and _INHERITED & set(flags)):
            continue
        value = str(action.metavar or "") if action.nargs != 0 else ""
        name = ", ".join(code(f"{flag} {value}".strip()) for flag in flags) or code(value)
        rows.append((name, described(f"{words} {', '.join(flags) or value}", _about(action))))
    return table(("option", ""), rows) if rows else ""


def _about(action: argparse.Action) -> str:
    about = (action.help or "").replace("<", "&lt;")
    choices = [] if action.choices is None else list(map(str, action.choices))
    if about and choices and not all(choice in about for choice in choices):
        about = f"{about} ({', '.join(map(code, choices))})"
    return about


def _variables(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        names, _, about = re.sub(r"\s{2,}", "\t", line.strip()).partition("\t")
        if names:
            listed = ", ".join(map(code, names.split(", ")))
            yield listed, described(names, about)
