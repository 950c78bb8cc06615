"""The bench is fair to its rivals: same chunks, honest counts, pictures of the real figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from bench import environment, publish
from bench.ablations import Variant, section
from bench.environment import Rivals, RivalsMissing
from bench.folders import Plan, write_folder
from bench.leann import Side, _least_lead, _speeds
from bench.leann_mode import Curve, count_calls, curve, new_home, opened
from bench.passages import Passages, nearest, passage_number, recall_at
from bench.plots import Line, Plot, to_svg
from bench.report import Measure, Report, Section, Table, at_most, to_json, to_markdown
from bench.sets import Text
from bench.workspace import Places, Workspace
from indexer import BUILT_IN, Embedder, Model
from store import Mode, Query

TEXTS = (
    "Wash a waterproof coat with soap flakes and dry it warm, then it sheds the rain again.",
    "A sourdough starter wants flour and water twice a day until it doubles in four hours.",
    "The ferry to the island leaves at nine and at two, bicycles travel for nothing.",
    "Prune the apple tree in late winter, before the buds open, and never more than a third.",
)
SVG = "{http://www.w3.org/2000/svg}"


def side(system: str, *points: tuple[int, list[int]]) -> Side:
    """A side with one query, whose truth is 0 … 9, and points (recomputed, found)."""
    points_ = [Curve(spent, [found], [spent]) for spent, found in points]
    truth = [list(range(10))]
    return Side(system, 100, 2.0, 0, {}, points_, truth, points_[0], [0.1, 0.3], [1.0, 1.0], [2.0])


@pytest.fixture(scope="module")
def passages() -> Passages:
    model = Embedder(Model.load(BUILT_IN))
    queries = ("rain goes through my jacket", "when does the boat sail")
    return Passages(TEXTS, queries, model.embed_passages(TEXTS), model.embed_queries(queries))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(Places(tmp_path, (), BUILT_IN, tmp_path / "out"), quick=True)


def test_recall_counts_the_truly_nearest_among_the_first_found() -> None:
    truth = [[1, 2, 3], [4, 5, 6]]
    assert recall_at(3, [[3, 9, 1], [6, 5, 4]], truth) == pytest.approx((2 / 3 + 1) / 2)
    assert recall_at(1, [[3, 1], [4]], truth) == 0.5
    assert recall_at(3, [[], [4, 5, 6]], truth) == 0.5


def test_the_truth_is_the_nearest_first() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
    assert nearest(vectors, np.array([[0, 1]], np.float32), 2) == [[1, 2]]


def test_every_passage_is_one_chunk_and_looked_up_embeddings_change_nothing(
    workspace: Workspace, passages: Passages, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workspace.fresh("passages")
    passages.write_files(folder)
    assert {passage_number(path) for path in folder.rglob("*.txt")} == set(range(len(TEXTS)))
    thimble = new_home(workspace, "mode", BUILT_IN)
    thimble.add(folder)
    assert thimble.status()["chunks"] == len(TEXTS)
    with opened(thimble, BUILT_IN) as engine:
        calls = count_calls(engine)
        assert list(engine.search(Query(passages.queries[0], mode=Mode.SEMANTIC)))
        assert sum(calls) == len(TEXTS)
    with opened(thimble, BUILT_IN) as engine:
        monkeypatch.delattr(Embedder, "_run")  # nothing is embedded any more
        points = list(curve(engine, passages, (1, 4)))
    assert [point.recomputed for point in points] == [[1, 1], [4, 4]]
    assert recall_at(3, points[1].found, nearest(passages.vectors, passages.asked, 3)) == 1


def test_the_least_lead_is_taken_where_the_rival_does_best() -> None:
    ours = side("thimble", (10, [0, 1, 2, 3, 4]), (30, list(range(9))))
    theirs = side("LEANN", (20, [0, 1, 2]), (100, list(range(10))))
    assert _least_lead(ours, theirs, 10) == pytest.approx(0.9 - 1.0)
    assert _least_lead(ours, side("LEANN", (20, [0, 1, 2])), 10) == pytest.approx(0.7 - 0.3)


def test_ratios_say_how_many_times_longer_the_rival_takes() -> None:
    slow = Side("LEANN", 100, 9.0, 0, {}, [], [], Curve(1, [], []), [2.0, 3.0], [5.0, 5.0])
    found = {row.what: row for row in _speeds(side("thimble", (1, [])), slow, "LEANN")}
    assert found["search, API, median"].value == pytest.approx(20)
    assert found["search, API, median"].verdict == "pass"
    assert found["search, command line, p95"].value == pytest.approx(5)
    assert found["search, command line, p95"].verdict == "FAIL"
    assert found["search, command line without a daemon, median"].value == pytest.approx(2.5)
    assert found["build, same model"].value == 4.5


def test_a_quick_run_installs_nothing(workspace: Workspace) -> None:
    with pytest.raises(RivalsMissing, match="make bench"):
        _ = workspace.rivals
    assert not (workspace.places.out / "rivals").exists()


def test_rivals_that_cannot_be_installed_say_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("--no-index\nno-such-package-anywhere==1.0\n")
    monkeypatch.setattr(environment, "_REQUIREMENTS", wanted)
    with pytest.raises(RivalsMissing, match="no-such-package-anywhere"):
        Rivals.install(tmp_path / "rivals")
    assert not Rivals.is_installed(tmp_path / "rivals")


def test_a_rival_runs_offline_in_a_home_of_its_own(tmp_path: Path) -> None:
    rivals = Rivals(tmp_path, onnx_model=BUILT_IN)
    variables = rivals.environment()
    assert variables["HOME"] == str(tmp_path)
    assert variables["HF_HUB_OFFLINE"] == "1"
    assert rivals.model == BUILT_IN
    code = "import sentence_transformers as s; print(s.__file__)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=variables, capture_output=True, encoding="utf-8"
    )
    assert "onnx_shim" in done.stdout


def test_the_stand_in_embeds_as_thimble_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(environment._SHIM)
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]

    given = SentenceTransformer(str(BUILT_IN)).encode(TEXTS)
    own = Embedder(Model.load(BUILT_IN)).embed_passages(TEXTS)
    np.testing.assert_allclose(given, own, atol=1e-5)


def test_words_are_swapped_so_that_no_text_is_told_twice(tmp_path: Path) -> None:
    prose = [Text("1", "", "The same sentence as always, and then some more words. " * 30)]
    prose.append(Text("2", "", "Quite other language about entirely different matters. " * 30))
    plain = Plan(3, 2_000, 2_100)
    swapped = Plan(3, 2_000, 2_100, swapped=0.2)
    for name, plan in (("plain", plain), ("swapped", swapped), ("again", swapped)):
        write_folder(tmp_path / name, prose, plan)
    read = {
        name: [path.read_bytes() for path in sorted((tmp_path / name).rglob("*.md"))]
        for name in ("plain", "swapped", "again")
    }
    assert read["swapped"] == read["again"] != read["plain"]


def test_a_plot_keeps_every_point_inside_its_axes_and_higher_values_higher() -> None:
    line = Line("ours & <theirs>", ((8, 0.5), (64, 0.9), (1000, 0.99)))
    drawn = ElementTree.fromstring(to_svg(Plot("p", "Title", "x", "y", (line,), "log x")))
    marks = [
        (float(at.get("cx", "")), float(at.get("cy", ""))) for at in drawn.iter(f"{SVG}circle")
    ]
    assert len(marks) == 3
    assert all(70 <= x <= 470 and 40 <= y <= 350 for x, y in marks)
    assert marks == sorted(marks, key=lambda at: (at[0], -at[1]))
    assert marks[0][1] > marks[1][1] > marks[2][1]
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    assert {"Title", "x", "y", "ours & <theirs>", "10", "100", "1,000"} <= set(texts)


def test_a_plot_without_points_is_refused() -> None:
    with pytest.raises(ValueError, match="no points"):
        to_svg(Plot("empty", "", "", "", (Line("none", ()),)))


def test_an_ablation_is_judged_by_what_it_recomputes_for_the_same_recall() -> None:
    def variant(name: str, *points: tuple[int, int]) -> Variant:
        found = [Curve(0, [list(range(hits))], [spent]) for spent, hits in points]
        return Variant(name, "", 9.0, 1000, found)

    truth = [list(range(10))]
    whole = variant("whole", (10, 5), (30, 9))
    shown = section([whole, variant("worse", (60, 7)), variant("never", (60, 2))], truth, 0.7)
    rows = shown.tables[0].rows
    assert [row[4] for row in rows] == [20.0, 60.0, "not reached"]
    assert [row[5] for row in rows] == [1.0, 3.0, "–"]
    assert len(shown.plots[0].lines) == 3


def test_the_page_joins_the_parts_of_several_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "docs" / "benchmarks.md"
    page.parent.mkdir()
    page.write_text("# Benchmarks\n\nKept by hand.\n\n## leann\n\ngone\n\n## stored\n\nkept\n")
    monkeypatch.setattr(publish, "_PAGE", page)
    plot = Plot("growth", "Growth", "x", "y", (Line("a", ((1.0, 2.0), (2.0, 3.0))),))
    measure = Measure("m", 2.0, "s", "here", at_most(1))
    first = Report({"date": "one"}, False, (Section("leann", (measure,)), Section("growth")))
    table = Table("T", ("a",), (("b",),))
    second = Report({"date": "two"}, False, (Section("growth", (), (table,), plots=(plot,)),))
    for name, report in (("1.json", first), ("2.json", second)):
        (tmp_path / name).write_text(to_json(report))
        assert to_markdown(publish.load(json.loads(to_json(report)))) == to_markdown(report)
    assert publish.main([str(tmp_path / "1.json"), str(tmp_path / "2.json")]) == 0
    text = page.read_text()
    assert text.startswith("# Benchmarks\n\nKept by hand.\n\n## The machine")
    assert "| m | 2.000 s | ≤ 1 | FAIL | here |" in text
    assert "gone" not in text
    assert "## stored\n\nkept\n" in text
    assert "![Growth](plots/growth.svg)" in text
    assert (page.parent / "plots" / "growth.svg").is_file()


def test_a_quick_run_is_not_published(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    results.write_text(to_json(Report({}, True, ())))
    assert publish.main([str(results)]) == 2
