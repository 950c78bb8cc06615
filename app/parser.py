"""How thimble reads a command line: errors in one sentence, commands and values made alike."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NoReturn

from .diagnostics import UsageError


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


class Commands:
    """Adds commands to a parser, all made alike."""

    def __init__(self, parser: Parser, dest: str) -> None:
        self._adder = parser.add_subparsers(
            dest=dest,
            metavar="COMMAND",
            title="commands",
            parser_class=Parser,
            prog=parser.prog,  # else a formatter is made for it, which costs more than all commands
        )

    def add(self, name: str, about: str, examples: Iterable[str] = ()) -> Parser:
        """Add a command and return its parser, which has the global options already."""
        lines = "\n".join(f"  {example}" for example in examples)
        parser = self._adder.add_parser(
            name,
            help=about,
            description=f"{about[0].upper()}{about[1:]}.",
            epilog=f"examples:\n{lines}" if lines else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        add_global_options(parser, argparse.SUPPRESS, argparse.SUPPRESS)
        return parser


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
