from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.commands.index import stoppable
from app.cli.printing.diagnostics import Diagnostics
from app.cli.printing.layout import columns
from app.cli.printing.progress import ProgressLine, progress_line, summary
from store import AwayFolder, Progress
from tests.app.conftest import Run
from tests.app.fakes import DONE, FakeEngine, Terminal

HALFWAY = replace(
    DONE,
    phase="indexing",
    files_done=600,
    bytes_done=2_500_000,
    elapsed_s=2.0,
    current=Path("/home/ada/notes/lease.md"),
)

AWAY = AwayFolder(Path("/mnt/usb"), "No such file or directory")


def test_the_line_shows_share_rate_time_left_and_file() -> None:
    line = "━━━━━━━━──────── 600/1,204  1.2 MB/s  2.0 s left  lease.md"
    assert progress_line(HALFWAY, 80) == line


def test_early_on_the_time_left_is_honestly_unknown() -> None:
    assert "time left unknown" in progress_line(replace(HALFWAY, elapsed_s=0.1), 80)


def test_while_scanning_there_is_no_bar() -> None:
    line = progress_line(replace(HALFWAY, phase="scanning", current=None), 80)
    assert line == "looking for changes  1,204 files to read"
    assert (
        progress_line(replace(DONE, phase="scanning", files_total=0), 80) == "looking for changes"
    )


def test_linking_anew_has_a_bar_of_its_own() -> None:
    line = progress_line(replace(DONE, phase="relinking", relinked=0.5), 80)
    assert line == "━━━━━━━━────────  linking all passages anew"


@pytest.mark.parametrize("width", [1, 10, 40, 60, 79])
def test_the_line_fits_and_long_names_keep_their_end(width: int) -> None:
    name = "a very long file name that says little " * 3 + "lease.md"
    line = progress_line(replace(HALFWAY, current=Path(name)), width)
    assert columns(line) <= width
    if width > 60:
        assert line.endswith("lease.md")


def test_empty_files_do_not_divide_by_zero() -> None:
    nothing = replace(HALFWAY, files_total=0, files_done=0, bytes_total=0, bytes_done=0)
    assert "0/0" in progress_line(replace(nothing, elapsed_s=0.0), 80)


@pytest.mark.parametrize(
    ("progress", "sentence"),
    [
        (DONE, "indexed 1,201 files, skipped 3 files in 12.3 s"),
        (
            replace(DONE, indexed=1, failed=1),
            "indexed 1 file, skipped 3 files, failed 1 file in 12.3 s; "
            "for the reasons: thimble status --skipped",
        ),
        (
            replace(DONE, indexed=0, moved=2, removed=1, skipped=0),
            "moved 2 files, removed 1 file in 12.3 s",
        ),
        (replace(DONE, indexed=0, skipped=0, elapsed_s=0.21), "everything is up to date (0.2 s)"),
        (
            replace(DONE, indexed=0, skipped=0, elapsed_s=0.21, away=(AWAY,)),
            "could not look into /mnt/usb (No such file or directory) in 0.2 s",
        ),
        (
            replace(DONE, indexed=2, skipped=0, elapsed_s=0.21, away=(AWAY, AWAY, AWAY)),
            "indexed 2 files, could not look into /mnt/usb (No such file or directory) and 2 more"
            " folders in 0.2 s",
        ),
    ],
)
def test_the_summary_is_one_sentence(progress: Progress, sentence: str) -> None:
    assert summary(progress) == sentence


def test_the_line_is_redrawn_at_most_ten_times_a_second() -> None:
    stream = Terminal()
    times = iter([0.0, *(step / 100 for step in range(100))])
    line = ProgressLine(Diagnostics(stream, {}), clock=lambda: next(times))
    for _ in range(100):
        line.report(HALFWAY)
    assert 9 <= stream.getvalue().count("\r") <= 10


def test_in_a_pipe_nothing_is_drawn() -> None:
    stream = io.StringIO()
    ProgressLine(Diagnostics(stream, {})).report(HALFWAY)
    assert stream.getvalue() == ""


def ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_lets_indexing_finish_what_it_is_at(run: Run, engine: FakeEngine) -> None:
    seen = []

    def interrupted(is_cancelled: Callable[[], bool]) -> None:
        seen.append(is_cancelled())
        ctrl_c()
        seen.append(is_cancelled())

    engine.while_indexing = interrupted
    done = run("index")
    assert seen == [False, True]
    assert done.code == 130
    assert done.err == "thimble: stopped; nothing is lost, 'thimble index' goes on from here\n"


def test_a_second_ctrl_c_insists() -> None:
    reached = []
    try:
        with stoppable():
            for _ in range(3):
                ctrl_c()
                reached.append("past it")
    except KeyboardInterrupt:
        reached.append("stopped")
    assert reached == ["past it", "stopped"]


def test_afterwards_ctrl_c_is_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stoppable() as is_stopping:
        assert not is_stopping()
    assert signal.getsignal(signal.SIGINT) is before
