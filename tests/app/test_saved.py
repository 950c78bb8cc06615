"""Saved searches, near-duplicates, recency, similar documents and other languages, for real."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.main import main
from app.engine.engine import Engine
from app.engine.presenting import fold, prefer_recent
from app.user.paths import Paths
from app.user.settings import Settings
from store import Explain, Mode, Query, Results
from tests.app.conftest import Outcome
from tests.app.fakes import LEASE, MOVING

DAY = 86_400.0
LONG = " ".join(f"clause{number} of the lease, article{number}" for number in range(12))


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    root.mkdir()
    (root / "lease.md").write_text("# Lease\n\nThe deposit is returned within thirty days.\n")
    (root / "flat.md").write_text("# Flat\n\nThe deposit of the flat is paid to the landlord.\n")
    (root / "soup.md").write_text("# Soup\n\nSimmer carrots and celery for an hour.\n")
    return root


@pytest.fixture
def real(notes: Path, own_home: Path) -> Iterator[Engine]:
    paths = Paths.find({"THIMBLE_HOME": str(own_home)})
    with Engine(Settings(paths, ask_server="none")) as engine:
        engine.add_folder(notes)
        engine.index(lambda progress: None)
        yield engine


@pytest.fixture
def thimble(real: Engine, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Run a command over the real index, in a pipe."""

    def thimble(*argv: str) -> Outcome:
        real.index(lambda progress: None)
        out, err = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main(argv)
        return Outcome(code, out.getvalue(), err.getvalue())

    return thimble


Thimble = Callable[..., Outcome]


def test_a_saved_search_reports_each_new_match_once(
    thimble: Thimble, notes: Path, own_home: Path
) -> None:
    assert thimble("saved").code == 1
    assert thimble("saved", "add", "money", "deposit", "landlord").code == 0
    assert thimble("saved", "list").out == "money\tdeposit landlord\n"
    assert thimble("saved", "run") == Outcome(1, "", "")
    (notes / "agent.md").write_text("# Agent\n\nThe agent keeps the deposit in a safe.\n")
    (notes / "bread.md").write_text("# Bread\n\nKnead the dough for ten minutes.\n")
    done = thimble("saved", "run", "money")
    assert done == Outcome(0, f"{notes}/agent.md:1: The agent keeps the deposit in a safe.\n", "")
    assert thimble("saved", "run").code == 1
    (notes / "agent.md").write_text("# Agent\n\nThe agent gave the deposit back to us.\n")
    fields = json.loads(thimble("saved", "run", "--json").out)
    assert [hit["path"] for hit in fields["new"]["money"]] == [str(notes / "agent.md")]
    mode = (own_home / "saved.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert thimble("saved", "remove", "money").code == 0
    assert thimble("saved").code == 1


def test_a_saved_search_keeps_its_filters(thimble: Thimble, notes: Path) -> None:
    thimble("saved", "add", "texts", "deposit", "--type", "txt")
    (notes / "agent.md").write_text("# Agent\n\nThe agent keeps the deposit.\n")
    assert thimble("saved", "run").code == 1
    (notes / "agent.txt").write_text("Another agent wants a deposit.\n")
    assert str(notes / "agent.txt") in thimble("saved", "run").out


def test_names_of_saved_searches_are_told(thimble: Thimble, own_home: Path) -> None:
    thimble("saved", "add", "money", "deposit")
    assert "remove it first" in thimble("saved", "add", "money", "x").err
    for action in ("run", "remove"):
        done = thimble("saved", action, "nix")
        assert (done.code, "there are: money" in done.err) == (2, True)
    (own_home / "saved.json").write_text("[]")
    done = thimble("saved")
    assert (done.code, "move it away" in done.err) == (2, True)


def results(*hits: object) -> Results:
    return Results(Query("x"), hits, exact=True, explain=Explain())  # type: ignore[arg-type]


def test_nearly_the_same_passages_are_one_hit() -> None:
    first = replace(LEASE, text=LONG)
    nearly = replace(MOVING, rank=2, text=f"{LONG} once more")
    other = replace(LEASE, rank=3, path=Path("/x/other.md"), text=LONG[::-1])
    folded = fold(results(first, nearly, other))
    assert [(hit.rank, hit.path) for hit in folded.hits] == [(1, first.path), (2, other.path)]
    assert folded.hits[0].duplicates == (nearly.path, *MOVING.duplicates)


def test_short_passages_are_not_called_the_same() -> None:
    both = results(replace(LEASE, text="Paid."), replace(MOVING, text="Paid."))
    assert fold(both) is both


def test_newer_files_rise_a_little_and_no_more() -> None:
    now = 1_800_000_000.0
    old = replace(LEASE, score=0.60, modified=now - 400 * DAY)
    new = replace(MOVING, score=0.55, modified=now - DAY)
    best = replace(LEASE, path=Path("/x/best.md"), score=0.9, modified=0.0)
    ranked = prefer_recent(results(best, old, new), now, 2).hits
    assert [(hit.rank, hit.path) for hit in ranked] == [(1, best.path), (2, new.path)]


def test_recency_is_an_option(thimble: Thimble, notes: Path) -> None:
    text = "The ferry leaves at {} from the northern quay on weekdays.\n"
    (notes / "old.txt").write_text(text.format("eight"))
    (notes / "new.txt").write_text(text.format("nine"))
    os.utime(notes / "old.txt", (0, 0))
    done = thimble("search", "--recent", "-n", "1", "-l", "ferry quay")
    assert done.out == f"{notes}/new.txt\n"


def test_similar_finds_other_documents_even_for_one_that_is_not_indexed(
    thimble: Thimble, notes: Path, tmp_path: Path
) -> None:
    done = thimble("similar", "-l", "-n", "1", str(notes / "lease.md"))
    assert (done.code, done.out) == (0, f"{notes}/flat.md\n")
    outside = tmp_path / "outside.md"
    outside.write_text('# Soups\n\nA "soup" of -carrots: path:x and celery, simmered long.\n')
    done = thimble("similar", "-l", "-n", "1", f"{outside}:3")
    assert (done.code, done.out) == (0, f"{notes}/soup.md\n")
    assert thimble("similar", str(notes / "gone.md")).code == 2


@pytest.mark.parametrize(
    ("text", "query", "question"),
    [
        (
            "Die Kaution wird binnen dreißig Tagen zurückgezahlt.",
            "Kaution",
            "Wann kommt die Kaution?",
        ),
        (
            "La caution est rendue sous trente jours.",
            "caution",
            "Quand la caution est rendue ?",
        ),
        ("押金在三十天内退还。", "押金", "押金什么时候退还？"),
    ],
)
def test_other_languages_are_found_and_asked(
    real: Engine, notes: Path, text: str, query: str, question: str
) -> None:
    (notes / "andere.txt").write_text(f"{text}\n", encoding="utf-8")
    real.index(lambda progress: None)
    for mode in (Mode.HYBRID, Mode.LEXICAL, Mode.EXACT):
        hits = real.find(Query(query, mode=mode)).hits
        assert hits[0].path == notes / "andere.txt", mode
    *_, answer = real.ask(Query(question))
    assert text in [one.text for one in answer.sentences]
