"""Whatever way a program saves a file, its new text is found soon, and nothing but it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.daemon.conftest import Running

Save = Callable[[Path, str], object]
ROUNDS = int(os.environ.get("THIMBLE_FAULTS_ROUNDS", "1"))
"""How many times longer the long tests are: 5 makes the storm one of 100,000 files."""


def sh(command: str, path: Path, text: str) -> None:
    environ = {**os.environ, "F": str(path), "D": str(path.parent), "T": text}
    subprocess.run(["sh", "-ec", command], check=True, env=environ)


def unzip(path: Path, text: str) -> None:
    archive = path.parent.parent / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(path.name, text)
    with zipfile.ZipFile(archive) as file:
        file.extractall(path.parent)


def git_checkout(path: Path, text: str) -> None:
    away = path.parent.parent / "git"
    sh(
        f'mkdir -p "{away}"; cd "{away}"; test -d .git || git init -q .; printf %s "$T" > f; '
        "git add f; git -c user.name=a -c user.email=a@b commit -qm x; "
        'git show HEAD:f > "$F.lock"; mv "$F.lock" "$F"',
        path,
        text,
    )


def move_across(path: Path, text: str) -> None:
    away = Path("/dev/shm") if Path("/dev/shm").is_dir() else path.parent.parent
    source = away / f"{path.name}.{os.getpid()}"
    source.write_text(text)
    shutil.move(source, path)


def copy_with_times(path: Path, text: str) -> None:
    source = path.parent.parent / "source"
    source.write_text(text)
    os.utime(source, (1_000_000_000, 1_000_000_000))
    shutil.copy2(source, path)


def rsync(path: Path, text: str) -> None:
    """Write a hidden temporary, set its old times, rename it over."""
    partial = path.with_name(f".{path.name}.Xy12ab")
    partial.write_text(text)
    os.utime(partial, (1_000_000_000, 1_000_000_000))
    partial.rename(path)


SAVES: dict[str, Save] = {
    "vim with backup": lambda path, text: sh(
        'touch "$D/4913"; rm "$D/4913"; printf x > "$D/.n.swp"; mv "$F" "$F~"; '
        'printf %s "$T" > "$F"; sync "$F"; rm "$F~" "$D/.n.swp"',
        path,
        text,
    ),
    "vim without backup": lambda path, text: sh(
        'printf x > "$D/.n.swp"; printf %s "$T" > "$F"; rm "$D/.n.swp"', path, text
    ),
    "nano": lambda path, text: path.write_text(text),
    "emacs": lambda path, text: sh(
        'ln -s u@h.1 "$D/.#n"; printf %s "$T" > "$D/#n#"; cp "$F" "$F~"; printf %s "$T" > "$F"; '
        'rm "$D/.#n" "$D/#n#" "$F~"',
        path,
        text,
    ),
    "gedit": lambda path, text: sh(
        'printf %s "$T" > "$D/.goutputstream-AB12"; mv "$D/.goutputstream-AB12" "$F"', path, text
    ),
    "VS Code": lambda path, text: sh(
        'printf "" > "$F"; printf %s "$T" > "$F"; chmod 644 "$F"', path, text
    ),
    "LibreOffice": lambda path, text: sh(
        'printf l > "$D/.~lock.n#"; printf %s "$T" > "$D/lu12.tmp"; cp "$D/lu12.tmp" "$F"; '
        'rm "$D/lu12.tmp" "$D/.~lock.n#"',
        path,
        text,
    ),
    "sed -i": lambda path, text: sh('sed -i "1,\\$d" "$F"; printf %s "$T" >> "$F"', path, text),
    "rsync": rsync,
    "git checkout": git_checkout,
    "unzip": unzip,
    "cp -p": copy_with_times,
    "mv across mounts": move_across,
    "append": lambda path, text: sh('printf "\\n%s" "$T" >> "$F"', path, text),
    "truncate": lambda path, text: sh(': > "$F"; printf %s "$T" >> "$F"', path, text),
}


def word(number: int) -> str:
    """Return a word that no other number has."""
    return "qu" + "".join(chr(97 + int(digit)) for digit in f"{number:04}") + "vex"


def save_all(daemon: Running, first: int = 0) -> None:
    """Save once in each way, and see that the text is found and no temporary file is."""
    for number, (name, save) in enumerate(SAVES.items(), first):
        path = daemon.notes / "note.md"
        save(path, f"text {word(number)} saved by {name}")
        took = daemon.wait_until(lambda n=number: daemon.found(word(n)) == ["note.md"])
        assert took < 10, name


def test_every_way_of_saving_is_noticed_and_indexed_about_once(daemon: Running) -> None:
    daemon.write("note.md", "at first")
    daemon.sync()
    before = runs(daemon)
    save_all(daemon)
    daemon.sync()
    assert daemon.engine.status().files == 1
    assert daemon.engine.skipped() == ()
    assert runs(daemon) - before <= 1.5 * len(SAVES)


def runs(daemon: Running) -> int:
    """Return how many runs of the daemon changed something so far."""
    return (daemon.paths.index / "daemon.log").read_text().count("indexed")


def test_an_unplugged_disk_is_not_a_deletion(daemon: Running) -> None:
    for number in range(25):
        daemon.write(f"{number}.md", f"text {word(number)}")
    daemon.sync()
    away = daemon.notes.rename(daemon.notes.with_name("away"))
    daemon.wait_until(lambda: not daemon.engine.folders()[0].online)
    assert daemon.engine.status().files == 25
    assert daemon.found(word(3)) == []
    daemon.notes.mkdir()
    daemon.wait_until(lambda: daemon.report().polled == {})
    daemon.write("mount point", "nothing of yours")
    daemon.sync()
    assert daemon.engine.status().files == 25
    shutil.rmtree(daemon.notes)
    away.rename(daemon.notes)
    before = runs(daemon)
    daemon.wait_until(lambda: daemon.engine.folders()[0].online)
    assert daemon.found(word(3)) == ["3.md"]
    assert runs(daemon) == before, "what came back was not indexed again"


def test_most_of_a_folder_deleted_is_hidden_and_kept(daemon: Running) -> None:
    for number in range(24):
        daemon.write(f"{number}.md", f"text {word(number)}")
    daemon.sync()
    for number in range(22):
        (daemon.notes / f"{number}.md").unlink()
    assert daemon.found(word(3)) == []
    daemon.wait_until(lambda: daemon.engine.status().folders[0].missing == 22)
    assert daemon.engine.status().files == 24
    daemon.sync()
    assert daemon.engine.status().files == 2


def storm(daemon: Running, files: int) -> None:
    """Write files while the daemon stands still, and see that it finds them all afterwards."""
    pid = daemon.report().pid
    os.kill(pid, signal.SIGSTOP)
    for number in range(files):
        daemon.write(f"d{number % 7}/{number}.md", f"text {word(number)}")
    os.kill(pid, signal.SIGCONT)
    daemon.wait_until(lambda: daemon.engine.status().files == files, 60 + files / 50)
    assert daemon.found(word(1)) == ["1.md"]


def test_a_storm_while_the_daemon_stands_still_loses_nothing(daemon: Running) -> None:
    storm(daemon, 300)


@pytest.mark.faults
def test_a_storm_that_overflows_the_queue_of_the_kernel_loses_nothing(daemon: Running) -> None:
    storm(daemon, 20_000 * ROUNDS)


@pytest.mark.faults
def test_two_thousand_files_a_second_are_all_found(daemon: Running) -> None:
    from time import monotonic, sleep

    rate, seconds = 2000, 6 * ROUNDS
    for second in range(seconds):
        start = monotonic()
        (daemon.notes / f"s{second}").mkdir()
        for number in range(rate):
            daemon.write(f"s{second}/{number}.md", f"second {second} number {number}")
        sleep(max(0.0, 1 - (monotonic() - start)))
    daemon.wait_until(lambda: daemon.engine.status().files == rate * seconds, 600)


@pytest.mark.faults
def test_saves_are_found_within_seconds(daemon: Running) -> None:
    took = []
    for number in range(100 * ROUNDS):
        daemon.write("note.md", f"text {word(number)}")
        took.append(daemon.wait_until(lambda n=number: daemon.found(word(n)) == ["note.md"]))
    took.sort()
    assert took[len(took) // 2] <= 2.0
    assert took[len(took) * 99 // 100] <= 5.0
