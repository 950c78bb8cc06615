"""`thimble service`: have the daemon started with the session."""

from __future__ import annotations

import argparse

from ...daemon import unit
from ..printing.diagnostics import ExitCode
from . import Context


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Do what was asked; without a word, say whether it is installed."""
    if args.action == "install":
        return _install(context)
    if args.action == "uninstall":
        return _uninstall(context)
    return _status(context)


def _install(context: Context) -> ExitCode:
    talk = context.diagnostics
    done = unit.install(context.paths, context.environ)
    talk.say(f"wrote {done.path}")
    if done.trouble:
        talk.say(f"{done.manager} could not start it: {done.trouble}")
        return ExitCode.ERROR
    if done.manager is None:
        talk.say("no systemd or launchd is here to start it; until then: thimble daemon start")
    else:
        talk.say("the daemon runs now, and from the next login on by itself")
    return ExitCode.FOUND


def _uninstall(context: Context) -> ExitCode:
    done = unit.uninstall(context.environ)
    if done is None:
        context.diagnostics.say("it is not installed")
        return ExitCode.NOTHING
    context.diagnostics.say(f"removed {done.path}")
    if done.trouble:
        context.diagnostics.say(f"{done.manager} said: {done.trouble}")
    return ExitCode.FOUND


def _status(context: Context) -> ExitCode:
    path = unit.unit_path(context.environ)
    if not path.exists():
        context.out.line("not installed; it is by: thimble service install")
        return ExitCode.NOTHING
    active = unit.is_active(context.environ)
    state = "installed" if active is None else f"installed, {'runs' if active else 'does not run'}"
    context.out.line(f"{state}: {path}")
    return ExitCode.FOUND
