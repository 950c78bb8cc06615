"""Real folders, real events: whatever happens below a root, its directory is looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from indexer import Agenda, Scope, Watcher
from indexer.watching import agenda as agenda_module
from indexer.watching import watcher as watcher_module
from indexer.watching.mounts import Mounts
from indexer.watching.observer import Observers
from store import Folder

PATIENCE_S = 10.0


class Watched:
    """A watched folder, and what was noted about it since it was last asked."""

    def __init__(self, root: Path, inotify: bool) -> None:
        self.root = root
        self.root.mkdir()
        self.folder = Folder(1, "notes", root)
        self.agenda = Agenda()
        self.watcher = Watcher(self.agenda)
        if not inotify:
            self.watcher._trees = Observers(self.agenda)

    def start(self) -> None:
        self.watcher.watch([self.folder])
        assert self.seen() is None

    def seen(self) -> Scope | None:
        """Wait until something is to be looked at, and return what."""
        assert self.agenda.wait(PATIENCE_S), "nothing was noticed"
        return self.agenda.take()[1]

    def noticed(self, directory: str) -> None:
        """Wait until what lies directly in a directory is to be looked at."""
        end = monotonic() + PATIENCE_S
        while (scope := self.seen()) is not None and not scope.covers(directory):
            assert monotonic() < end
        # Nothing else may be left over for the next step.
        while self.agenda.wait(0.15):
            self.agenda.take()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agenda_module, "SETTLE_S", 0.1)


@pytest.fixture(params=["inotify", "observer"])
def watched(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Watched]:
    made = Watched(tmp_path / "notes", request.param == "inotify")
    yield made
    made.watcher.close()


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path / "notes", inotify=True)
    yield made
    made.watcher.close()


def test_files_and_folders_that_come_change_move_and_go_are_noticed(watched: Watched) -> None:
    root = watched.root
    (root / "a").mkdir()
    watched.start()
    steps: list[tuple[Callable[[], object], str]] = [
        (lambda: (root / "one.md").write_text("x"), ""),
        (lambda: (root / "a" / "two.md").write_text("x"), "a"),
        (lambda: (root / "a" / "two.md").rename(root / "two.md"), "a"),
        (lambda: (root / "new" / "deep").mkdir(parents=True), "new"),
        (lambda: (root / "new" / "deep" / "x.md").write_text("x"), "new/deep"),
        (lambda: (root / "new").rename(root / "old"), "old"),
        (lambda: (root / "old" / "deep" / "x.md").write_text("y"), "old/deep"),
        (lambda: shutil.rmtree(root / "old"), "old"),
        (lambda: os.utime(root / "one.md", (1, 1)), ""),
        (lambda: (root / "one.md").unlink(), ""),
    ]
    for act, directory in steps:
        act()
        watched.noticed(directory)


def test_a_folder_moved_in_is_looked_at_whole(tree: Watched, tmp_path: Path) -> None:
    (tmp_path / "outside" / "deep").mkdir(parents=True)
    tree.start()
    (tmp_path / "outside").rename(tree.root / "inside")
    scope = tree.seen()
    assert scope is not None
    assert scope.covers("inside/deep")
    (tree.root / "inside" / "deep" / "x.md").write_text("x")
    tree.noticed("inside/deep")
    (tree.root / "inside").rename(tmp_path / "outside")
    tree.noticed("inside")
    (tmp_path / "outside" / "deep" / "y.md").write_text("y")
    assert not tree.agenda.wait(0.3), "a folder moved out is not watched any more"


def test_folders_that_no_scan_enters_are_not_watched(tree: Watched) -> None:
    for name in ("node_modules/x/y", ".git/objects", "build/lib", "kept/x"):
        (tree.root / name).mkdir(parents=True)
    (tree.root / ".gitignore").write_text("build/\n")
    tree.start()
    (tree.root / "node_modules" / "x" / "y" / "z.md").write_text("x")
    (tree.root / ".git" / "objects" / "z.md").write_text("x")
    (tree.root / "build" / "lib" / "z.md").write_text("x")
    assert not tree.agenda.wait(0.3)
    (tree.root / ".gitignore").write_text("\n")
    tree.noticed("build/lib")
    (tree.root / "build" / "lib" / "z.md").write_text("y")
    tree.noticed("build/lib")


def test_reading_notices_nothing(tree: Watched) -> None:
    (tree.root / "one.md").write_text("x")
    tree.start()
    (tree.root / "one.md").read_text()
    os.listdir(tree.root)
    assert not tree.agenda.wait(0.3)


def test_a_root_that_goes_comes_back_or_is_replaced_is_looked_at_and_watched(
    tree: Watched, tmp_path: Path
) -> None:
    tree.start()
    tree.root.rename(tmp_path / "away")
    tree.watcher.supervise()
    assert tree.seen() is None
    assert tree.watcher.polled() == {"notes": "it is not there now"}
    tree.root.mkdir()
    tree.watcher.supervise()
    assert tree.seen() is None
    (tree.root / "one.md").write_text("x")
    tree.noticed("")
    tree.root.rmdir() if not any(tree.root.iterdir()) else shutil.rmtree(tree.root)
    (tmp_path / "away").rename(tree.root)
    tree.watcher.supervise()
    assert tree.seen() is None
    (tree.root / "two.md").write_text("x")
    tree.noticed("")
    assert tree.watcher.polled() == {}


def test_a_lost_event_has_everything_looked_at(tree: Watched) -> None:
    """The queue overflows while its reader stands still, as on a machine under load."""
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    tree.start()
    known = tree.watcher._watched[1].tree
    with known._lock:  # type: ignore[union-attr]
        for number in range(limit // 3 + 3000):  # created, opened for writing and closed
            (tree.root / f"{number}.md").touch()
            (tree.root / f"{number}.md").unlink()
    end = monotonic() + PATIENCE_S
    while tree.seen() is not None:
        assert monotonic() < end
    (tree.root / "after.md").write_text("x")
    tree.noticed("")


def test_a_dead_reader_is_replaced(tree: Watched) -> None:
    tree.start()
    queue = tree.watcher._trees._queue  # type: ignore[attr-defined]
    queue.stop()
    queue.join()
    tree.watcher.supervise()
    assert tree.seen() is None
    (tree.root / "after.md").write_text("x")
    tree.noticed("")


def test_the_limit_of_watches_is_noticed(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
Path("/proc/sys/user/max_inotify_watches").write_text("20")
from indexer import Agenda, Watcher
from store import Folder
root = Path({str(tmp_path)!r}) / "notes"
for number in range(60):
    (root / f"d{{number}}").mkdir(parents=True)
watcher = Watcher(Agenda())
watcher.watch([Folder(1, "notes", root)])
print(watcher.polled()["notes"])
watcher.close()
"""
    done = subprocess.run(
        ["unshare", "-Ur", sys.executable, "-c", program], capture_output=True, text=True
    )
    assert "max_user_watches" in done.stdout, done.stderr


