"""The bench counts right: metrics against figures worked out by hand, and files as promised."""

from __future__ import annotations

import gzip
import json
from math import log2
from pathlib import Path

import numpy as np
import pytest

from app.ask.aid import IMAGINE, RANK
from bench import metrics
from bench.aid import StandIn
from bench.folders import Plan, write_folder
from bench.publish import spliced
from bench.report import Measure, Report, Section, Table, at_least, at_most, to_json, to_markdown
from bench.retrieval import Answers, found_documents, judge
from bench.rivals import FlatVectors, Fts5, best, fuse
from bench.sets import RetrievalSet, Text, document_id, load, write_files

GRADES = {"a": 3, "b": 1, "c": 2}


@pytest.fixture
def small_set(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    texts = [
        {"id": "26/D1:1", "title": "Chat", "text": "A red kite."},
        {"id": "v1.2", "title": "", "text": "A blue boat."},
        {"id": "empty", "title": "", "text": " "},
    ]
    with gzip.open(folder / "corpus.jsonl.gz", "wt", encoding="utf-8") as corpus:
        corpus.writelines(json.dumps(text) + "\n" for text in texts)
    queries = [{"id": key, "text": f"query {key}"} for key in ("unjudged", "q2", "q1")]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries))
    (folder / "qrels.tsv").write_text("q1\tv1.2\t1\nq2\t26/D1:1\t2\nq2\tv1.2\t0\n")
    return folder


def test_ndcg_has_a_linear_gain_and_a_log2_discount() -> None:
    gained = 1 / log2(2) + 0 / log2(3) + 3 / log2(4)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert metrics.ndcg(["b", "x", "a"], GRADES) == pytest.approx(gained / ideal)
    assert metrics.ndcg(["b", "x", "a"], GRADES) == pytest.approx(0.52500, abs=1e-5)


def test_the_ideal_ranking_is_worth_one_and_an_empty_one_nothing() -> None:
    assert metrics.ndcg(["a", "c", "b", "x"], GRADES) == pytest.approx(1)
    assert metrics.ndcg([], GRADES) == 0


def test_nothing_below_the_depth_counts() -> None:
    ranking = [*map(str, range(10)), "a"]
    assert metrics.ndcg(ranking, GRADES, 10) == 0
    assert metrics.recall(ranking, GRADES, 10) == 0
    assert metrics.reciprocal_rank(ranking, GRADES, 10) == 0
    assert metrics.recall(ranking, GRADES, 11) == pytest.approx(1 / 3)


def test_the_reciprocal_rank_is_that_of_the_first_relevant_document() -> None:
    assert metrics.reciprocal_rank(["x", "c", "a"], GRADES) == 1 / 2


def test_a_percentile_is_a_measured_value() -> None:
    values = [float(value) for value in range(20, 0, -1)]
    assert metrics.percentile(values, 0.5) == 10
    assert metrics.percentile(values, 0.95) == 19
    assert metrics.percentile([7.0], 0.95) == 7


def test_a_set_keeps_its_first_judged_queries_and_no_empty_document(small_set: Path) -> None:
    loaded = load(small_set, most_queries=2)
    assert loaded.queries == {"q2": "query q2"}
    assert loaded.qrels["q2"] == {"26/D1:1": 2}
    assert [text.id for text in loaded.texts] == ["26/D1:1", "v1.2"]


def test_a_document_is_found_again_by_the_name_of_its_file(small_set: Path, tmp_path: Path) -> None:
    loaded = load(small_set, most_queries=9)
    write_files(loaded, tmp_path / "files")
    files = sorted((tmp_path / "files").iterdir())
    assert {document_id(str(file)) for file in files} == {"26/D1:1", "v1.2"}
    assert files[0].read_text("utf-8") == "Chat\n\nA red kite.\n"
    assert files[1].read_text("utf-8") == "A blue boat.\n"


def test_stand_ins_know_the_answers_or_err(tmp_path: Path) -> None:
    texts = (Text("d1", "", "The kite is red."), Text("d2", "", "The boat is blue."))
    asked = RetrievalSet(
        "colours", texts, {"1": "which kite?", "2": "which boat?"}, {"1": {"d1": 1}, "2": {"d2": 1}}
    )
    standing = StandIn(asked, {"1": ["red"], "2": ["blue"]})
    assert standing.know(IMAGINE, "which kite?") == "The kite is red."
    assert standing.err(IMAGINE, "which kite?") == "The boat is blue."
    shown = "".join(
        f"<<0f passage {number}>>\n{text}\n<<0f end>>\n"
        for number, text in enumerate(("A boat.", "A Red kite.", "A goat."), 1)
    )
    assert standing.know(RANK, f"{shown}\nThe question: which kite?") == "[2] > [1] > [3]"
    assert standing.err(RANK, f"{shown}\nThe question: which kite?") == "[1] > [3] > [2]"


