"""Formats for other programs, lines of context, links and the pager."""

from __future__ import annotations

import csv
import io
import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.app.conftest import Run
from tests.app.fakes import LEASE, MOVING, FakeEngine

SAMPLES = Path(__file__).parents[2] / "samples"


def test_csv_is_a_table_that_no_spreadsheet_runs(run: Run, engine: FakeEngine) -> None:
    engine.hits = (LEASE, replace(MOVING, title='=cmd|" /C calc"!A1', text="-1+1"))
    rows = list(csv.DictReader(io.StringIO(run("search", "--format", "csv", "x").out)))
    assert [row["path"] for row in rows] == [str(LEASE.path), str(MOVING.path)]
    assert (rows[0]["line"], rows[0]["text"]) == ("12", LEASE.text)
    assert (rows[1]["title"], rows[1]["text"]) == ('\'=cmd|" /C calc"!A1', "'-1+1")


def test_xml_is_well_formed_whatever_is_in_it(run: Run, engine: FakeEngine) -> None:
    engine.hits = (replace(LEASE, title="<a & b>", text="]]> \x00 & < \ud800"), MOVING)
    root = ElementTree.fromstring(run("search", "--format", "xml", 'a"b<').out)
    assert root.attrib == {"query": 'a"b<'}
    hits = root.findall("hit")
    assert [hit.attrib["path"] for hit in hits] == [str(LEASE.path), str(MOVING.path)]
    assert hits[0].findtext("title") == "<a & b>"
    assert hits[1].attrib["page"] == "7"


def test_markdown_is_a_list_with_links_and_nothing_live_in_it(run: Run, engine: FakeEngine) -> None:
    engine.hits = (LEASE, replace(MOVING, title="![x](http://evil) <b>"))
    out = run("search", "--format", "md", "x").out
    assert out.startswith(
        "1. [Lease agreement](file:///home/ada/notes/lease.md), line 12, Payments › Deposit\n\n"
        "   > The deposit is returned within 30 days.\n\n2. "
    )
    assert r"\!\[x\](http://evil) \<b\>" in out


def test_file_names_may_end_in_nul(run: Run, engine: FakeEngine) -> None:
    engine.hits = (LEASE, MOVING)
    assert run("search", "-l", "-0", "x").out == f"{LEASE.path}\0{MOVING.path}\0"
    done = run("search", "-0", "x")
    assert (done.code, "-l" in done.err) == (2, True)


def test_lines_around_a_hit_are_told_as_grep_does(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    path = tmp_path / "log.txt"
    path.write_text("".join(f"line number {number} of the log\n" for number in range(1, 9)))
    text = path.read_text().strip()
    start = text.index("line number 4")
    hit = replace(LEASE, path=path, line=1, text=text, snippet=(start, start + 13), start=0)
    engine.hits = (hit, replace(MOVING, path=tmp_path / "gone.md"))
    done = run("search", "-B", "1", "-A", "2", "x")
    assert done.out == (
        f"{path}-3-line number 3 of the log\n"
        f"{path}:4:line number 4 of the log\n"
        f"{path}-5-line number 5 of the log\n"
        f"{path}-6-line number 6 of the log\n"
        "--\n"
        f"{tmp_path}/gone.md:3:Ask the agent for the money back.\n"
    )
    assert run("search", "-C", "1", "--json", "x").code == 2


def on_a_terminal(home: Path, *argv: str, environment: dict[str, str]) -> str:
    """Run a command with its output on a pseudo-terminal; return what was drawn."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-I", "-m", "app", *argv],
        stdout=slave,
        stderr=subprocess.PIPE,
        env=os.environ | {"THIMBLE_HOME": str(home), "TERM": "xterm", "LINES": "24"} | environment,
    ) as process:
        os.close(slave)
        drawn = b""
        while chunk := _read(master):
            drawn += chunk
        assert process.wait(30) == 0
    os.close(master)
    return drawn.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:  # Linux says so when the other end has been closed
        return b""


@pytest.mark.parametrize(
    ("pager", "expected"),
    [("sed s/^/paged:/", True), ("cat", False), ("", False), ("/no/such/pager", False)],
)
def test_what_is_longer_than_the_screen_goes_through_the_pager(
    own_home: Path, tmp_path: Path, pager: str, expected: bool
) -> None:
    long, short = tmp_path / "long.txt", tmp_path / "short.txt"
    long.write_text("\n\n".join(f"Paragraph {number} says little." for number in range(60)))
    short.write_text("One line is all.")
    drawn = on_a_terminal(own_home, "show", str(long), environment={"PAGER": pager})
    assert "Paragraph 59" in drawn
    assert ("paged:" in drawn) is expected
    assert "paged:" not in on_a_terminal(own_home, "show", str(short), environment={"PAGER": pager})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of some sample documents."""
    home = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-I", "-m", "app", "add", str(SAMPLES / "home"), "--name", "home"]
    subprocess.run(command, env=os.environ | {"THIMBLE_HOME": str(home)}, check=True)
    return home


def shell(home: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a recipe with `thimble` on the path."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", script],
        env=os.environ
        | {
            "THIMBLE_HOME": str(home),
            "PATH": path,
            "HOME": str(home),
            "THIMBLE_ASK_SERVER": "none",
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_reader_that_leaves_early_is_no_error(home: Path) -> None:
    for command in ("search -n 50 rent", "ask what did the dentist cost", "search -l -0 rent"):
        done = shell(home, f"set -o pipefail; thimble {command} | head -c 1 >/dev/null")
        assert done.returncode in (0, 141)
        assert done.stderr == ""


def test_file_names_reach_other_programs(home: Path) -> None:
    done = shell(home, "thimble search -l -0 deposit | xargs -0 ls")
    assert done.returncode == 0
    assert all(Path(line).is_file() for line in done.stdout.splitlines())


def test_lines_are_what_fzf_and_editors_take_apart(home: Path) -> None:
    done = shell(home, "thimble search -n 2 deposit | while IFS=: read -r f l t; do"
                 ' thimble show "$f:$l" >/dev/null || exit 9; echo "$l"; done')  # fmt: skip
    assert done.returncode == 0
    assert all(line.isdigit() for line in done.stdout.splitlines())
    assert len(done.stdout.splitlines()) == 2


def test_vim_reads_the_hits_as_a_quickfix_list(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    listed = f"vim -Nu NONE -es -q hits +'redir! > {out}' +'silent clist' +'qa!'"
    other = f"cp hits {out}"  # where there is no vim, its format is all that can be looked at
    script = (
        f"thimble search -n 3 deposit > hits; if command -v vim; then {listed}; else {other}; fi"
    )
    shell(home, f"cd {tmp_path}; {script}")
    assert len([line for line in out.read_text().splitlines() if line.strip()]) == 3
