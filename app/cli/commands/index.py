"""`thimble index`: bring the index up to date."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from store import Progress

from ...engine.blas import keep_to_one_thread
from ..printing.diagnostics import Diagnostics, ExitCode
from ..printing.progress import ProgressLine, summary
from ..printing.quantities import size
from . import Context
from .status import migration_sentence

if TYPE_CHECKING:
    from ...daemon import AnyEngine

_STOPPED = "stopped; nothing is lost, 'thimble index' goes on from here"


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Index what is new or has changed in all folders."""
    keep_to_one_thread()
    with context.engine() as engine:
        if not engine.folders():
            context.diagnostics.say("there is no folder to index; add one with: thimble add DIR")
            return ExitCode.NOTHING
        bring_up_to_date(engine, context.diagnostics, quiet=args.quiet)
        if (migration := engine.status().migration) and not args.quiet:
            context.diagnostics.say(migration_sentence(migration))
        if args.watch:
            return _watch(context, quiet=args.quiet)
        if args.compact:
            before, after = engine.compact()
            if not args.quiet:
                context.diagnostics.say(_won(before, after))
    return ExitCode.FOUND


def _watch(context: Context, *, quiet: bool) -> ExitCode:
    """Index what changes until Ctrl-C."""
    from ...daemon.foreground import watch

    say = _silent if quiet else context.diagnostics.say
    watch(context.load_settings().settings, say, lambda progress: say(summary(progress)))
    return ExitCode.FOUND


def bring_up_to_date(engine: AnyEngine, diagnostics: Diagnostics, *, quiet: bool = False) -> None:
    """Index with progress and a summary. Raises KeyboardInterrupt after a Ctrl-C, all saved."""
    report = _ignore if quiet else ProgressLine(diagnostics).report
    try:
        with stoppable() as is_stopping:
            done = engine.index(report, is_stopping)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_STOPPED) from None
    if not quiet:
        diagnostics.say(summary(done))


def _won(before: int, after: int) -> str:
    if after >= before:
        return f"compact already; the index takes {size(after)}"
    return f"compacted; the index took {size(before)} and takes {size(after)}"


def _silent(message: str) -> None:
    """Say nothing."""


def _ignore(progress: Progress) -> None:
    """Show nothing."""


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether to stop; raise KeyboardInterrupt at the end if so."""
    asked = False

    def remember(signum: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            signal.default_int_handler(signum, frame)
        asked = True

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt
