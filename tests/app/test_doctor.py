"""`thimble doctor`: what it says, what it does, what it returns."""

from __future__ import annotations

from pathlib import Path

from app.cli.printing.sandbox import walls_sentence
from store import Finding, IndexPart, Repair, StoreBusy
from tests.app.conftest import Run
from tests.app.fakes import FakeEngine

DAMAGE = (
    Finding(IndexPart.CODES, "block 3 of the codes is damaged or missing", (3072, 4096)),
    Finding(IndexPart.CACHE, "2 cached embeddings are damaged or of removed chunks"),
)
TOLD = (
    "codes: block 3 of the codes is damaged or missing\n"
    "cache: 2 cached embeddings are damaged or of removed chunks\n"
)
SANDBOX = f"thimble: {walls_sentence()}\n"


def test_a_sound_index_is_called_so(run: Run) -> None:
    for argv in (("doctor",), ("doctor", "--check")):
        done = run(*argv)
        assert (done.code, done.out, done.err) == (0, "", f"{SANDBOX}thimble: the index is sound\n")


def test_looking_names_the_damage_and_repairs_nothing(run: Run, engine: FakeEngine) -> None:
    engine.findings = DAMAGE
    done = run("doctor", "--check")
    assert (done.code, done.out) == (1, TOLD)
    assert done.err == f"{SANDBOX}thimble: to repair it: thimble doctor\n"
    assert (engine.findings, engine.runs) == (DAMAGE, 0)


def test_damage_is_repaired_and_what_was_lost_indexed_again(run: Run, engine: FakeEngine) -> None:
    engine.findings = DAMAGE
    done = run("doctor")
    assert (done.code, done.out, engine.runs) == (0, TOLD, 1)
    assert done.err.startswith(f"{SANDBOX}thimble: 2 files to be indexed again\n")
    assert done.err.endswith("thimble: repaired; the index is sound\n")


def test_it_is_said_where_a_damaged_database_went(run: Run, engine: FakeEngine) -> None:
    engine.findings = DAMAGE
    engine.repaired = Repair(0, Path("/home/ada/thimble.db.damaged"))
    engine.known = []
    done = run("doctor")
    assert "moved to /home/ada/thimble.db.damaged; you may delete it\n" in done.err
    assert "add them again with: thimble add DIR\n" in done.err
    assert (done.code, engine.runs) == (0, 0)


def test_damage_that_comes_back_is_an_error(run: Run, engine: FakeEngine) -> None:
    engine.findings = engine.findings_left = DAMAGE
    done = run("doctor")
    assert done.code == 2
    assert "the disk may be failing" in done.err


def test_a_check_that_cannot_be_made_is_an_error(run: Run, engine: FakeEngine) -> None:
    engine.error = StoreBusy("the index is in use")
    assert run("doctor", "--check").code == 2


def test_a_long_list_of_damage_is_cut(run: Run, engine: FakeEngine) -> None:
    engine.findings = DAMAGE[:1] * 30
    out = run("doctor", "--check").out.splitlines()
    assert (len(out), out[-1]) == (21, "and 10 findings more")
