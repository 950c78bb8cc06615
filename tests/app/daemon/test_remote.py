"""The daemon's engine gives the answers that an engine in the process gives."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest

from app.engine.engine import Engine
from store import Filters, Mode, Query, Results, Status, StoreError
from tests.app.daemon.conftest import PATIENCE_S, Running, thimble


@pytest.fixture
def local(daemon: Running) -> Iterator[Engine]:
    for number in range(20):
        daemon.write(f"sub/{number}.md", f"# Note {number}\n\nThe kettle number {number} boils.\n")
    daemon.write("lease.md", "# Lease\n\nThe deposit is returned within thirty days.\n")
    daemon.write("empty.md", "")
    daemon.write("key.pem", "x")
    daemon.sync()
    with Engine(daemon.settings) as engine:
        yield engine


def without_times(results: list[Results]) -> list[Results]:
    return [
        replace(one, explain=replace(one.explain, milliseconds={}, cache_hits=0)) for one in results
    ]


def test_every_question_gets_the_same_answer(daemon: Running, local: Engine) -> None:
    remote = daemon.engine
    for text, mode, filters in (
        ("deposit", Mode.HYBRID, Filters()),
        ("boiling water", Mode.SEMANTIC, Filters(types=("md",))),
        ("kettle number 3", Mode.EXACT, Filters(folders=("notes",))),
        ("kett.e", Mode.REGEX, Filters(paths=("*/sub/*",), since=1.0)),
    ):
        [*local.search(Query(text, mode=mode, filters=filters))]
        here = [*local.search(Query(text, mode=mode, filters=filters, limit=5))]
        there = [*remote.search(Query(text, mode=mode, filters=filters, limit=5))]
        assert without_times(there) == without_times(here)
    hit = here[-1].hits[0]
    assert remote.preview(hit) == local.preview(hit)
    assert remote.folders() == local.folders()
    assert remote.skipped() == local.skipped()
    assert remote.size().parts.keys() == local.size().parts.keys()
    assert remote.status().folders == local.status().folders
    assert remote.topics() == local.topics()
    assert sum(topic.documents for topic in local.topics()) == 21
    for name in ("lease.md", "empty.md", "key.pem", "gone.md"):
        assert remote.why(daemon.notes / name) == local.why(daemon.notes / name)
    assert remote.opening(hit) == local.opening(hit)
    assert remote._engine is None, "nothing was answered in this process"


def test_errors_are_those_of_the_engine(daemon: Running, local: Engine, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="regular expression"):
        [*daemon.engine.search(Query("(", mode=Mode.REGEX))]
    with pytest.raises(ValueError, match="is indexed already"):
        daemon.engine.add_folder(daemon.notes / "sub")
    with pytest.raises(ValueError, match="is not a folder"):
        daemon.engine.add_folder(tmp_path / "none")
    hit = [*local.search(Query("deposit"))][-1].hits[0]
    hit.path.unlink()
    with pytest.raises(OSError, match="No such file"):
        daemon.engine.preview(hit)


def test_folders_are_added_and_removed_while_a_long_run_goes_on(
    daemon: Running, tmp_path: Path
) -> None:
    for number in range(500):
        daemon.write(f"d{number % 10}/{number}.md", f"# N{number}\n\n" + "many words here " * 200)
    daemon.wait_until(lambda: daemon.report().progress is not None)
    other = tmp_path / "other"
    other.mkdir()
    (other / "new.md").write_text("urgent")
    started = monotonic()
    folder = daemon.engine.add_folder(other)
    daemon.engine.remove_folder(folder)
    assert monotonic() - started < PATIENCE_S
    assert thimble("add", str(other)).returncode == 0
    assert daemon.engine.status().files == 501


def test_repair_and_compaction_do_not_meet_the_daemon(daemon: Running, local: Engine) -> None:
    before, after = daemon.engine.compact()
    assert after <= before
    database = daemon.paths.index / "thimble.db"
    content = bytearray(database.read_bytes())
    content[content.index(b"lease.md")] ^= 1
    database.write_bytes(content)
    assert thimble("doctor").returncode == 0
    assert daemon.found("deposit") == ["lease.md"]
    daemon.write("after.md", "afterwards")
    daemon.wait_until(lambda: daemon.found("afterwards") == ["after.md"])


def test_thirty_two_clients_at_once_are_answered_while_files_change(
    daemon: Running, local: Engine
) -> None:
    wrong: list[object] = []
    slowest = [0.0]

    def client() -> None:
        for _ in range(3):
            started = monotonic()
            answers = [*daemon.engine.search(Query("deposit", mode=Mode.LEXICAL))]
            slowest[0] = max(slowest[0], monotonic() - started)
            if [hit.path.name for hit in answers[-1].hits] != ["lease.md"]:
                wrong.append(answers)

    crowd = [threading.Thread(target=client) for _ in range(32)]
    for one in crowd:
        one.start()
    for number in range(20):
        daemon.write(f"more/{number}.md", f"more of {number}")
    for one in crowd:
        one.join(60.0)
    assert wrong == []
    assert daemon.engine._engine is None
    assert slowest[0] < 10.0


def test_a_cancelled_search_ends_and_hangs_up(daemon: Running, local: Engine) -> None:
    cancelled = threading.Event()
    answers = daemon.engine.search(Query("deposit"), is_cancelled=cancelled.is_set)
    assert next(answers).hits
    cancelled.set()
    assert len([*answers]) <= 1
    assert daemon.engine._engine is None
    assert [*daemon.engine.search(Query("deposit"))][-1].exact


def test_models_are_let_go_when_nobody_asks(daemon: Running, local: Engine) -> None:
    """Here in this process, with no patience; the daemon has five minutes."""
    from app.daemon.indexing_process import IndexingProcess
    from app.daemon.state import DaemonState

    state = DaemonState(daemon.paths, IndexingProcess(), idle_s=0.0)
    with state.engine() as engine:
        assert [*engine.search(Query("deposit"))]
        state.rest_if_idle()
        assert "chosen" in engine._models.__dict__
    state.rest_if_idle()
    assert "chosen" not in engine._models.__dict__
    with state.engine() as engine:
        assert [*engine.search(Query("deposit"))]


def is_due(engine: Engine) -> bool:
    with engine._store.writer() as writer:
        return writer.is_relinking_due


def test_the_indexing_process_links_anew_when_it_has_nothing_to_do(running: Running) -> None:
    """Unless it is wanted meanwhile; then it goes on some other time."""
    from app.daemon.indexing_process import IndexingProcess

    process = IndexingProcess()

    def index() -> None:
        process.run(None, is_careful=True, report=lambda _: None, is_cancelled=lambda: False)

    with Engine(running.settings) as engine:
        engine.add_folder(running.notes)
        for number in range(3):
            running.write(f"{number}.md", f"The kettle number {number} boils.")
        index()
        assert not is_due(engine)
        for number in range(3, 12):
            running.write(f"{number}.md", f"The kettle number {number} boils.")
        index()
        assert is_due(engine)
        process.rest_if_idle(60.0, lambda: False)
        assert is_due(engine), "it has not been idle for long"
        wanted = iter([False, True, True])
        process.rest_if_idle(-1.0, lambda: next(wanted, True))
        assert process._child.connection is not None, "somebody wants a run"
        index()
        process.rest_if_idle(-1.0, lambda: False)
        assert not is_due(engine)
        assert process._child.connection is None
        assert [*engine.search(Query("kettle number 5"))][-1].hits[0].path.name == "5.md"


def test_an_idle_daemon_is_small_and_quiet(daemon: Running, local: Engine) -> None:
    """No processor time to speak of, and not a byte written."""
    from time import sleep

    assert daemon.report().memory_bytes < 150 * 2**20
    [*daemon.engine.search(Query("deposit"))]
    assert daemon.report().memory_bytes < 350 * 2**20
    process = Path(f"/proc/{daemon.report().pid}")
    sleep(1.0)  # let what was started end

    def used() -> tuple[int, int]:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
        written = dict(line.split(": ") for line in (process / "io").read_text().splitlines())
        return int(fields[11]) + int(fields[12]), int(written["wchar"])

    ticks, written = used()
    os.utime(daemon.notes, (5, 5))
    (daemon.notes / ".hidden.swp").write_text("x")
    sleep(5.0)
    assert used()[0] - ticks <= 10, "hundredths of a second"
    assert used()[1] == written


def test_status_of_an_empty_index(running: Running) -> None:
    running.start()
    assert running.engine.status() == Status((), 0, 0, 0, 0, None)
    assert [*running.engine.search(Query("anything"))] == []


@pytest.fixture
def hanging(daemon: Running) -> Running:
    """A daemon that has a note, and was stopped in the middle of its life."""
    daemon.write("boat.md", "The boat sails at noon.")
    daemon.sync()
    owner = daemon.lock.owner()
    assert owner is not None
    os.kill(owner.pid, signal.SIGSTOP)
    return daemon


def test_a_daemon_that_hangs_costs_a_search_a_moment_and_a_sentence(hanging: Running) -> None:
    started = monotonic()
    done = thimble("search", "-l", "boat")
    assert monotonic() - started < 15  # a second of waiting; the rest is the machine
    assert done.stdout.strip().endswith("boat.md")
    assert done.stderr.count("the daemon does not answer") == 1


def test_beside_a_daemon_that_hangs_files_are_indexed(hanging: Running) -> None:
    hanging.write("train.md", "The train leaves at nine.")
    done = thimble("index")
    assert done.returncode == 0
    assert "the daemon does not answer" in done.stderr
    assert "train.md" in thimble("search", "-l", "train").stdout


def test_a_daemon_that_hangs_is_told_of_and_can_be_ended(hanging: Running) -> None:
    said = thimble("status").stderr
    assert "does not answer; end it with: thimble daemon stop" in said
    assert thimble("daemon", "stop").returncode == 0
    assert not hanging.lock.is_held()


def test_a_long_answer_is_waited_for_while_there_are_signs_of_life(daemon: Running) -> None:
    daemon.write("long.md", "A note.")
    with daemon.client.held():  # an index run waits for its end, and so does its client
        waiting = threading.Thread(target=daemon.sync)
        waiting.start()
        sleep(2.5)
        assert waiting.is_alive()
    waiting.join(30)
    assert daemon.found("note") == ["long.md"]
