"""`thimble model`: other models, by their path or from a hub."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from app.user.paths import Paths
from app.user.settings import load
from store import IndexModel, Migration
from tests.app.conftest import Run
from tests.app.fakes import FakeEngine
from tests.hub_server import COMMIT, NAME, serving
from tests.tiny_models import write_graph, write_json, write_model

MEAN = {"pooling_mode_mean_tokens": True}
HUB_FREE = """
import sys
from app.cli.main import main
for words in sys.argv[2:]:
    assert main(words.split()) == 0, words
assert sys.argv[1] not in sys.modules
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_model(tmp_path / "tiny", pooling=MEAN)


def thimble(*argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-m", "app", *argv],
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def setting(home: Path, key: str) -> object:
    return getattr(load(Paths.find({"THIMBLE_HOME": str(home)}), {}, {}).settings, key)


def test_the_built_in_models_are_listed(run: Run) -> None:
    rows = [line.split("\t") for line in run("model").out.splitlines()]
    assert [(row[1], row[6]) for row in rows] == [("index", "built in"), ("rank", "built in")]
    assert run("model", "list").out == run("model").out


def test_a_folder_is_added_used_shown_and_removed(run: Run, tiny: Path, own_home: Path) -> None:
    added = run("model", "add", str(tiny), "--name", "mine", "--query-prefix", "query: ")
    assert (added.code, added.out) == (0, "")
    assert "added 'mine' (8 dims, 512 tokens, licence not stated)" in added.err
    assert (own_home / "models" / "mine" / "model.toml").stat().st_mode & 0o777 == 0o600
    assert setting(own_home, "rank_model") is None
    used = run("model", "use", "mine")
    assert used.err == "thimble: 'mine' is the rank model now\n"
    assert setting(own_home, "rank_model") == own_home / "models" / "mine"
    listed = json.loads(run("model", "list", "--json").out)
    assert [(one["name"], one["used_for"]) for one in listed["models"]][2:] == [("mine", ["rank"])]
    info = json.loads(run("model", "info", "mine", "--json").out)
    assert (info["schema"], info["query_prefix"], info["pooling"]) == (1, "query: ", "mean")
    assert info["path"] == str(tiny / "onnx" / "model.onnx")
    assert "dims\t8" in run("model", "info", "mine").out
    refused = run("model", "remove", "mine")
    assert (refused.code, "is the rank model; choose another" in refused.err) == (2, True)
    assert run("model", "use", "thimble-rank").code == 0
    assert setting(own_home, "rank_model") is None
    assert run("model", "remove", "mine").code == 0
    assert [*(own_home / "models").glob("[!.c]*")] == []
    assert (tiny / "onnx" / "model.onnx").is_file()


def test_using_a_folder_adds_it_once(run: Run, tiny: Path, own_home: Path) -> None:
    assert run("model", "use", str(tiny), "--for", "both").code == 0
    folder = own_home / "models" / "tiny"
    assert setting(own_home, "index_model") == folder
    assert setting(own_home, "rank_model") == folder
    again = run("model", "use", str(tiny), "--for", "rank")
    assert (again.code, "added" in again.err) == (0, False)
    assert run("model", "use", "thimble-rank", "--for", "rank").code == 0
    assert setting(own_home, "index_model") == folder
    assert setting(own_home, "rank_model") is None  # the default is not spelled out


def test_a_new_index_model_is_said_to_need_a_run(run: Run, engine: FakeEngine, tiny: Path) -> None:
    engine.made_with = IndexModel("another")
    done = run("model", "use", str(tiny), "--for", "index")
    assert (
        "the present index answers until a new one is made; to make it: thimble index" in done.err
    )


def test_the_model_of_the_index_is_not_removed(
    run: Run, engine: FakeEngine, tiny: Path, own_home: Path
) -> None:
    run("model", "add", str(tiny))
    engine.made_with = IndexModel("x", "tiny", own_home / "models" / "tiny")
    refused = run("model", "remove", "tiny")
    assert (refused.code, "first run: thimble index" in refused.err) == (2, True)
    assert (own_home / "models" / "tiny" / "model.toml").is_file()


def test_what_goes_before_the_settings_file_is_said(
    run: Run, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("model", "add", str(tiny))
    run("model", "add", str(tiny), "--name", "other")
    monkeypatch.setenv("THIMBLE_RANK_MODEL", "other")
    done = run("model", "use", "tiny")
    assert "but THIMBLE_RANK_MODEL says otherwise, and goes before it" in done.err


def test_a_model_that_cannot_be_used_changes_nothing(
    run: Run, tiny: Path, tmp_path: Path, own_home: Path
) -> None:
    run("model", "use", str(tiny))
    before = setting(own_home, "rank_model")
    broken = write_model(tmp_path / "broken", pooling=MEAN)
    (broken / "onnx" / "model.onnx").write_bytes(b"broken")
    inputs = ("input_ids", "attention_mask", "position_ids")
    small = write_model(tmp_path / "small", pooling=MEAN, rows=20)
    foreign = write_model(tmp_path / "foreign", pooling=MEAN, inputs=inputs)
    lacking = write_model(tmp_path / "lacking", pooling=MEAN)
    (lacking / "tokenizer.json").unlink()
    wide = write_model(tmp_path / "wide")
    (wide / "model.toml").write_text(
        'name = "wide"\ndims = 9\nmax_tokens = 4\nsha256 = ""\ngraph = "onnx/model.onnx"\n'
    )
    for folder, sentence in (
        (broken, "cannot load the model"),
        (small, "does not fit"),
        (foreign, "asks for input_ids, attention_mask, position_ids"),
        (lacking, "lacks tokenizer.json"),
        (wide, "SHA-256 is not the one"),
        (tmp_path, "holds no ONNX model"),
        (tmp_path / "nowhere", "is no known model, no folder, and not a hub's name"),
    ):
        done = run("model", "use", str(folder), "--for", "both")
        assert (done.code, done.out) == (2, "")
        assert sentence in done.err
        assert "bug" not in done.err
    assert setting(own_home, "rank_model") == before
    assert setting(own_home, "index_model") is None
    assert [path.name for path in (own_home / "models").glob("[!.c]*")] == ["tiny"]


def test_wrong_dims_are_found_out_before_a_model_is_used(
    run: Run, tiny: Path, own_home: Path
) -> None:
    run("model", "add", str(tiny))
    path = own_home / "models" / "tiny" / "model.toml"
    path.write_text(path.read_text().replace("dims = 8", "dims = 9"))
    done = run("model", "use", "tiny")
    assert (done.code, "says 9 dims" in done.err) == (2, True)
    assert setting(own_home, "rank_model") is None


def test_a_model_that_changed_on_disk_is_not_used(run: Run, tiny: Path, own_home: Path) -> None:
    run("model", "add", str(tiny))
    write_graph(tiny / "onnx" / "model.onnx", seed=1)
    done = run("model", "use", "tiny")
    assert (done.code, "model.onnx is damaged or another one" in done.err) == (2, True)
    (tiny / "onnx" / "model.onnx").unlink()
    listed = run("model")
    assert (listed.code, "lacks" in listed.err) == (0, True)
    assert "model.onnx" in run("model", "info", "tiny").err


@pytest.mark.parametrize("name", ["../x", ".hidden", "a b"])
def test_a_name_that_is_no_file_name_is_refused(run: Run, tiny: Path, name: str) -> None:
    done = run("model", "add", str(tiny), f"--name={name}")
    assert (done.code, "choose one with --name" in done.err) == (2, True)


def test_names_are_given_once(run: Run, tiny: Path) -> None:
    run("model", "add", str(tiny))
    assert "already; choose another --name" in run("model", "add", str(tiny)).err
    assert "already" in run("model", "add", str(tiny), "--name", "thimble-index").err
    assert (
        "there is no model 'x'; known are thimble-index, thimble-rank, tiny"
        in run("model", "info", "x").err
    )
    assert "is the index model" in run("model", "remove", "thimble-index").err
    run("model", "use", "tiny", "--for", "both")
    assert "cannot be removed" in run("model", "remove", "thimble-index").err


def test_a_search_takes_an_added_model_by_its_name(
    run: Run, engine: FakeEngine, tiny: Path, own_home: Path
) -> None:
    run("model", "add", str(tiny))
    assert run("search", "--rank-model", "tiny", "deposit").code == 0
    assert engine.opened_with is not None
    assert engine.opened_with.rank_model == own_home / "models" / "tiny"


def test_a_migration_is_shown(
    run: Run, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = engine.status()
    migration = Migration("tiny", 3, 12, waits_for=("notes",))
    monkeypatch.setattr(engine, "status", lambda: replace(before, migration=migration))
    sentence = (
        "a new index is made with tiny: 3 of 12 files (25.0 %); the present one answers "
        "until then; it waits for notes, not there now"
    )
    assert sentence in run("status").out
    assert sentence in run("model", "list").out
    assert sentence in run("index").err
    assert json.loads(run("status", "--json").out)["migration"]["model"] == "tiny"


def test_a_model_from_a_hub_is_downloaded_checked_and_pinned(
    own_home: Path, tmp_path: Path
) -> None:
    root = write_model(tmp_path / "hub", pooling={"pooling_mode_max_tokens": True})
    write_json(root / "config_sentence_transformers.json", {"prompts": {"query": "query: "}})
    (root / "README.md").write_text("---\nlicense: mit\n---\n")
    with serving(root) as hub:
        done = thimble("model", "use", NAME, HF_ENDPOINT=hub.endpoint)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert done.stderr.splitlines()[1:] == [
            "thimble: added 'tiny-model' (8 dims, 512 tokens, licence mit); "
            "to use it: thimble model use tiny-model",
            "thimble: 'tiny-model' is the rank model now",
        ]
        assert done.stderr.startswith("thimble: downloading ")
        asked = len(hub.requests)
        again = thimble("model", "use", NAME, "--offline", HF_ENDPOINT=hub.endpoint)
        assert (again.returncode, len(hub.requests)) == (0, asked)
    folder = own_home / "models" / "tiny-model"
    told = tomllib.loads((folder / "model.toml").read_text())
    assert told["source"] == f"{NAME}@{COMMIT}"
    assert (told["token_pooling"], told["query_prefix"]) == ("max", "query: ")
    assert not Path(told["graph"]).is_absolute()
    assert setting(own_home, "rank_model") == folder
    assert not [*(own_home / "models" / ".downloads").iterdir()]


def test_without_the_network_a_name_of_a_hub_is_an_error(run: Run, own_home: Path) -> None:
    done = run("model", "add", NAME, "--offline")
    assert (done.code, "told to stay offline" in done.err) == (2, True)
    assert not own_home.exists()
    offline = thimble("model", "add", NAME, HF_HUB_OFFLINE="1")
    assert (offline.returncode, "told to stay offline" in offline.stderr) == (2, True)


def test_nothing_but_naming_a_hub_s_model_loads_what_downloads(tiny: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "lease.md").write_text("the deposit is returned in thirty days\n")
    words = [
        f"add {notes}",
        "search deposit",
        f"model use {tiny} --for both",
        "index",
        "search deposit returned",
        "search --rank-model tiny deposit returned",
        "model list",
        "model info tiny",
        "status",
        "doctor",
        "size",
    ]
    done = subprocess.run(
        [sys.executable, "-c", HUB_FREE, "huggingface_hub", *words],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )
    assert done.returncode == 0, done.stderr
