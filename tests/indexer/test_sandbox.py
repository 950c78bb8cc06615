"""A document that misbehaves costs itself: the reason is told and the next one is read."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from indexer.formats.document import Unreadable
from indexer.sandbox import WALLS, Confinement, SandboxPool, SandboxWorker
from indexer.sandbox import pool as worker

MOCK = ("-I", "-m", "tests.indexer.mock_worker")
LONG_S = 60.0
LINUX = sys.platform.startswith("linux")


class Mocked:
    """A sandbox worker whose documents say how to misbehave."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.worker = SandboxWorker(MOCK)

    def read(self, order: str, timeout_s: float = LONG_S) -> str:
        """Have a document read."""
        path = self.root / "document.mock"
        path.write_text(order)
        with path.open("rb") as file:
            return self.worker.extract(file.fileno(), "mock", path.name, timeout_s).text


@pytest.fixture
def mocked(tmp_path: Path) -> Iterator[Mocked]:
    made = Mocked(tmp_path)
    yield made
    made.worker.close()


def test_one_worker_reads_many_documents(mocked: Mocked) -> None:
    assert mocked.worker.confinement is None
    assert len({mocked.read("behave") for _ in range(20)}) == 1
    assert mocked.worker.confinement is not None


@pytest.mark.parametrize(
    ("order", "reason", "timeout_s"),
    [
        ("hang", "takes too long to read", 0.3),
        ("spin", "takes too long to read", 0.3),
        ("exit", "its reader ended early", LONG_S),
        ("crash", r"its reader crashed \(SIGSEGV\)", LONG_S),
        ("flood", "its reader gave too much text", LONG_S),
        ("babble", "its reader gave an answer that makes no sense", LONG_S),
    ],
)
def test_a_worker_that_misbehaves_is_replaced(
    mocked: Mocked, order: str, reason: str, timeout_s: float
) -> None:
    first = mocked.read("behave")
    with pytest.raises(Unreadable, match=reason) as caught:
        mocked.read(order, timeout_s)
    assert caught.value.failed
    assert mocked.read("behave") != first


def test_what_a_worker_survives_is_told_too(mocked: Mocked) -> None:
    first = mocked.read("behave")
    with pytest.raises(Unreadable, match="nested too deeply"):
        mocked.read("recurse")
    if LINUX:
        with pytest.raises(Unreadable, match="takes more than 1,024 MB of memory"):
            mocked.read("grow")
    assert mocked.read("behave") == first


@pytest.mark.skipif(not LINUX, reason="the walls are Linux's")
def test_a_worker_cannot_write_or_read_files_reach_the_network_or_start_programs(
    mocked: Mocked, tmp_path: Path
) -> None:
    secret, target = tmp_path / "secret", tmp_path / "target"
    secret.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for order in (
            f"write {target}",
            f"read {secret}",
            f"connect {port}",
            f"send {port}",
            "start",
        ):
            with pytest.raises(Unreadable, match="PermissionError"):
                mocked.read(order)
    assert not target.exists()
    assert mocked.worker.confinement == Confinement(WALLS)


def test_a_worker_is_replaced_after_many_files_and_when_it_is_large(
    mocked: Mocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_MOST_FILES", 2)
    seen = [mocked.read("behave") for _ in range(4)]
    assert seen[0] == seen[1] != seen[2] == seen[3]
    monkeypatch.setattr(worker, "_MOST_MEMORY_BYTES", 1)
    assert mocked.read("behave") != mocked.read("behave")


def test_a_worker_killed_while_idle_costs_nothing(mocked: Mocked) -> None:
    pid = int(mocked.read("behave").split()[-1])
    os.kill(pid, signal.SIGKILL)
    ended(pid)
    assert str(pid) not in mocked.read("behave")


def test_documents_are_read_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "document.mock"
    path.write_text("behave")
    seen: list[str] = []

    def read() -> None:
        with path.open("rb") as file:
            seen.append(sandbox.extract(file.fileno(), "mock", path.name, 6).text)

    with SandboxPool(2, MOCK) as sandbox:
        threads = [Thread(target=read) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(seen) == 6
    assert len(set(seen)) <= 2


@pytest.mark.skipif(not LINUX, reason="pidfd is Linux's")
@pytest.mark.parametrize("order", ["behave", "spin"])
def test_no_worker_outlives_the_program(tmp_path: Path, order: str) -> None:
    path = tmp_path / "document.mock"
    path.write_text(order)
    program = f"""
import sys
from time import monotonic
from indexer.sandbox import SandboxWorker
worker = SandboxWorker({MOCK!r})
file = open({str(path)!r}, "rb")
worker._start(monotonic() + 60)
print(worker._child._process.pid, flush=True)
worker.extract(file.fileno(), "mock", "x", 1e6)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        watched = os.pidfd_open(pid)
        parent.kill()
    assert select.select([watched], [], [], 30)[0]
    os.close(watched)


def ended(pid: int) -> None:
    """Wait until a child has ended, without taking its exit status."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