def test_a_folder_that_is_polled_is_looked_at_every_minute(
    tree: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mounts, "remote_kind", lambda *_: "nfs4")
    now = [0.0]
    tree.watcher._clock = lambda: now[0]
    tree.start()
    assert "another computer (nfs4)" in tree.watcher.polled()["notes"]
    now[0] += watcher_module.POLL_S - 1
    tree.watcher.supervise()
    assert tree.agenda.due_in() is None
    now[0] += 2
    tree.watcher.supervise()
    assert tree.seen() is None


def test_every_folder_is_looked_at_every_five_minutes(tree: Watched) -> None:
    now = [0.0]
    tree.watcher._clock = lambda: now[0]
    tree.start()
    now[0] += watcher_module.RECONCILE_S + 1
    tree.watcher.supervise()
    assert tree.seen() is None
    tree.watcher.supervise()
    assert tree.agenda.due_in() is None


def test_after_a_sleep_and_after_a_mount_all_is_looked_at(
    tree: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.start()
    monkeypatch.setattr(watcher_module, "_time_asleep", lambda: 1e6)
    tree.watcher.supervise()
    assert tree.seen() is None
    monkeypatch.setattr(Mounts, "now", lambda: Mounts((("/", "ext4"), ("/mnt", "vfat"))))
    tree.watcher.supervise()
    assert tree.seen() is None
    tree.watcher.supervise()
    assert tree.agenda.due_in() is None


def test_setting_the_clock_starts_nothing(tree: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    tree.start()
    monkeypatch.setattr(time, "time", lambda: 4e9)
    tree.watcher.supervise()
    assert tree.agenda.due_in() is None


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/home/ada", None), ("/mnt/nas/notes", "nfs4"), ("/mnt/nasty", None), ("/home/ada/s", "9p")],
)
def test_other_computers_are_told_from_own_disks(path: str, kind: str | None) -> None:
    mounts = Mounts((("/", "ext4"), ("/mnt/nas", "nfs4"), ("/home/ada/s", "9p")))
    assert mounts.remote_kind(Path(path)) == kind


def test_the_mount_table_of_this_machine_is_read() -> None:
    assert "/" in dict(Mounts.now().kinds)


def test_removing_and_adding_folders_changes_what_is_watched(tree: Watched, tmp_path: Path) -> None:
    other = Folder(2, "other", tmp_path / "other")
    other.path.mkdir()
    tree.start()
    tree.watcher.watch([other])
    assert tree.agenda.wait(PATIENCE_S)
    assert tree.agenda.take() == {2: None}
    (tree.root / "x.md").write_text("x")
    assert not tree.agenda.wait(0.3)
    (other.path / "x.md").write_text("x")
    assert tree.agenda.wait(PATIENCE_S)
    assert tree.agenda.take() == {2: Scope(flat=frozenset({""}))}
