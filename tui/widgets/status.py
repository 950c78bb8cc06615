"""The status line: how complete the index is, in words, and at most one thing to do about it."""

from __future__ import annotations

import time

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from store import DaemonActivity, DaemonStatus, Progress, Status, safe_line

from ..format import bar, count, duration, fit, short_path
from ..messages import IndexState


class StatusLine(Widget):
    """One line about the index, drawn to the current width."""

    state: reactive[IndexState] = reactive(IndexState())

    def render(self) -> RenderResult:
        """Return as much of the line as fits, the most important parts first."""
        return fit(describe(self.state), self.content_size.width)


def describe(state: IndexState) -> list[Content]:
    """Return the parts of the status line, the most important first."""
    status = state.status
    if status is None:
        opening = Content("◌ Opening the index…")
        return [_problem(state.problem) if state.problem else opening]
    if not status.folders:
        return [Content("○ No folders yet")]
    if state.progress is not None and state.is_indexing:
        return _indexing(state.progress)
    return [_headline(state, status), *_contents(status), *_checked(state)]


def _headline(state: IndexState, status: Status) -> Content:
    offline = [safe_line(f.folder.name) for f in status.folders if not f.folder.online]
    if state.problem:
        return _problem(state.problem)
    if state.is_paused:
        return _warning("Indexing paused", "s resume")
    if state.is_served or state.daemon.activity is DaemonActivity.LOST:
        return _daemon(state.daemon)
    if status.writer and state.progress is None:
        return Content(f"◌ {safe_line(status.writer)} is indexing")
    if offline:
        verb = "is" if len(offline) == 1 else "are"
        return _warning(f"{', '.join(offline)} {verb} offline")
    if state.checked_at is None:
        return Content("◌ Looking for changes")
    return Content.assemble(("●", ".good"), " Up to date")


def _daemon(daemon: DaemonStatus) -> Content:
    """Say how the background process is."""
    if daemon.activity is DaemonActivity.LOST:
        return _warning("The background indexer stopped; this window reads new files")
    if daemon.activity is DaemonActivity.PAUSED:
        why = f", {safe_line(daemon.reason)}" if daemon.reason else ""
        return _warning(f"Indexing paused{why}", "s resume")
    if daemon.pending:
        waiting = f" Indexing in the background, {count(daemon.pending, 'file')} to go"
        return Content.assemble(("◐", ".good"), waiting)
    return Content.assemble(("●", ".good"), " Up to date, watched in the background")


def _problem(sentence: str) -> Content:
    return _warning(safe_line(sentence), "r try again")


def _warning(sentence: str, action: str = "") -> Content:
    return Content.assemble(("▲", ".warn"), f" {sentence}", f"   {action}" if action else "")


def _contents(status: Status) -> list[Content]:
    parts = [Content(count(status.files, "file")), Content(count(status.chunks, "passage"))]
    return [*parts, *_left_out(status.skipped, status.failed)]


def _left_out(skipped: int, failed: int) -> list[Content]:
    parts = [Content.assemble((f"{failed:,} failed", ".warn"))] if failed else []
    return [*parts, Content(f"{skipped:,} skipped")] if skipped else parts


def _checked(state: IndexState) -> list[Content]:
    if state.progress is not None:
        return [Content("checking now")]
    if state.checked_at is None:
        return []
    return [Content(time.strftime("checked at %H:%M", time.localtime(state.checked_at)))]


def _indexing(progress: Progress) -> list[Content]:
    fraction = progress.files_done / max(progress.files_total, 1)
    left = progress.remaining_s
    return [
        Content.assemble(("◐", ".good"), " Indexing  ", bar(fraction, 13)),
        Content(f"{progress.files_done:,} of {progress.files_total:,}"),
        Content("" if left is None else f"{duration(max(left, 1))} left"),
        *_left_out(progress.skipped, progress.failed),
        Content(short_path(progress.current) if progress.current else ""),
    ]