def test_functions_are_written_as_python_files(tmp_path: Path) -> None:
    write_files(RetrievalSet("cosqa_dev", (Text("7", "", "x = 1"),), {}, {}), tmp_path / "code")
    assert [file.name for file in (tmp_path / "code").iterdir()] == ["7.py"]


def test_hits_of_one_document_count_once_and_copies_follow_the_one_shown() -> None:
    hits: list[dict[str, object]] = [
        {"path": "/set/a.txt"},
        {"path": "/set/b.txt", "duplicates": ["/set/c.txt"]},
        {"path": "/set/a.txt"},
        {"path": "/set/26%2FD1%3A1.txt"},
    ]
    assert found_documents(hits) == ["a", "b", "c", "26/D1:1"]


def test_a_query_without_an_answer_counts_as_zero(small_set: Path) -> None:
    loaded = load(small_set, most_queries=9)
    outcome = judge(loaded, Answers("half", {"q1": ["v1.2"]}, 0.1))
    assert outcome.values == (0.5, 0.5, 0.5, 0.5)


def test_a_generated_folder_is_the_same_every_time(tmp_path: Path) -> None:
    prose = [Text("1", "", "A sentence of some length, with ü. Another one? " * 30)]
    plan = Plan(files=120, least_bytes=300, most_bytes=2_000)
    written = [write_folder(tmp_path / name, prose, plan) for name in ("one", "two")]
    ones, twos = (sorted((tmp_path / name).rglob("*.md")) for name in ("one", "two"))
    assert [one.read_bytes() for one in ones] == [two.read_bytes() for two in twos]
    assert written[0] == sum(one.stat().st_size for one in ones)
    assert len(ones) == 120
    assert all(297 <= one.stat().st_size <= 2_000 for one in ones)


def test_a_planned_total_is_about_what_is_written(tmp_path: Path) -> None:
    prose = [Text("1", "", "A sentence of some length. " * 30)]
    written = write_folder(tmp_path / "notes", prose, Plan.of_total(1_000_000, 500, 5_000))
    assert written == pytest.approx(1_000_000, rel=0.1)


def test_the_rivals_rank_by_words_by_meaning_and_by_both(tmp_path: Path) -> None:
    words = Fts5(tmp_path / "words.db", ["kites fly high", "boats float", "a kite and a boat"])
    assert words.rank("kite?", 10) == [0, 2]
    assert words.rank("zebra", 10) == []
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
    flat = FlatVectors(tmp_path / "flat.db", vectors)
    asked = np.array([0, 1], np.float32)
    assert flat.rank(asked, 2) == [1, 2]
    assert best(fuse(vectors @ asked, words.scores("kite"), 1.0), 3)[0] == 2


def test_a_report_says_which_targets_are_missed() -> None:
    measures = (
        Measure("speed", 1.5, "MB/s", "test", at_least(1)),
        Measure("share", 0.12, "", "test", at_most(0.09)),
        Measure("free", 1234567, "bytes", "test"),
    )
    table = Table("Sizes", ("part", "bytes"), (("codes", 1000),))
    report = Report({"date": "today"}, False, (Section("part", measures, (table,), ("Note.",)),))
    assert [measure.verdict for measure in measures] == ["pass", "FAIL", "–"]
    assert "| share | 0.120 | ≤ 0.090 | FAIL | test |" in to_markdown(report)
    assert "| codes | 1,000 |" in to_markdown(report)
    assert json.loads(to_json(report))["sections"][0]["measures"][1]["verdict"] == "FAIL"


def test_a_part_that_was_not_run_again_stays_on_the_page() -> None:
    machine = "## The machine and the versions\n\n"
    page = f"# Benchmarks\n\nOurs.\n\n{machine}old\n\n## one\n\n1\n\n## two\n\n2\n"
    report = "# Bench\n\nnew\n\n## two\n\n### table\n\n22\n\n## three\n\n3\n"
    assert spliced(page, report) == (
        f"# Benchmarks\n\nOurs.\n\n{machine}new\n\n## one\n\n1\n"
        "\n## two\n\n### table\n\n22\n\n## three\n\n3\n"
    )
