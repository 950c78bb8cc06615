"""`thimble bench` and what `thimble index --compact` says."""

from __future__ import annotations

import json

from tests.app.conftest import Run
from tests.app.fakes import FakeEngine


def test_a_measurement_is_data_and_its_notes_are_talk(run: Run) -> None:
    done = run("bench", "--queries", "20")
    assert done.code == 0
    assert done.out.startswith("recall@3 of codes alone\t50.0 %\n")
    assert "exact answer\t30.0 ms (p50), 60.5 ms (p95)\n" in done.out
    assert "for 20 sentences of your own documents, 300 documents compared" in done.err
    assert "time was up after 50.0 % of the files" in done.err
    assert "latency with your rank model" in done.err


def test_a_measurement_can_be_json(run: Run) -> None:
    fields = json.loads(run("bench", "--json").out)
    assert (fields["schema"], fields["queries"]) == (1, 50)
    assert fields["recall"] == {"3": 0.95, "10": 0.875}
    assert fields["first_ms"] == {"p50": 12.35, "p95": 20.0}
    assert fields["cache"] == {"hits": 3, "asked": 12}
    assert fields["size"]["stored_float16_bytes"] == 768_000


def test_progress_is_drawn_on_a_terminal_only(run: Run) -> None:
    assert "exact search: 1 of 2 files" in run("bench", terminal=True).err
    assert "exact search" not in run("bench", "--json").err


def test_nothing_to_measure_is_an_error(run: Run, engine: FakeEngine) -> None:
    engine.error = ValueError("there is no text to measure with")
    assert run("bench").code == 2


def test_compaction_says_what_was_won(run: Run, engine: FakeEngine) -> None:
    done = run("index", "--compact")
    assert done.err.endswith("thimble: compacted; the index took 12.0 kB and takes 9.0 kB\n")
    engine.sizes = (9_000, 9_000)
    assert run("index", "--compact").err.endswith("compact already; the index takes 9.0 kB\n")
    assert run("index", "--compact", "--quiet").err == ""
