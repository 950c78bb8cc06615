"""`thimble status`: what the index holds."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from store import DaemonReport, FolderStatus, Migration, SkippedFile, Status

from ...daemon.control import DaemonTrouble, report
from ..printing.diagnostics import ExitCode
from ..printing.hits import short_path
from ..printing.layout import print_table
from ..printing.output import Output, path_fields
from ..printing.quantities import count, percent, size
from ..printing.sandbox import walls_fields, walls_sentence
from . import Context
from .daemon import daemon_fields, daemon_sentence


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Write the state of the index and, if asked, the files that were skipped."""
    with context.engine() as engine:
        status = engine.status()
        skipped = engine.skipped() if args.skipped else ()
    daemon = _daemon(context)
    if args.json:
        fields = {**_fields(status), "daemon": daemon_fields(daemon), "sandbox": walls_fields()}
        if args.skipped:
            fields["skipped_files"] = [_skipped_fields(file) for file in skipped]
        context.out.json(fields)
    else:
        _print(context.out, status)
        if daemon is not None:
            context.out.line(daemon_sentence(daemon))
        context.out.line(walls_sentence())
        _print_folders(context.out, status)
        _print_skipped(context.out, skipped)
    return ExitCode.FOUND


def _daemon(context: Context) -> DaemonReport | None:
    """Return what the daemon says; one that hangs is told of and left out."""
    try:
        return report(context.load_settings().settings)
    except DaemonTrouble as trouble:
        context.diagnostics.say(str(trouble))
        return None


def _fields(status: Status) -> dict[str, object]:
    return {
        "schema": 1,
        "files": status.files,
        "chunks": status.chunks,
        "skipped": status.skipped,
        "failed": status.failed,
        "roots": [_folder_fields(folder) for folder in status.folders],
        "writer": status.writer,
        "migration": asdict(status.migration) if status.migration else None,
        "cache": {
            "vectors": status.cache.vectors,
            "bytes": status.cache.bytes,
            "hits": status.cache.hits,
            "asked": status.cache.asked,
        },
    }


def _folder_fields(status: FolderStatus) -> dict[str, object]:
    return {
        "name": status.folder.name,
        **path_fields(status.folder.path),
        "online": status.folder.online,
        "files": status.files,
        "chunks": status.chunks,
        "skipped": status.skipped,
        "failed": status.failed,
        "text_bytes": status.text_bytes,
        "missing": status.missing,
    }


def _skipped_fields(file: SkippedFile) -> dict[str, object]:
    return {**path_fields(file.path), "reason": file.reason, "failed": file.failed}


def _print(out: Output, status: Status) -> None:
    out.line(
        f"{count(status.files, 'file')}, {count(status.chunks, 'chunk')}, "
        f"{count(status.skipped)} skipped, {count(status.failed)} failed"
    )
    if status.cache.asked:
        out.line(
            f"{count(status.cache.vectors, 'embedding')} cached in {size(status.cache.bytes)}, "
            f"found {percent(status.cache.hits, status.cache.asked)} of the times"
        )
    if status.migration:
        out.line(migration_sentence(status.migration))
    if status.writer:
        out.line(f"being written by {status.writer}")


def _print_folders(out: Output, status: Status) -> None:
    if status.folders:
        out.line()
        header = ("name", ">files", ">chunks", ">skipped", ">failed", ">text", "folder")
        print_table(out, header, [_row(out, folder) for folder in status.folders])
    for holding in status.folders:
        if holding.missing:
            out.line(
                f"{count(holding.missing, 'file')} of {holding.folder.name} went all at once; "
                "kept for a day in case they come back, or until: thimble index"
            )


def migration_sentence(migration: Migration) -> str:
    """Return how far a new index is, for people."""
    done = percent(migration.files, migration.files_total)
    text = f"a new index is made with {migration.model}: {count(migration.files)} of "
    text += f"{count(migration.files_total, 'file')} ({done}); the present one answers until then"
    if migration.waits_for:
        text += f"; it waits for {', '.join(migration.waits_for)}, not there now"
    return text


def _row(out: Output, status: FolderStatus) -> list[str]:
    path = short_path(status.folder.path) if out.is_terminal else str(status.folder.path)
    numbers = (status.files, status.chunks, status.skipped, status.failed)
    place = path if status.folder.online else f"{path} (not there now)"
    return [status.folder.name, *map(count, numbers), size(status.text_bytes), place]


def _print_skipped(out: Output, files: Sequence[SkippedFile]) -> None:
    if files:
        out.line()
    for file in sorted(files, key=lambda file: (not file.failed, file.path)):
        word = "failed" if file.failed else "skipped"
        out.line(f"{word}  {file.path}: {file.reason}")
