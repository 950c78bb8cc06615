"""What `thimble search` asks and what it prints."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from app.cli.printing.hits import hit_fields
from store import Filters, Mode, Query
from tests.app.conftest import Run
from tests.app.fakes import LEASE, MOVING, FakeEngine

LEASE_JSON = {
    "rank": 1,
    "score": 0.912346,
    "path": "/home/ada/notes/lease.md",
    "title": "Lease agreement",
    "heading": "Payments › Deposit",
    "line": 12,
    "page": None,
    "place": "",
    "start": 340,
    "end": 420,
    "text": "Rent is due monthly.\nThe deposit is returned\nwithin 30 days.",
    "fresh": True,
    "found_by": ["words", "meaning"],
    "modified": 1790000000.5,
    "duplicates": [],
}
EXPLAIN_JSON = {
    "chunks": 1204,
    "path": "flat",
    "scanned": 1204,
    "visited": 0,
    "candidates_words": 16,
    "candidates_meaning": 32,
    "expanded": 6,
    "recomputed": 32,
    "cache_hits": 0,
    "milliseconds": {"words": 1.25, "scan": 2.5},
}
EXPLAINED = (
    "thimble: 1,204 chunks searched, 1,204 codes compared, 16 candidates by words, "
    "32 by meaning, 32 embeddings recomputed, 6 of them found along the graph, "
    "0 taken from the cache\n"
    "thimble: words 1.2 ms, scan 2.5 ms, in all 3.8 ms\n"
)


def test_a_pipe_gets_one_plain_line_a_hit(run: Run) -> None:
    done = run("search", "deposit")
    assert done.code == 0
    assert done.err == ""
    assert done.out == (
        "/home/ada/notes/lease.md:12: The deposit is returned within 30 days.\n"
        "/home/ada/notes/moving.pdf#page=7: Ask the agent for the money back.\n"
    )


def test_people_get_a_block_a_hit(run: Run) -> None:
    done = run("search", "deposit", "--color", "never", terminal=True)
    assert done.out == (
        "● Lease agreement\n"
        "  ~/notes/lease.md:12\n"
        "  Payments › Deposit\n"
        "  The deposit is returned within 30 days.\n"
        "\n"
        "≈ moving.pdf\n"
        "  ~/notes/moving.pdf#page=7  changed since it was indexed\n"
        "  Ask the agent for the money back.\n"
        "  same text in /mnt/backup/moving.pdf\n"
    )


def test_on_a_terminal_matched_words_are_bold(run: Run) -> None:
    done = run("search", "-n", "1", "deposit", terminal=True)
    assert done.out == (
        "● \x1b[1mLease agreement\x1b[0m\n"
        "  \x1b]8;;file:///home/ada/notes/lease.md\x1b\\\x1b[36m~/notes/lease.md:12\x1b[0m\x1b]8;;\x1b\\\n"
        "  \x1b[2mPayments › Deposit\x1b[0m\n"
        "  The \x1b[1mdeposit\x1b[0m is returned within 30 days.\n"
    )


def test_the_block_keeps_to_the_width(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    done = run("search", "--color=never", "-n1", "deposit", terminal=True)
    assert done.out == (
        "● Lease agreement\n"
        "  ~/notes/lease.md:12\n"
        "  Payments › Deposit\n"
        "  The deposit is\n"
        "  returned within 30\n"
        "  days.\n"
    )


def test_json_is_one_object(run: Run) -> None:
    done = run("search", "--json", "-n", "1", "when", "is", "rent", "due")
    assert done.out.startswith('{\n  "schema": 1,\n  "query": "when is rent due",\n  "hits": [\n')
    assert json.loads(done.out) == {
        "schema": 1,
        "query": "when is rent due",
        "hits": [LEASE_JSON],
    }


def test_jsonl_is_one_object_a_hit(run: Run) -> None:
    lines = run("search", "--jsonl", "deposit").out.splitlines()
    assert [json.loads(line)["rank"] for line in lines] == [1, 2]
    assert json.loads(lines[0]) == LEASE_JSON
    assert list(json.loads(lines[0])) == list(LEASE_JSON)


def test_files_are_named_once(run: Run, engine: FakeEngine) -> None:
    engine.hits = (LEASE, MOVING, LEASE)
    expected = "/home/ada/notes/lease.md\n/home/ada/notes/moving.pdf\n"
    assert run("search", "-l", "deposit").out == expected
    assert run("search", "--format", "files", "deposit").out == expected


def test_an_explanation_is_talk_and_in_json_data(run: Run) -> None:
    done = run("search", "--explain", "deposit")
    assert "recomputed" not in done.out
    assert done.err == EXPLAINED
    done = run("search", "--explain", "--json", "deposit")
    assert json.loads(done.out)["explain"] == EXPLAIN_JSON
    assert done.err == ""


def test_what_is_asked_reaches_the_engine(run: Run, engine: FakeEngine) -> None:
    run(
        *("search", "-n", "3", "--mode", "exact", "--budget", "64"),
        *("--folder", "notes", "--path", "*.md", "--path", "~/x/*", "--type", "pdf,.MD"),
        *("--type", "txt", "--since", "2026-01-01", "--until", "2026-01-31T10:00"),
        *("--", "-x", "  due "),
    )
    home = str(Path("~").expanduser())
    filters = Filters(
        folders=("notes",),
        paths=("*.md", f"{home}/x/*"),
        types=("pdf", "md", "txt"),
        since=datetime(2026, 1, 1).timestamp(),
        until=datetime(2026, 1, 31, 10).timestamp(),
    )
    assert engine.queries == [Query("-x due", 3, Mode.EXACT, filters, 64)]


def test_the_budget_is_a_setting(
    run: Run, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIMBLE_BUDGET", "0")
    run("search", "rent")
    assert engine.queries[0].budget == 0


def test_a_folder_may_be_named_by_its_path(run: Run, engine: FakeEngine) -> None:
    run("search", "--folder", "/home/ada/notes/", "rent")
    assert engine.queries[0].filters.folders == ("notes",)


def test_an_unknown_folder_is_an_error_that_names_the_nearest(run: Run) -> None:
    done = run("search", "--folder", "nots", "rent")
    assert (done.code, done.out) == (2, "")
    assert done.err == "thimble: no folder 'nots' is indexed; did you mean 'notes'?\n"


def test_a_dash_reads_the_query_from_stdin(run: Run, engine: FakeEngine) -> None:
    run("search", "-", stdin=b"when is\nrent \xff due\n")
    assert engine.queries[0].text == "when is rent � due"


def test_a_query_that_is_not_text_is_made_text(run: Run, engine: FakeEngine) -> None:
    run("search", "caf\udce9")
    assert engine.queries[0].text == "caf?"


@pytest.mark.parametrize("words", [[], [""], ["  "], ["-"]])
def test_an_empty_query_is_an_error(run: Run, words: list[str]) -> None:
    done = run("search", *words)
    assert done.code == 2
    assert done.err == "thimble: the query is empty; try: thimble search WORDS\n"


def test_nothing_found_is_exit_code_1(run: Run, engine: FakeEngine) -> None:
    engine.hits = ()
    assert run("search", "zzz") == run("search", "-l", "zzz")
    done = run("search", "zzz")
    assert (done.code, done.out, done.err) == (1, "", "")
    assert json.loads(run("search", "--json", "zzz").out) == {
        "schema": 1,
        "query": "zzz",
        "hits": [],
    }


def test_people_are_told_that_nothing_was_found(run: Run, engine: FakeEngine) -> None:
    engine.hits = ()
    assert run("search", "zzz", terminal=True).err == "thimble: nothing found\n"
    done = run("search", "--type", "md", "zzz", terminal=True)
    assert done.err == "thimble: nothing found; there are filters on\n"


def test_before_the_first_folder_the_cure_is_told(run: Run, engine: FakeEngine) -> None:
    engine.hits = ()
    engine.known = []
    done = run("search", "zzz")
    assert done.code == 1
    assert done.err == "thimble: nothing is indexed yet; add a folder with: thimble add DIR\n"


def lines(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def test_a_batch_answers_in_order(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_bytes(lines({"id": 7, "query": "rent"}, {"id": "b", "text": "deposit"}))
    done = run("search", "--batch", str(file), "-n", "1", "--mode", "lexical")
    assert (done.code, done.err) == (0, "")
    assert [json.loads(line) for line in done.out.splitlines()] == [
        {"id": 7, "hits": [LEASE_JSON]},
        {"id": "b", "hits": [LEASE_JSON]},
    ]
    assert [(query.text, query.mode) for query in engine.queries] == [
        ("rent", Mode.LEXICAL),
        ("deposit", Mode.LEXICAL),
    ]


def test_a_batch_may_come_from_stdin_and_be_explained(run: Run) -> None:
    done = run("search", "--batch", "-", "--explain", stdin=lines({"id": 1, "query": "rent"}))
    assert json.loads(done.out)["explain"] == EXPLAIN_JSON
    assert done.err == ""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "this is not JSON in UTF-8"),
        (b"\xff", "this is not JSON in UTF-8"),
        (b"[" * 100_000, "this is not JSON in UTF-8"),
        (b"[]", 'expected an object like {"id": 1, "query": "words"}'),
        (b'{"query": "x"}', 'expected an object like {"id": 1, "query": "words"}'),
        (b'{"id": 1}', 'expected the words to search for in "query" or "text"'),
        (b'{"id": 1, "query": 3}', 'expected the words to search for in "query" or "text"'),
        (b'{"id": 1, "query": " "}', "the query is empty"),
    ],
)
def test_one_bad_line_does_not_stop_a_batch(run: Run, line: bytes, reason: str) -> None:
    good = lines({"id": 1, "query": "rent"})
    done = run("search", "--batch", "-", stdin=b"\n" + line + b"\n" + good)
    assert done.code == 2
    assert done.err == f"thimble: -, line 2: {reason}\n"
    assert json.loads(done.out)["id"] == 1


def test_a_batch_of_nothing_found_is_exit_code_1(run: Run, engine: FakeEngine) -> None:
    engine.hits = ()
    done = run("search", "--batch", "-", stdin=lines({"id": 1, "query": "zzz"}))
    assert (done.code, json.loads(done.out)) == (1, {"id": 1, "hits": []})


@pytest.mark.parametrize("also", [["rent"], ["--json"], ["-l"]])
def test_a_batch_takes_no_query_and_no_other_format(run: Run, also: list[str]) -> None:
    done = run("search", "--batch", "-", *also)
    assert done.code == 2
    assert done.err.startswith("thimble: --batch takes its queries from the file")


def test_a_missing_batch_is_named(run: Run) -> None:
    done = run("search", "--batch", "/nowhere/queries")
    assert done.code == 2
    assert done.err == "thimble: /nowhere/queries: No such file or directory\n"


def test_json_names_the_copies_that_a_hit_stands_for() -> None:
    copies = (Path("/home/ada/copy.md"), Path(os.fsdecode(b"/home/ada/\xff.md")))
    fields = hit_fields(replace(LEASE, duplicates=copies))
    assert fields["duplicates"] == ["/home/ada/copy.md", "/home/ada/\\xff.md"]
    json.dumps(fields)
