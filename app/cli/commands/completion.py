"""`thimble completion`: the script that completes commands in a shell, written by shtab."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import shtab

from ..arguments import build_parser
from ..printing.diagnostics import ExitCode
from . import Context

_BASH = """\
_thimble_files() { compgen -f -- "$1"; }
_thimble_dirs() { compgen -d -- "$1"; }"""
"""As shtab's own, but names may hold blanks. It knows by `_file` and `_dir` that they are names."""
_BY_METAVAR = {
    "FILE": {**shtab.FILE, "bash": "_thimble_files"},
    "DIR": {**shtab.DIRECTORY, "bash": "_thimble_dirs"},
}


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Write the script for a shell."""
    context.out.text(completion_script(build_parser(), args.shell))
    return ExitCode.FOUND


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script for `bash`, `zsh` or `fish`. Changes the parser."""
    for action in _actions(parser):
        kind = str(action.metavar).partition("[")[0]  # `FILE[:LINE]` is the name of a file, too
        if kind in _BY_METAVAR:
            action.complete = _BY_METAVAR[kind]  # type: ignore[attr-defined]
    return shtab.complete(parser, shell, preamble=_BASH if shell == "bash" else "")


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the options and operands of all commands."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from _actions(child)
        else:
            yield action
