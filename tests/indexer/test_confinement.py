"""A confined process can do what documents need, and nothing that is not."""

from __future__ import annotations

import errno
import json
import logging
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from indexer.formats.document import Unreadable
from indexer.formats.extract import Extract
from indexer.formats.recognise import HEAD_BYTES, recognise
from indexer.sandbox import (
    WALLS,
    Confinement,
    SandboxPool,
    SandboxWorker,
    demand_walls,
    pool,
    walls,
)
from indexer.sandbox.landlock import handled_rights
from indexer.sandbox.seccomp import filter_steps
from indexer.sandbox.syscalls import CALLS, MACHINES
from tests.indexer import making
from tests.indexer.confined import ALLOWED, DONE, KERNELS_OWN, MACHINE, NAMES
from tests.indexer.test_extractors import SAMPLES

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the walls are Linux's")
BATCH, MOST_NUMBERS = 64, 513
REFUSED = {"EPERM", "ENOSYS"}
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE, UNKNOWN = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
PID = 4711
UNCONFINED = ("-I", "-m", "tests.indexer.unconfined_worker")
DAMAGED = 20


def confined(document: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Have a confined process, whose standard input is a document, try something."""
    with document.open("rb") as file:
        return subprocess.run(
            [sys.executable, "-m", "tests.indexer.confined", *arguments],
            stdin=file,
            capture_output=True,
            text=True,
            timeout=60,
        )


def outcomes(document: Path, *arguments: str) -> dict[str, str]:
    """Return what came of each attempt."""
    ended = confined(document, *arguments)
    assert ended.returncode == 0, ended
    seen: dict[str, str] = json.loads(ended.stdout)
    return seen


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "document"
    path.write_text("text")
    path.chmod(0o600)
    return path


@on_linux
@pytest.mark.parametrize("first", range(0, MOST_NUMBERS, BATCH))
def test_every_call_that_is_not_on_the_list_is_refused(document: Path, first: int) -> None:
    last = min(first + BATCH, MOST_NUMBERS)
    seen = outcomes(document, "by_number", str(first), str(last))
    assert set(map(int, seen)) == set(range(first, last)) - ALLOWED - KERNELS_OWN
    assert {number: result for number, result in seen.items() if result not in REFUSED} == {}


@on_linux
@pytest.mark.parametrize("number", KERNELS_OWN)
def test_calls_of_the_kernels_own_do_nothing(document: Path, number: int) -> None:
    ended = confined(document, "own", str(number))
    assert ended.returncode == -signal.SIGILL or DONE not in ended.stdout


@on_linux
def test_calls_that_reach_out_are_refused_whatever_their_arguments(document: Path) -> None:
    before = document.stat()
    seen = outcomes(document, "by_name", str(os.getpid()), str(document))
    assert len(seen) > 50
    assert {attempt: result for attempt, result in seen.items() if result not in REFUSED} == {}
    after = document.stat()
    assert stat.S_IMODE(after.st_mode) == 0o600
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert [path.name for path in document.parent.iterdir()] == [document.name]


@on_linux
def test_python_is_refused_with_errors_that_it_knows(document: Path) -> None:
    seen = outcomes(document, "by_python", str(document))
    assert {attempt: r for attempt, r in seen.items() if r not in {"EPERM", "EACCES"}} == {}
    assert outcomes(document, "threads") == {"thread": "can't start new thread"}


@on_linux
def test_what_documents_need_is_allowed(document: Path) -> None:
    seen = outcomes(document, "needed")
    assert seen.pop("signals") == "2"
    assert set(seen.values()) == {DONE}


@on_linux
def test_a_library_may_end_the_process(document: Path) -> None:
    assert confined(document, "crash").returncode == -signal.SIGABRT


@on_linux
@pytest.mark.parametrize("attempt", ["machine_code"] if MACHINE == "x86_64" else [])
def test_a_call_by_the_rules_of_another_machine_is_not_made(document: Path, attempt: str) -> None:
    assert confined(document, attempt).returncode in (-signal.SIGSYS, -signal.SIGSEGV)


def documents(chance: Random) -> Iterator[tuple[str, bytes]]:
    """Yield one of each kind, then the same with damage."""
    for name, data in SAMPLES.items():
        yield name, data
        for _ in range(DAMAGED):
            damaged = bytearray(data)
            for _ in range(chance.randint(1, 8)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            yield name, bytes(damaged[: chance.choice((None, chance.randrange(len(data))))])


@on_linux
def test_no_document_needs_what_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "document"
    confined, free = SandboxWorker(), SandboxWorker(UNCONFINED)
    differ = []
    for name, data in [
        *documents(Random(7)),
        ("places.sqlite", making.firefox_history(tmp_path, ("Tides", "https://t.org/"))),
    ]:
        path.write_bytes(data)
        if kind := recognise(name, data[:HEAD_BYTES]):
            one, other = (extracted(worker, path, kind, name) for worker in (confined, free))
            differ += [(name, one, other)] if one != other else []
    confined.close()
    free.close()
    assert differ == []


def extracted(worker: SandboxWorker, path: Path, kind: str, name: str) -> Extract | str:
    """Return what a worker makes of a document, or why it makes nothing."""
    with path.open("rb") as file:
        try:
            return worker.extract(file.fileno(), kind, name, 60)
        except Unreadable as error:
            return error.reason


@on_linux
def test_all_walls_stand_and_are_told() -> None:
    assert walls() == Confinement(WALLS)
    with SandboxPool(2) as sandbox, sandbox.child() as worker:
        assert worker.walls() == walls()


def test_a_document_is_not_read_where_a_demanded_wall_is_missing(document: Path) -> None:
    document.write_bytes(making.mail("Boat trip", "We sail on Friday."))
    worker = SandboxWorker(UNCONFINED)
    try:
        assert isinstance(extracted(worker, document, "mail", "trip.eml"), Extract)
        demand_walls(True)
        for _ in range(2):
            assert extracted(worker, document, "mail", "trip.eml") == (
                "not read: the sandbox lacks system calls, files, network, signals, memory"
            )
    finally:
        demand_walls(False)
        worker.close()


@on_linux
def test_a_document_is_read_where_the_demanded_walls_stand(document: Path) -> None:
    document.write_bytes(making.mail("Boat trip", "We sail on Friday."))
    worker = SandboxWorker()
    try:
        demand_walls(True)
        assert isinstance(extracted(worker, document, "mail", "trip.eml"), Extract)
    finally:
        demand_walls(False)
        worker.close()


def test_what_is_missing_is_told() -> None:
    seen = Confinement.parse("files, memory, moat")
    assert seen == Confinement(("files", "memory"))
    assert seen.missing == ("system calls", "network", "signals")
    assert not seen.is_complete
    assert Confinement.parse(str(seen)) == seen
    assert str(Confinement.parse("")) == "nothing"


def test_a_missing_wall_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    pool._warn.cache_clear()
    with caplog.at_level(logging.WARNING, "thimble.sandbox"):
        for _ in range(3):
            pool._warn(("files", "network"))
    assert [one.getMessage() for one in caplog.records] == [
        "documents are taken apart without these walls: files, network"
    ]


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_those_of_the_kernel(machine: str) -> None:
    numbers = {call.name: call.number(machine) for call in CALLS}
    assert len(numbers) == len(CALLS)
    assert numbers == {name: NAMES[machine].get(name) for name in numbers}


def test_both_machines_allow_the_same_calls() -> None:
    only_x86_64 = {call.name for call in CALLS if call.aarch64 is None}
    assert only_x86_64 == {"open", "stat", "lstat"}  # elsewhere openat and newfstatat do these
    assert only_x86_64.isdisjoint(NAMES["aarch64"])


def decide(machine: str, number: int, *arguments: int, mark: int | None = None) -> int:
    """Return what the filter says to a call, as the kernel would work it out."""
    padded = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    words = [number, MACHINES[machine] if mark is None else mark, 0, 0]
    words += [half for one in padded for half in (one & 0xFFFFFFFF, one >> 32 & 0xFFFFFFFF)]
    steps, at, loaded = filter_steps(machine, PID), 0, 0
    while True:
        code, if_true, if_false, operand = steps[at]
        at += 1
        if code == 0x06:
            return operand
        if code == 0x20:
            loaded = words[operand // 4]
        else:
            is_true = loaded == operand if code == 0x15 else bool(loaded & operand)
            at += if_true if is_true else if_false


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_allows_the_list_alone(machine: str) -> None:
    free = {call.number(machine) for call in CALLS if not call.checks}
    checked = {call.number(machine) for call in CALLS if call.checks}
    for number in set(range(MOST_NUMBERS)) - checked:
        expected = ALLOW if number in free else UNKNOWN if number == 435 else REFUSE
        assert decide(machine, number) == expected, number
    for number in (1 << 30, (1 << 30) + NAMES[machine]["read"], 0xFFFFFFFF):
        assert decide(machine, number) == REFUSE  # the first ones are those of x32
    (other,) = set(MACHINES.values()) - {MACHINES[machine]}
    for mark in (other, 0x40000003, 0x40000028, 0):
        assert decide(machine, NAMES[machine]["read"], mark=mark) == KILL


def arguments() -> Iterator[tuple[str, tuple[int, ...], bool]]:
    """Yield calls whose arguments decide, and whether they are allowed."""
    yield "sendto", (3, 1, 1, 0, 0), True
    yield "sendto", (3, 1, 1, 0, 1), False
    yield "sendto", (3, 1, 1, 0, 1 << 32), False
    for flags, fits in ((0, True), (0x80000, True), (1, False), (2, False), (0x40, False)):
        yield "openat", (0, 0, flags), fits
    for flags in (0x200, 0x400, 0x1000, 0x200000, 0x400000, 0x80000000):
        yield "openat", (0, 0, flags), False
    for command, fits in ((0x5401, True), (0x5451, True), (0x5412, False), (0x8902, False)):
        yield "ioctl", (0, command), fits
    for command, fits in ((1, True), (1030, True), (4, False), (8, False), (10, False)):
        yield "fcntl", (0, command), fits
    for call in ("kill", "tkill", "tgkill"):
        yield call, (PID, 9), True
        yield call, (PID + 1, 9), False
        yield call, (0, 9), False
        yield call, (-PID, 9), False
    yield "prlimit64", (0, 7, 0, 1), True
    yield "prlimit64", (PID + 1, 7, 0, 1), False
    yield "prlimit64", (0, 7, 1), False
    yield "prlimit64", (0, 7, 1 << 32), False


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("name", "given", "fits"), arguments())
def test_arguments_decide(machine: str, name: str, given: tuple[int, ...], fits: bool) -> None:
    assert decide(machine, NAMES[machine][name], *given) == (ALLOW if fits else REFUSE)


def test_each_landlock_closes_all_it_can() -> None:
    assert handled_rights(0) == ()
    assert handled_rights(1) == ((1 << 13) - 1,)
    assert handled_rights(2) == ((1 << 14) - 1,)
    assert handled_rights(3) == ((1 << 15) - 1,)
    assert handled_rights(4) == ((1 << 15) - 1, 3)
    assert handled_rights(5) == ((1 << 16) - 1, 3)
    assert handled_rights(6) == handled_rights(9) == ((1 << 16) - 1, 3, 3)
