"""How thimble reads a command line: errors in one sentence, commands and values made alike."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NoReturn

from ..user.dates import parse_since, parse_until
from .printing.diagnostics import UsageError

FORMATS = ("text", "json", "jsonl", "csv", "md", "xml", "files")


Fill = Callable[["Parser"], None]
"""Adds arguments to the parser of a command."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one sentence."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError instead of leaving the program."""
        raise UsageError(f"{message} (see: {self.prog} --help)")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        """Name the nearest choice when there is no such one."""
        choices = [str(choice) for choice in action.choices or ()]
        if not choices or value in choices:
            return
        near = difflib.get_close_matches(str(value), choices, n=1)
        cure = f"did you mean '{near[0]}'?" if near else f"choose from {', '.join(choices)}"
        raise argparse.ArgumentError(action, f"there is no '{value}', {cure}")


class _Later(Parser):
    """The parser of a command, made when it is first asked for anything.

    One run asks for one command; making the parsers of all takes longer than all else that a help
    text needs.
    """

    def __init__(self, fill: Fill, **wanted: Any) -> None:
        self._to_do = fill, wanted

    def __getattr__(self, name: str) -> Any:
        fill, wanted = self.__dict__.pop("_to_do", (None, {}))
        if fill is None:
            raise AttributeError(name)
        super().__init__(**wanted)
        add_global_options(self, argparse.SUPPRESS, argparse.SUPPRESS)
        fill(self)
        return getattr(self, name)


class Commands:
    """Adds commands to a parser, all made alike."""

    def __init__(self, parser: Parser, dest: str) -> None:
        self._adder = parser.add_subparsers(
            dest=dest,
            metavar="COMMAND",
            title="commands",
            parser_class=_Later,
            prog=parser.prog,  # else a formatter is made for it, which costs more than all commands
        )

    def add(
        self,
        name: str,
        about: str,
        fill: Fill = lambda _: None,
        examples: Iterable[str] = (),
    ) -> None:
        """Add a command, which has the global options; `fill` adds its own when they are needed."""
        lines = "\n".join(f"  {example}" for example in examples)
        self._adder.add_parser(
            name,
            fill=fill,
            help=about,
            description=f"{about[0].upper()}{about[1:]}.",
            epilog=f"examples:\n{lines}" if lines else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )


def add_global_options(parser: Parser, color: str, threads: int | str | None) -> None:
    """Add the options that may stand before or after the command."""
    parser.add_argument(
        "--color",
        metavar="WHEN",
        choices=("auto", "always", "never"),
        default=color,
        help="colour the output: auto (on a terminal, the default), always or never",
    )
    parser.add_argument(
        "--threads", metavar="N", default=threads, help="processor threads; default: all cores"
    )


def whole_number(minimum: int) -> Callable[[str], int]:
    """Return the type of an option that takes a number from `minimum` up."""

    def parse(text: str) -> int:
        if not text.isdecimal() or int(text) < minimum:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from {minimum} up")
        return int(text)

    return parse


def file_types(text: str) -> list[str]:
    """Return `pdf,.MD` as `pdf` and `md`."""
    return [part.strip().lstrip(".").lower() for part in text.split(",") if part.strip(" .")]


def moment(parse: Callable[[str, datetime], float]) -> Callable[[str], float]:
    """Return the type of an option that takes a date."""

    def convert(text: str) -> float:
        try:
            return parse(text, datetime.now())
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert


def add_filters(parser: Parser) -> None:
    """Add the options that say where to look."""
    group = parser.add_argument_group("where to look")
    group.add_argument("--folder", metavar="NAME", action="append", default=[], help=_FOLDER)
    group.add_argument("--path", metavar="GLOB", action="append", default=[], help=_PATH)
    group.add_argument(
        "--type",
        metavar="TYPES",
        type=file_types,
        action="extend",
        default=[],
        help="only files of these types, as in pdf,md",
    )
    group.add_argument("--since", metavar="WHEN", type=moment(parse_since), help=_SINCE)
    group.add_argument("--until", metavar="WHEN", type=moment(parse_until), help=_UNTIL)


_FOLDER = "only in the folder of this name (repeatable)"
_PATH = "only files whose path matches (repeatable)"
_SINCE = "changed since: 2w, 3d, 12h, 6m (months), 1y, yesterday, 2026-01-31"
_UNTIL = "changed no later than; a day is included whole"


def add_formats(search: Parser) -> None:
    """Add the options that say how hits are written."""
    output = search.add_argument_group("output")
    group = output.add_mutually_exclusive_group()
    group.add_argument("--format", choices=FORMATS, default="text", help=_FORMAT)
    for flags, value, about in (
        (["--json"], "json", "one JSON object"),
        (["--jsonl"], "jsonl", "one JSON object a hit"),
        (["-l", "--files"], "files", "only file names, each once"),
    ):
        group.add_argument(*flags, dest="format", action="store_const", const=value, help=about)
    output.add_argument(
        "-0", dest="nul", action="store_true", help="with -l: end names with NUL, for xargs -0"
    )
    for flag, name, about in (
        ("-A", "after", "lines after the best line of a hit"),
        ("-B", "before", "lines before it"),
        ("-C", "context", "lines before and after it"),
    ):
        output.add_argument(flag, dest=name, metavar="N", type=whole_number(0), help=about)


_FORMAT = "default: text, which in a pipe is one line a hit"


def add_limit(parser: Parser) -> None:
    """Add the option that says how many hits are wanted."""
    parser.add_argument(
        "-n", "--limit", metavar="K", type=whole_number(1), default=10, help="hits; default: 10"
    )


def add_json(parser: Parser) -> None:
    """Add the option for JSON."""
    parser.add_argument("--json", action="store_true", help="one JSON object")
