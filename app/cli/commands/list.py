"""`thimble list`: the folders."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from store import Folder

from ..printing.diagnostics import ExitCode
from ..printing.hits import short_path
from ..printing.layout import print_table
from ..printing.output import Output, path_fields
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Write the registered folders; exit code 1 if there are none."""
    with context.engine() as engine:
        folders = engine.folders()
    if args.json:
        context.out.json({"schema": 1, "folders": [_fields(folder) for folder in folders]})
    elif folders:
        _print(context.out, folders)
    if not folders:
        context.diagnostics.say("no folder is indexed yet; add one with: thimble add DIR")
        return ExitCode.NOTHING
    return ExitCode.FOUND


def _fields(folder: Folder) -> dict[str, object]:
    return {
        "name": folder.name,
        **path_fields(folder.path),
        "online": folder.online,
        "include": list(folder.include),
        "exclude": list(folder.exclude),
    }


def _print(out: Output, folders: Sequence[Folder]) -> None:
    rows = [[folder.name, _path(out, folder), _remarks(folder)] for folder in folders]
    print_table(out, ("name", "folder", ""), rows)


def _path(out: Output, folder: Folder) -> str:
    return short_path(folder.path) if out.is_terminal else str(folder.path)


def _remarks(folder: Folder) -> str:
    remarks = [] if folder.online else ["not there now"]
    remarks += [f"only {glob}" for glob in folder.include]
    remarks += [f"not {glob}" for glob in folder.exclude]
    return ", ".join(remarks)
