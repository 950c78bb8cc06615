"""`thimble config`: show and change the settings."""

from __future__ import annotations

import argparse

from ...user.settings import KEYS, write
from ..printing.diagnostics import ExitCode
from ..printing.layout import print_table
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Do what was asked with the settings; without a word, show them."""
    file = context.paths.settings
    if args.action == "path":
        context.out.line(str(file))
    elif args.action == "set":
        write(file, args.key, args.value)
    elif args.action == "unset":
        write(file, args.key, None)
    elif args.action == "get":
        return _get(args.key, context)
    else:
        _show(context)
    return ExitCode.FOUND


def _get(key: str, context: Context) -> ExitCode:
    value = getattr(context.load_settings().settings, key)
    if value is None:
        return ExitCode.NOTHING
    context.out.line(str(value))
    return ExitCode.FOUND


def _show(context: Context) -> None:
    loaded = context.load_settings()
    rows = [[key, _value(getattr(loaded.settings, key)), loaded.origins[key]] for key in KEYS]
    origin = "THIMBLE_HOME" if context.environ.get("THIMBLE_HOME") else "default"
    rows += [
        ["(index)", str(context.paths.index), origin],
        ["(settings file)", str(context.paths.settings), origin],
    ]
    print_table(context.out, ("setting", "value", "from"), rows)


def _value(value: object) -> str:
    if isinstance(value, dict):
        value = ", ".join(f"{command}={keys}" for command, keys in value.items()) or None
    return "–" if value is None else str(value)
