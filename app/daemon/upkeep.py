"""Keeping an index up to date: when something is to be looked at, and nothing speaks against it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from indexer import Agenda, Scope, Watcher
from store import DaemonActivity, DaemonStatus, Folder, Progress, StoreBusy, StoreError

from .indexing_process import ChildDied

_TICK_S = 3.0
"""How often it is seen to that watching works."""
_RETRY_S = 60.0
"""After a run that failed, as on a full disk."""
_BUSY_S = 2.0
"""While another process writes the index."""
_MOST_REST_S = 30.0
_log = logging.getLogger("thimble")


Scopes = Mapping[int, Scope | None]


class Runner(Protocol):
    """Makes index runs."""

    def run(
        self,
        scopes: Scopes | None,
        *,
        is_careful: bool,
        report: Callable[[Progress], None],
        is_cancelled: Callable[[], bool],
    ) -> Progress:
        """Make one run; see `Engine.index`."""

    def rest_if_idle(self, seconds: float, is_wanted: Callable[[], bool]) -> None:
        """After so long without a run, do what could wait unless wanted, and let go of models."""

    def close(self) -> None:
        """Let go of everything."""


class Wish:
    """Somebody asked for a run and waits for its end."""

    def __init__(self, report: Callable[[Progress], None]) -> None:
        self.report = report
        self.is_done = threading.Event()
        self.progress: Progress | None = None
        self.error: Exception | None = None


class Upkeep:
    """Watches folders and has what changed indexed; its `work` runs in one thread until closed."""

    def __init__(
        self,
        folders: Callable[[], Sequence[Folder]],
        runner: Runner,
        is_current: Callable[[Scopes], bool],
        reason_to_wait: Callable[[], str] = lambda: "",
        idle_s: float = 60.0,
    ) -> None:
        """Ask `is_current` before a run; let the runner rest after `idle_s` seconds without one."""
        self._folders = folders
        self._runner = runner
        self._is_current = is_current
        self._reason_to_wait = reason_to_wait
        self._idle_s = idle_s
        self._agenda = Agenda()
        self._watcher = Watcher(self._agenda)
        self._running = threading.Lock()
        self._lock = threading.Lock()
        self._interrupts = 0
        self._wishes: list[Wish] = []
        self._nudge = threading.Event()
        self._is_closed = False
        self._is_paused = False
        self._has_run = False
        self._reason = ""
        self.progress: Progress | None = None
        self.problem = ""

    def work(self) -> None:
        """Watch and index until closed."""
        try:
            while not self._is_closed:
                self._step()
        finally:
            self._watcher.close()
            self._runner.close()
            for wish in self._wishes:
                wish.error = StoreBusy("the daemon is stopping")
                wish.is_done.set()

    def close(self) -> None:
        """End `work` soon, after the batch that is being made."""
        self._is_closed = True
        self._agenda.close()
        self._nudge.set()

    def wish(self, wish: Wish) -> None:
        """Have everything looked at now, even if paused; what is gone is then forgotten."""
        with self._lock:
            self._wishes.append(wish)
        self._nudge.set()
        self._agenda.wake()

    def pause(self, paused: bool) -> None:
        """Stop indexing on our own account, or go on."""
        self._is_paused = paused
        self._nudge.set()
        self._agenda.wake()

    @contextmanager
    def interrupted(self) -> Iterator[None]:
        """Let nobody index during a block; a run that is going on ends early and goes on later."""
        self._interrupts += 1
        try:
            with self._running:
                yield
        finally:
            self._interrupts -= 1
            self._nudge.set()
            self._agenda.wake()

    def daemon_status(self) -> DaemonStatus:
        """Return the state for people."""
        pending = self.progress.files_total - self.progress.files_done if self.progress else 0
        reason = self._reason or self.problem
        state = DaemonActivity.PAUSED if reason else DaemonActivity.RUNNING
        return DaemonStatus(state, reason, max(pending, 0))

    def polled(self) -> dict[str, str]:
        """Return the folders that cannot be watched, and why."""
        return self._watcher.polled()

    def _step(self) -> None:
        try:
            self._watcher.watch(self._folders())
            self._watcher.supervise()
        except (StoreError, OSError) as error:
            self.problem = str(error)
        self._reason = self._reason_now()
        if not self._agenda.wait(_TICK_S):
            self._rest_if_idle()
            return
        self._nudge.clear()
        self._reason = self._reason_now()
        if (self._reason and not self._wishes) or self._interrupts:
            self._nudge.wait(_TICK_S)
        else:
            self._run()

    def _rest_if_idle(self) -> None:
        """Have the runner do what could wait for a while in which nothing changed."""

        def is_wanted() -> bool:
            is_due = self._agenda.due_in() is not None
            return is_due or bool(self._reason or self._wishes) or self._must_stop(())

        try:
            with self._running:
                self._runner.rest_if_idle(self._idle_s, is_wanted)
        except (StoreBusy, ChildDied):
            pass  # another process writes, or it was wanted for a run and did not stop in time
        except (StoreError, OSError, RuntimeError, ValueError) as error:
            _log.warning("linking anew failed: %s", type(error).__name__)

    def _reason_now(self) -> str:
        return "asked to" if self._is_paused else self._reason_to_wait()

    def _run(self) -> None:
        with self._lock:
            wishes, self._wishes = self._wishes, []
        scopes = self._agenda.take()
        if not scopes and not wishes:
            return
        started = monotonic()
        try:
            if self._has_run and not wishes and self._is_current(scopes):
                return  # nothing is written, and no process started, for what changed nothing
            with self._running:
                progress = self._runner.run(
                    None if wishes else scopes,
                    is_careful=not wishes,
                    report=lambda progress: self._report(progress, wishes),
                    is_cancelled=lambda: self._must_stop(wishes),
                )
        except (StoreError, ChildDied, OSError, RuntimeError, ValueError) as error:
            self._failed(error, scopes, wishes)
        else:
            self._finished(progress, scopes, wishes)
            self._agenda.rest(min(2 * (monotonic() - started), _MOST_REST_S))
        finally:
            self.progress = None

    def _report(self, progress: Progress, wishes: Sequence[Wish]) -> None:
        self.progress = progress
        for wish in (*wishes, *self._wishes):
            wish.report(progress)

    def _must_stop(self, wishes: Sequence[Wish]) -> bool:
        return self._is_closed or self._interrupts > 0 or (self._is_paused and not wishes)

    def _finished(self, progress: Progress, scopes: Scopes, wishes: Sequence[Wish]) -> None:
        self.problem = ""
        self._has_run = True
        if progress.phase != "done":
            self._agenda.put_back(scopes)
            with self._lock:
                self._wishes = [*wishes, *self._wishes]
            self._agenda.wake()
            return
        done = (progress.indexed, progress.moved, progress.removed, progress.failed)
        if any(done):
            _log.info("indexed %d, moved %d, removed %d, failed %d files", *done)
        for wish in wishes:
            wish.progress = progress
            wish.is_done.set()

    def _failed(self, error: Exception, scopes: Scopes, wishes: Sequence[Wish]) -> None:
        self._agenda.put_back(scopes)
        is_busy = isinstance(error, StoreBusy)
        if not is_busy:
            _log.warning("a run failed: %s", type(error).__name__)
            self.problem = str(error)
        self._agenda.rest(_BUSY_S if is_busy else _RETRY_S)
        for wish in wishes:
            wish.error = error
            wish.is_done.set()
