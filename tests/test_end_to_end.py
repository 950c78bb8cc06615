"""The product as a user meets it: real commands, real processes, real documents."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from store import Store
from tests.processes import thimble

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"


def answers(home: Path, mode: str) -> dict[str, list[str]]:
    """Return query → paths found, for every other sample query, in one batch."""
    batch = "\n".join(
        json.dumps({"id": one["query"], "query": one["query"]}) for one in questions()
    )
    done = thimble(home, "search", "--batch", "-", "--mode", mode, stdin=batch)
    assert done.returncode == 0, done.stderr
    rows = map(json.loads, done.stdout.splitlines())
    return {
        row["id"]: [os.path.relpath(hit["path"], SAMPLES) for hit in row["hits"]] for row in rows
    }


def questions() -> list[dict[str, str]]:
    """Return every other sample query, each with the document that answers it."""
    paths = sorted((ROOT / "tests" / "samples").glob("queries-[ab].jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()][::2]


def test_nearly_every_sample_document_is_indexed(samples_home: Path) -> None:
    status = json.loads(thimble(samples_home, "status", "--json").stdout)
    on_disk = sum(path.is_file() for path in SAMPLES.rglob("*"))
    assert status["schema"] == 1
    assert status["files"] >= on_disk - 2
    assert status["failed"] == 0


def test_sample_questions_find_their_documents(samples_home: Path) -> None:
    found = answers(samples_home, "hybrid")
    ranks: dict[str, list[bool]] = {"words": [], "meaning": []}
    for one in questions():
        ranks[one["kind"]].append(one["path"] in found[one["query"]])
    assert sum(ranks["words"]) / len(ranks["words"]) >= 0.95
    assert sum(ranks["meaning"]) / len(ranks["meaning"]) >= 0.6


def test_a_found_line_is_the_line_in_the_file(samples_home: Path) -> None:
    done = thimble(samples_home, "search", "--json", "-n", "5", "deposit", "returned")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["schema"], len(answer["hits"])) == (0, 1, 5)
    for hit in answer["hits"]:
        data = Path(hit["path"]).read_bytes()
        assert data.count(b"\n", 0, hit["start"]) + 1 == hit["line"]
        assert hit["fresh"]
        assert set(hit["found_by"]) <= {"words", "meaning"}


def test_files_are_found_by_name_folder_and_language_even_after_a_move(tmp_path: Path) -> None:
    notes, home = tmp_path / "notes", tmp_path / "home"
    texts = {
        "taxes/2025/scan-acme.txt": "Total due: 400 euros, to be paid until March.",
        "letters/scan-gas.txt": "Total due: 80 euros, to be paid until April.",
        "garden.txt": "Tomatoes want sun, water and patience.",
        "rows.py": "def rows(path):\n    return list(open(path))\n",
        "rows.rs": "fn rows(path: &Path) -> Lines {\n    read(path).lines()\n}\n",
    }
    for name, text in texts.items():
        (notes / name).parent.mkdir(parents=True, exist_ok=True)
        (notes / name).write_text(text)
    assert thimble(home, "add", str(notes)).returncode == 0

    def best(query: str, mode: str) -> str:
        done = thimble(home, "search", "--json", "--mode", mode, query)
        found = json.loads(done.stdout)["hits"]
        return os.path.relpath(found[0]["path"], notes) if found else ""

    for mode in ("hybrid", "lexical"):
        assert best("acme", mode) == "taxes/2025/scan-acme.txt"
        assert best("what is due for taxes", mode) == "taxes/2025/scan-acme.txt"
        assert best("python rows", mode) == "rows.py"
        assert best("rust rows", mode) == "rows.rs"
    assert not best("text", "lexical")
    (notes / "taxes/2025/scan-acme.txt").rename(notes / "zenith.txt")
    assert thimble(home, "index").returncode == 0
    assert best("zenith", "hybrid") == best("zenith", "lexical") == "zenith.txt"
    assert not best("acme", "lexical")


def test_exit_codes_say_found_nothing_or_error(samples_home: Path, tmp_path: Path) -> None:
    assert thimble(samples_home, "search", "--mode", "lexical", "deposit").returncode == 0
    nothing = thimble(samples_home, "search", "--mode", "lexical", "xylophonist")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    wrong = thimble(samples_home, "add", str(tmp_path / "nowhere"))
    assert wrong.returncode == 2
    assert "nowhere" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_ctrl_c_loses_nothing_and_the_next_run_goes_on(tmp_path: Path) -> None:
    home = home_of_many_notes(tmp_path, 2500)
    with start_indexing(home) as run:
        wait_until(lambda: count(home) > 0)
        run.send_signal(signal.SIGINT)
        _, told = run.communicate(timeout=30)
    assert run.returncode == 130
    assert "Traceback" not in told
    assert 0 < count(home) < 2500
    assert thimble(home, "index").returncode == 0
    assert count(home) == 2500


def test_a_killed_run_loses_nothing(tmp_path: Path) -> None:
    home = home_of_many_notes(tmp_path, 2500)
    with start_indexing(home) as run:
        wait_until(lambda: count(home) > 0)
        run.kill()
    assert count(home) > 0
    assert thimble(home, "search", "--mode", "lexical", "words").returncode == 0
    assert thimble(home, "index").returncode == 0
    assert count(home) == 2500


def test_documents_cannot_drive_the_terminal(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "evil\x1b]0;pwned\x07.md").write_text(
        "# Title \x1b[2J\n\nheron \x1b]52;c;aGk=\x07 \x9b31m"
    )
    home = tmp_path / "home"
    outputs = [
        thimble(home, "add", str(notes)),
        thimble(home, "search", "heron"),
        thimble(home, "search", "--json", "heron"),
        thimble(home, "show", str(next(notes.iterdir()))),
        thimble(home, "why", str(next(notes.iterdir()))),
        thimble(home, "status"),
    ]
    for output in outputs:
        assert output.returncode == 0
        assert not set(output.stdout + output.stderr) & {"\x1b", "\x07", "\x9b"}


def test_the_terminal_app_is_refused_without_a_terminal(samples_home: Path) -> None:
    done = thimble(samples_home, stdin="")
    assert done.returncode == 2
    assert "usage" in done.stderr


def home_of_many_notes(tmp_path: Path, number: int) -> Path:
    """Return a home where so many notes wait to be indexed."""
    notes = tmp_path / "notes"
    notes.mkdir()
    for one in range(number):
        (notes / f"{one}.md").write_text(f"# Note {one}\n\n" + "Some words to read. " * 60)
    thimble(tmp_path / "home", "add", str(notes), "--later")
    return tmp_path / "home"


def start_indexing(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-m", "app", "index"],
        env=os.environ | {"THIMBLE_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )


def count(home: Path) -> int:
    """Return how many files the index holds, as this other process sees it."""
    store = Store(home / "index" / "thimble.db")
    try:
        return store.status().files
    finally:
        store.close()


def wait_until(condition: Callable[[], bool], timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def test_a_folder_that_is_away_is_told_of_and_keeps_what_is_indexed(tmp_path: Path) -> None:
    notes, home = tmp_path / "notes", tmp_path / "home"
    (notes / "inner").mkdir(parents=True)
    (notes / "inner" / "a.md").write_text("The kettle boils.")
    thimble(home, "add", str(notes))
    notes.rename(tmp_path / "unplugged")
    done = thimble(home, "index")
    assert f"could not look into {notes} (No such file or directory)" in done.stderr
    assert "up to date" not in done.stderr
    notes.write_text("a file in its place")
    assert f"could not look into {notes} (Not a directory)" in thimble(home, "index").stderr
    notes.unlink()
    (tmp_path / "unplugged").rename(notes)
    assert "up to date" in thimble(home, "index").stderr
    assert "a.md" in thimble(home, "search", "kettle").stdout


def test_a_file_from_the_year_5000_stops_nothing(tmp_path: Path) -> None:
    notes, home = tmp_path / "notes", tmp_path / "home"
    notes.mkdir()
    for number, moment in enumerate((95_617_584_000, 2**33, -(2**31), 0, 2**62 // 10**9)):
        (notes / f"{number}.md").write_text(f"The kettle number {number} boils.")
        os.utime(notes / f"{number}.md", (moment, moment))
    assert "indexed 5 files" in thimble(home, "add", str(notes)).stderr
    assert "up to date" in thimble(home, "index").stderr
    for options in (["--recent"], ["--since", "1y"], ["--json"], ["--mode", "semantic"], []):
        done = thimble(home, "search", *options, "kettle")
        assert (done.returncode, done.stderr) == (0, "")
    assert thimble(home, "status").returncode == 0
    assert "sound" in thimble(home, "doctor").stderr
