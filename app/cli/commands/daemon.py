"""`thimble daemon`: the background process that keeps the index up to date and answers quickly."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from store import DaemonActivity, DaemonReport

from ...daemon import control
from ..printing.diagnostics import ExitCode
from ..printing.output import Output
from ..printing.quantities import count, duration, size
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Do what was asked with the daemon; without a word, say what it does."""
    actions: dict[str, Callable[[argparse.Namespace, Context], ExitCode]] = {
        "start": _start,
        "stop": _stop,
        "run": _run,
        "pause": _pause,
        "resume": _pause,
        "logs": _logs,
    }
    return actions.get(args.action, _status)(args, context)


def _start(args: argparse.Namespace, context: Context) -> ExitCode:  # noqa: ARG001 (one shape)
    report, is_new = control.start(context.load_settings().settings)
    state = "started" if is_new else "running already"
    context.diagnostics.say(f"the daemon is {state} (pid {report.pid})")
    return ExitCode.FOUND


def _stop(args: argparse.Namespace, context: Context) -> ExitCode:  # noqa: ARG001 (one shape)
    ran = control.stop(context.load_settings().settings)
    context.diagnostics.say("the daemon has stopped" if ran else "no daemon runs")
    return ExitCode.FOUND if ran else ExitCode.NOTHING


def _run(args: argparse.Namespace, context: Context) -> ExitCode:  # noqa: ARG001 (one shape)
    from ...daemon import main as daemon  # brings numpy

    context.load_settings()  # a bad setting is said before anything is started
    code = daemon.run(context.paths)
    if code == daemon.ALREADY_RUNNING:
        context.diagnostics.say("a daemon of this index runs already")
    return code  # type: ignore[return-value]


def _pause(args: argparse.Namespace, context: Context) -> ExitCode:
    paused = args.action == "pause"
    if not control.pause(context.load_settings().settings, paused=paused):
        context.diagnostics.say("no daemon runs; start it with: thimble daemon start")
        return ExitCode.NOTHING
    context.diagnostics.say(
        "background indexing is paused; to go on: thimble daemon resume"
        if paused
        else "background indexing goes on"
    )
    return ExitCode.FOUND


def _logs(args: argparse.Namespace, context: Context) -> ExitCode:
    from ...daemon.main import log_path

    lines = control.last_lines(log_path(context.paths), args.lines)
    for line in lines:
        context.out.line(line)
    return ExitCode.FOUND if lines else ExitCode.NOTHING


def _status(args: argparse.Namespace, context: Context) -> ExitCode:
    report = control.report(context.load_settings().settings)
    if getattr(args, "json", False):
        context.out.json({"schema": 1, **daemon_fields(report)})
    elif report is None:
        context.diagnostics.say("no daemon runs; start it with: thimble daemon start")
    else:
        _print(context.out, report)
    return ExitCode.NOTHING if report is None else ExitCode.FOUND


def daemon_fields(report: DaemonReport | None) -> dict[str, object]:
    """Return the state of the daemon as JSON fields (schema 1)."""
    if report is None:
        return {"state": str(DaemonActivity.OFF)}
    return {
        "state": str(report.status.activity),
        "reason": report.status.reason,
        "pending": report.status.pending,
        "pid": report.pid,
        "version": report.version,
        "uptime_s": round(report.uptime_s, 1),
        "memory_bytes": report.memory_bytes,
        "clients": report.clients,
        "problem": report.problem,
        "polled": dict(report.polled),
    }


def daemon_sentence(report: DaemonReport) -> str:
    """Return the state of the daemon in a line for people."""
    status = report.status
    doing = f"paused ({status.reason})" if status.reason else "watching"
    if report.progress is not None:
        doing = f"indexing, {count(status.pending, 'file')} to go"
    return f"daemon: {doing}, pid {report.pid}"


def _print(out: Output, report: DaemonReport) -> None:
    out.line(daemon_sentence(report))
    out.line(
        f"up for {duration(report.uptime_s)}, {size(report.memory_bytes)} of memory, "
        f"thimble {report.version}"
    )
    for name, reason in report.polled.items():
        out.line(f"{name} is looked at every minute: {reason}")
    if report.problem:
        out.line(f"the last run failed and is tried again: {report.problem}")
