"""`thimble doctor`: look for damage in the index and mend it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from store import Finding, Repair, StoreError, close_to_others

from ...engine.blas import keep_to_one_thread
from ...user.paths import open_to_others
from ..printing.diagnostics import ExitCode
from ..printing.output import Output
from ..printing.quantities import count
from ..printing.sandbox import walls_sentence
from . import Context
from .index import bring_up_to_date

if TYPE_CHECKING:
    from ...daemon import AnyEngine

_MOST_TOLD = 20


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Say what is damaged; unless only asked to look, mend it and index what was lost."""
    keep_to_one_thread()
    talk = context.diagnostics
    talk.say(walls_sentence())
    is_open = _close(context, only_look=args.check)
    with context.engine() as engine:
        findings = engine.check()
        _print(context.out, findings)
        if not findings:
            talk.say("the index is sound")
            return ExitCode.NOTHING if is_open and args.check else ExitCode.FOUND
        context.out.flush()
        if args.check:
            talk.say("to repair it: thimble doctor")
            return ExitCode.NOTHING
        for sentence in _told(engine.repair(findings), engine):
            talk.say(sentence)
        if engine.folders():
            bring_up_to_date(engine, talk)
        if left := engine.check():
            raise StoreError(
                f"the index is damaged again ({left[0].what}); the disk may be failing: check it, "
                "or set THIMBLE_HOME to a folder on another one"
            )
    talk.say("repaired; the index is sound")
    return ExitCode.FOUND


def _close(context: Context, *, only_look: bool) -> bool:
    """Name what other users could open, and close it to them; returns whether there is any."""
    loose = open_to_others(context.paths)
    for path in loose[:_MOST_TOLD]:
        context.out.line(f"rights: other users could open {path}")
    if loose and not only_look:
        for path in loose:
            close_to_others(path)
        context.diagnostics.say(f"closed {count(len(loose), 'file')} to other users")
    return bool(loose)


def _print(out: Output, findings: Sequence[Finding]) -> None:
    for finding in findings[:_MOST_TOLD]:
        out.line(f"{finding.part}: {finding.what}")
    if len(findings) > _MOST_TOLD:
        out.line(f"and {count(len(findings) - _MOST_TOLD, 'finding')} more")


def _told(repair: Repair, engine: AnyEngine) -> list[str]:
    told = []
    if repair.moved_to is not None:
        told.append(f"the damaged database was moved to {repair.moved_to}; you may delete it")
    if repair.forgotten:
        told.append(f"{count(repair.forgotten, 'file')} to be indexed again")
    if not engine.folders():
        told.append("the list of folders is lost as well; add them again with: thimble add DIR")
    return told
