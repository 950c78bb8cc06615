"""The parser's commands, options and operands as plain values."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Argument:
    """An option, or something that stands by itself."""

    flags: tuple[str, ...]
    """Empty for what stands by itself."""
    about: str
    takes_value: bool
    choices: tuple[str, ...]
    metavar: str
    """What the help calls the value."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command with what may follow it."""

    words: tuple[str, ...]
    """`()` is the program itself, `("config", "set")` a command of a command."""
    about: str
    options: tuple[Argument, ...]
    operands: tuple[Argument, ...]
    commands: tuple[Command, ...]

    @property
    def flags(self) -> list[str]:
        """The flags of all options."""
        return [flag for option in self.options for flag in option.flags]

    def walk(self) -> Iterator[Command]:
        """Yield this command and all below it."""
        yield self
        for child in self.commands:
            yield from child.walk()


def describe(
    parser: argparse.ArgumentParser, words: tuple[str, ...] = (), about: str = ""
) -> Command:
    """Return a parser's command with all below it."""
    arguments = [action for action in parser._actions if action.nargs != argparse.PARSER]
    described = [_argument(action) for action in arguments]
    return Command(
        words=words,
        about=about,
        options=tuple(argument for argument in described if argument.flags),
        operands=tuple(argument for argument in described if not argument.flags),
        commands=tuple(_commands(parser, words)),
    )


def _commands(parser: argparse.ArgumentParser, words: tuple[str, ...]) -> Iterator[Command]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            abouts = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, child in action.choices.items():
                yield describe(child, (*words, name), abouts[name])


def _argument(action: argparse.Action) -> Argument:
    return Argument(
        flags=tuple(action.option_strings),
        about=action.help or "",
        takes_value=action.nargs != 0,
        choices=tuple(map(str, action.choices or ())),
        metavar=str(action.metavar or ""),
    )
