"""Workers change nothing but the time: not what is indexed, and not what happens on trouble."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from indexer import BUILT_IN_RANK, Embedder, Model
from indexer.formats.document import Unreadable
from indexer.formats.extract import Extract
from indexer.workers import Item, Outcome, Prepared, WorkerPool, workers_for
from indexer.workers import pool as worker_pool
from store import ChildProcess, Mode
from tests.indexer.conftest import Notes

ITEMS = [
    Item("plan.md", b"# Plan\n\n" + b"The lamp over the desk is dear. " * 300),
    Item("empty.txt", b"  \n"),
    Item("latin.txt", "Das Café in Köln ist zu.".encode("latin-1")),
    Item("book.pdf", Extract("pdf", "One page.\n\nTwo pages.\n\n", unit="page", starts=(0, 11))),
    Item("bad.pdf", Extract("pdf", "short", starts=(4, 99))),
    Item("data.csv", b"name,town\nada,London\n"),
]


def told(outcome: Outcome) -> object:
    """Return what can be compared of an outcome."""
    if isinstance(outcome, Unreadable):
        return outcome.reason, outcome.failed
    words = [keys.tolist() for keys in outcome.terms]
    document = (outcome.kind, outcome.encoding, outcome.spans, outcome.outline)
    return *document, words, outcome.parts, outcome.extracted


def worker_of(pool: WorkerPool) -> subprocess.Popen[bytes]:
    process = pool._workers._children[0]._child._process
    assert process is not None
    return process


def starts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the process ids of the workers that are started from now on."""
    started: list[int] = []
    start = ChildProcess.start

    def noting(child: ChildProcess) -> socket.socket:
        connection = start(child)
        if child._arguments == worker_pool._WORKER and child._process is not None:
            started.append(child._process.pid)
        return connection

    monkeypatch.setattr(ChildProcess, "start", noting)
    return started


def test_a_worker_makes_what_this_process_makes(embedder: Embedder) -> None:
    with WorkerPool(embedder, 1) as pool, WorkerPool(embedder, 0) as alone:
        there = pool.submit(ITEMS).result()
        here = alone.submit(ITEMS).result()
        assert worker_of(pool).poll() is None
    assert [*map(told, there)] == [*map(told, here)]
    assert [isinstance(one, Prepared) for one in here] == [True, False, True, True, False, True]
    for one, other in zip(there, here, strict=True):
        if isinstance(one, Prepared) and isinstance(other, Prepared):
            assert np.allclose(one.vectors, other.vectors, atol=1e-5)
            assert len(one.vectors) == len(one.spans) == len(one.terms)


def test_a_run_with_workers_indexes_what_one_without_indexes(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_pool, "_LEAST_BYTES", 0)
    monkeypatch.setattr(notes.embedder, "_threads", 2)
    started = starts(monkeypatch)
    for number in range(200):
        notes.write(f"{number % 7}/{number}.md", f"# Note {number}\n\nThe kettle{number} boils.")
    notes.write("empty.md", "")
    notes.write("bad.json.gz", b"\x1f\x8b nonsense")
    progress = notes.index()
    assert len(started) == 2
    assert (progress.indexed, progress.files_done) == (200, progress.files_total)
    assert notes.reasons()["empty.md"] == "empty: no text to index"
    for number in (0, 63, 64, 128, 199):
        assert notes.found(f"kettle{number}")[0] == f"{number}.md"
        assert notes.found(f"kettle{number} boils", Mode.SEMANTIC)
    assert notes.store.check() == ()
    assert notes.index().indexed == 0


def test_files_that_only_look_changed_need_no_worker(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = notes.write("one.md", "alpha")
    notes.index()
    os.utime(path, (1, 1))
    monkeypatch.setattr(worker_pool, "_LEAST_BYTES", 0)
    started = starts(monkeypatch)
    progress = notes.index()
    assert (progress.indexed, progress.moved) == (0, 1)
    assert not started


def test_what_a_worker_died_of_is_done_in_this_process(embedder: Embedder) -> None:
    with WorkerPool(embedder, 1) as pool:
        first = pool.submit(ITEMS).result()
        worker_of(pool).send_signal(signal.SIGKILL)
        again = [pool.submit(ITEMS).result() for _ in range(3)]
    for outcomes in again:
        assert [*map(told, outcomes)] == [*map(told, first)]


def test_a_worker_that_cannot_start_is_done_without(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_pool, "_WORKER", ("-c", "raise SystemExit(3)"))
    with WorkerPool(embedder, 2) as pool:
        outcomes = [pool.submit(ITEMS[:1]) for _ in range(4)]
        assert all(isinstance(one.result()[0], Prepared) for one in outcomes)


def test_workers_end_with_the_pool_whatever_they_do(embedder: Embedder) -> None:
    endless = [Item("long.md", b"The lamp over the desk is dear. " * 400_000)]
    started = monotonic()
    with WorkerPool(embedder, 1) as pool:
        pool.submit(ITEMS).result()
        under_way = pool.submit(endless)
        waiting = pool.submit(endless)
        sleep(0.2)
        process = worker_of(pool)
    assert process.poll() is not None
    assert under_way.cancelled() or under_way.exception() is not None
    assert waiting.cancelled() or waiting.exception() is not None
    assert monotonic() - started < 20.0  # it would take a minute


def test_no_worker_outlives_a_process_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(
        "import sys\n"
        "from indexer import BUILT_IN, Embedder, Model\n"
        "from indexer.workers import Item, WorkerPool\n"
        "with WorkerPool(Embedder(Model.load(BUILT_IN)), 1) as pool:\n"
        "    pool.submit([Item('a.md', b'alpha')]).result()\n"
        "    print(pool._workers._children[0]._child._process.pid, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-I", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as main:
        assert main.stdout is not None
        worker = int(main.stdout.readline())
        assert is_running(worker)
        main.kill()
        main.wait()
        ends = monotonic() + 5.0
        while is_running(worker):
            assert monotonic() < ends, "the worker is still there"
            sleep(0.01)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # gone by now, or a system that tells nothing
    except ProcessLookupError:
        return False
    return state != "Z"


def test_workers_are_for_much_text_and_small_models(embedder: Embedder) -> None:
    model = embedder.model
    much = 64 << 20
    assert workers_for(Embedder(model, 2), much) == 2
    assert workers_for(Embedder(model, 32), much) == 4
    assert workers_for(Embedder(model, 2), 1 << 20) == 0
    assert workers_for(Embedder(model, 1), much) == 0
    assert workers_for(Embedder(Model.load(BUILT_IN_RANK), 8), much) == 0


def test_runs_that_nobody_asked_for_take_one_process(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_pool, "_LEAST_BYTES", 0)
    started = starts(monkeypatch)
    notes.write("one.md", "alpha")
    assert notes.index(is_careful=True).indexed == 1
    assert not started
