"""Completion for zsh: one function a command, made of `_arguments`."""

from __future__ import annotations

from collections.abc import Iterator

from .describe import Argument, Command

_MANY = ("QUERY", "QUESTION")
"""Operands of several words."""


def zsh_script(root: Command) -> Iterator[str]:
    """Yield the lines of the script."""
    yield "#compdef thimble"
    for command in root.walk():
        yield from _function(command)
    yield 'if [ "$funcstack[1]" = "_thimble" ]; then'
    yield '    _thimble "$@"'
    yield "else"
    yield "    compdef _thimble thimble"
    yield "fi"


def _function(command: Command) -> Iterator[str]:
    yield f"{_name(command)}() {{"
    yield "    local state line"
    specs = [spec for option in command.options for spec in _option(option)]
    specs += [
        _quote(f"{'*' if operand.metavar in _MANY else ''}:{operand.kind}:{_values(operand)}")
        for operand in command.operands
    ]
    if command.commands:
        specs += ["'1: :->command'", "'*:: :->rest'"]
    yield "    _arguments -C \\"
    yield " \\\n".join(f"        {spec}" for spec in specs)
    if command.commands:
        yield from _dispatch(command)
    yield "}"


def _dispatch(command: Command) -> Iterator[str]:
    yield "    case $state in"
    yield "    command)"
    yield "        local -a commands=("
    for child in command.commands:
        yield f"            {_quote(f'{child.words[-1]}:{child.about}')}"
    yield "        )"
    yield "        _describe command commands ;;"
    yield "    rest)"
    yield "        case $line[1] in"
    for child in command.commands:
        yield f"        {child.words[-1]}) {_name(child)} ;;"
    yield "        esac ;;"
    yield "    esac"


def _name(command: Command) -> str:
    return "_".join(("_thimble", *command.words))


def _option(option: Argument) -> Iterator[str]:
    about = option.about
    for character in "\\[]:":
        about = about.replace(character, f"\\{character}")
    value = f":{option.metavar or 'value'}:{_values(option)}" if option.takes_value else ""
    for flag in option.flags:
        yield _quote(f"*{flag}[{about}]{value}")


def _values(argument: Argument) -> str:
    if argument.choices:
        return f"({' '.join(argument.choices)})"
    return {"FILE": "_files", "DIR": "_files -/"}.get(argument.kind, " ")


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
