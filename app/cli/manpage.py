"""The man page, made from the parser so that it knows what it knows.

`python -m app.cli.manpage > docs/thimble.1` writes it anew; a test compares. Own code, as
argparse-manpage repeats the global options under each command and so fills three times the lines.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from .arguments import build_parser
from .describe import Argument, Command, describe


def man_page(parser: argparse.ArgumentParser) -> str:
    """Return thimble(1) in the man macros."""
    return "\n".join(_lines(parser)) + "\n"


def _lines(parser: argparse.ArgumentParser) -> Iterator[str]:
    root = describe(parser)
    yield '.TH THIMBLE 1 "" "" "User Commands"'
    yield ".SH NAME"
    yield r"thimble \- private search and answers over your own documents"
    yield ".SH SYNOPSIS"
    yield r".B thimble"
    yield r"[\fIOPTION\fR]... [\fICOMMAND\fR [\fIARGUMENT\fR]...]"
    yield ".SH DESCRIPTION"
    for paragraph in (parser.description or "").split("\n\n"):
        yield ".PP"
        yield _text(paragraph)
    yield ".SH OPTIONS"
    for option in root.options:
        yield from _option(option)
    yield ".SH COMMANDS"
    for command in root.walk():
        if command.words:
            yield from _command(command, root.flags)
    yield from _epilog(parser.epilog or "")


def _command(command: Command, everywhere: list[str]) -> Iterator[str]:
    operands = (operand.metavar for operand in command.operands)
    yield f".SS {_text(' '.join(('thimble', *command.words, *operands)))}"
    yield _text(f"{command.about[0].upper()}{command.about[1:]}.")
    for operand in command.operands:
        if operand.about:
            yield ".TP"
            yield rf"\fI{_text(operand.metavar)}\fR"
            yield _text(operand.about)
    for option in command.options:
        if not set(option.flags) & set(everywhere):
            yield from _option(option)


def _option(option: Argument) -> Iterator[str]:
    yield ".TP"
    value = option.metavar or "|".join(option.choices) or "VALUE"
    flags = ", ".join(rf"\fB{_text(flag)}\fR" for flag in option.flags)
    yield flags + (rf" \fI{_text(value)}\fR" if option.takes_value else "")
    yield _text(option.about)


def _epilog(epilog: str) -> Iterator[str]:
    """Yield the parts of the epilog, each under its heading, as they stand."""
    for part in epilog.strip().split("\n\n"):
        heading, _, rest = part.partition("\n")
        yield f".SH {heading.rstrip(':').upper()}"
        yield ".nf"
        yield from (_text(line.removeprefix("  ")) for line in rest.splitlines())
        yield ".fi"


def _text(text: str) -> str:
    """Escape what roff would take for its own: backslashes, hyphens, a dot at the start."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("…", "...")
    return "\n".join(
        rf"\&{line}" if line[:1] in (".", "'") else line for line in escaped.split("\n")
    )


if __name__ == "__main__":
    sys.stdout.write(man_page(build_parser()))
