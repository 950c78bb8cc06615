"""Part `daemon`: how soon a save is found, storms of changes, many clients, memory and rest."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.daemon.client import Client
from app.daemon.methods import REPORT
from app.daemon.remote_engine import RemoteEngine
from app.engine.engine import Engine
from app.user.settings import Settings
from store import DaemonReport, Mode, Query

from .latency import real_queries
from .machine import processor_s
from .metrics import percentile
from .product import Thimble, paths_of
from .report import Measure, Section, at_most
from .workspace import Workspace

_PATIENCE_S = 900.0
_LOOK_EVERY_S = 0.02
_CLIENTS = 32
_LONGEST_PAUSE_S = 8.0
_MB = 1 << 20


class _Daemon:
    """The daemon of an index, and a folder of notes that it watches."""

    def __init__(self, thimble: Thimble, notes: Path) -> None:
        self.notes = notes
        settings = _settings(thimble)
        self._client = Client(settings)
        self.engine = RemoteEngine(settings, self._client)

    @property
    def report(self) -> DaemonReport:
        return self._client.ask(REPORT, None)

    def wait_until_found(self, word: str, name: str) -> float:
        """Return the seconds until a search for a word finds one file."""
        started = time.perf_counter()
        while self._found(word) != [name]:
            if time.perf_counter() - started > _PATIENCE_S:
                raise TimeoutError(f"{name} was not found within {_PATIENCE_S:.0f} s")
            time.sleep(_LOOK_EVERY_S)
        return time.perf_counter() - started

    def wait_until_quiet(self) -> None:
        """Wait until nothing has been indexed for a while."""
        quiet_since = time.perf_counter()
        while time.perf_counter() - quiet_since < 5.0:
            if self.report.progress is not None:
                quiet_since = time.perf_counter()
            time.sleep(0.2)

    def _found(self, word: str) -> list[str]:
        answers = [*self.engine.search(Query(word, mode=Mode.EXACT, limit=5))]
        return [hit.path.name for hit in answers[-1].hits] if answers else []


def measure(workspace: Workspace) -> Section:
    """Run the daemon over the large index and a folder that changes."""
    thimble, notes = workspace.large.thimble, workspace.fresh("notes")
    notes.mkdir(parents=True)
    chunks = thimble.status()["chunks"]
    queries = real_queries(workspace, workspace.scale.timed_queries)
    with _running(thimble, notes) as daemon:
        measures = [
            *_at_rest(daemon, workspace, chunks),
            *_saves(daemon, workspace),
            *_clients(daemon, workspace, queries),
        ]
        storm = _storm(daemon, workspace)
    lost, settings = _overlooked(thimble), storm.settings
    measures += [storm, Measure("files overlooked in the storm", lost, "", settings, at_most(0))]
    thimble.run("remove", "notes", "--yes")
    return Section("daemon", tuple(measures))


@contextmanager
def _running(thimble: Thimble, notes: Path) -> Iterator[_Daemon]:
    thimble.run("daemon", "start")
    try:
        daemon = _Daemon(thimble, notes)
        daemon.engine.add_folder(notes)
        daemon.engine.index(lambda _: None)
        yield daemon
    finally:
        thimble.run("daemon", "stop")


def _at_rest(daemon: _Daemon, workspace: Workspace, chunks: int) -> Iterator[Measure]:
    workspace.say("daemon: at rest")
    settings = f"{chunks:,} chunks"
    yield Measure(
        "memory before the first search",
        daemon.report.memory_bytes / _MB,
        "MiB",
        settings,
        at_most(150),
    )
    [*daemon.engine.search(Query("a question to warm it up"))]
    yield Measure(
        "memory after searches", daemon.report.memory_bytes / _MB, "MiB", settings, at_most(350)
    )
    time.sleep(2)
    before, seconds = processor_s(daemon.report.pid), workspace.scale.rest_s
    time.sleep(seconds)
    used = (processor_s(daemon.report.pid) - before) / seconds
    settings = f"share of a core over {seconds:.0f} s, {settings}"
    yield Measure("processor time at rest", used, "", settings, at_most(0.005))


def _saves(daemon: _Daemon, workspace: Workspace) -> Iterator[Measure]:
    """Save a note again and again, in place and by renaming, as editors do."""
    count, chance = workspace.scale.saves, random.Random(11)
    workspace.say(f"daemon: {count} saves")
    took = []
    for number in range(count):
        word = f"zyzzyvasave{number}q"
        path = daemon.notes / "diary.md"
        target = path if number % 2 else path.with_name(".diary.md.tmp")
        target.write_text(f"# Diary\n\nToday it was {word}.\n", "utf-8")
        if target != path:
            target.rename(path)
        took.append(daemon.wait_until_found(word, path.name))
        time.sleep(chance.uniform(0, 1))
    settings = f"{count} saves of one note, in place and by renaming, until a search finds it"
    yield Measure("save → searchable, p50", percentile(took, 0.5), "s", settings, at_most(2))
    yield Measure("save → searchable, p99", percentile(took, 0.99), "s", settings, at_most(5))


def _clients(daemon: _Daemon, workspace: Workspace, queries: Sequence[str]) -> Iterator[Measure]:
    """Ask alone, then from many threads with pauses while files change."""
    workspace.say(f"daemon: {_CLIENTS} clients")
    for query in queries:  # once, so that all that is asked for is warm
        _ask(daemon, query)
    alone = [_ask(daemon, query) for query in queries]
    together: list[float] = []

    def use(number: int) -> None:
        chance = random.Random(number)
        for _ in range(workspace.scale.asked_each):
            time.sleep(chance.uniform(0, _LONGEST_PAUSE_S))
            together.append(_ask(daemon, chance.choice(queries)))

    crowd = [threading.Thread(target=use, args=(number,)) for number in range(_CLIENTS)]
    for one in crowd:
        one.start()
    for number in range(_CLIENTS):
        (daemon.notes / f"meanwhile{number}.md").write_text(f"meanwhile {number}\n", "utf-8")
    for one in crowd:
        one.join()
    settings = "first answers to hybrid searches"
    idle, busy = percentile(alone, 0.95), percentile(together, 0.95)
    yield Measure("one client, p95", idle, "s", f"{len(alone)} {settings}")
    settings = f"{len(together)} {settings}, files changing"
    yield Measure(f"{_CLIENTS} clients, p95", busy, "s", settings)
    yield Measure(f"{_CLIENTS} clients, p95 / one client", busy / idle, "", settings, at_most(2))


def _ask(daemon: _Daemon, query: str) -> float:
    started = time.perf_counter()
    next(daemon.engine.search(Query(query)))
    return time.perf_counter() - started


def _storm(daemon: _Daemon, workspace: Workspace) -> Measure:
    """Write files as fast as asked; return how long the daemon then takes to have them all."""
    rate, seconds = workspace.scale.storm_files, workspace.scale.storm_s
    workspace.say(f"daemon: a storm of {rate:,} files a second for {seconds} s")
    folder = daemon.notes / "storm"
    folder.mkdir()
    for second in range(seconds):
        started = time.perf_counter()
        for number in range(rate):  # the same files over and over, and other text each time
            path = folder / f"{number}.md"
            path.write_text(f"# Note {number}\n\nwritten {second} zyzzyva{number}x{second}\n")
        time.sleep(max(0.0, 1 - (time.perf_counter() - started)))
    started = time.perf_counter()
    daemon.wait_until_found(f"zyzzyva{rate - 1}x{seconds - 1}", f"{rate - 1}.md")
    daemon.wait_until_quiet()
    settings = f"{rate:,} changed files a second for {seconds} s"
    return Measure("storm over → all searchable", time.perf_counter() - started, "s", settings)


def _overlooked(thimble: Thimble) -> int:
    """Return how many files a scan finds that the daemon left as they were."""
    with Engine(_settings(thimble)) as engine:
        done = engine.index(lambda _: None)
    return done.indexed + done.moved + done.removed


def _settings(thimble: Thimble) -> Settings:
    return Settings(paths_of(thimble.home))
