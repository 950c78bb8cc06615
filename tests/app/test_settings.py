from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from app.user.paths import Paths, given_path
from app.user.settings import KEYS, Settings, load, write


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.find({"THIMBLE_HOME": str(tmp_path / "home")})


def with_file(paths: Paths, text: str) -> Paths:
    paths.settings.parent.mkdir(parents=True, exist_ok=True)
    paths.settings.write_text(text, encoding="utf-8")
    return paths


def test_thimble_home_holds_everything(tmp_path: Path) -> None:
    paths = Paths.find({"THIMBLE_HOME": str(tmp_path)})
    assert paths == Paths(tmp_path, tmp_path / "index", tmp_path / "settings.toml")


def test_without_it_the_system_says_where_things_belong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/config")
    paths = Paths.find({"THIMBLE_HOME": ""})
    assert paths.index.parent == paths.home
    assert paths.index.name == "index"
    assert paths.settings.name == "settings.toml"
    assert "thimble" in str(paths.home)


def test_knowing_the_places_creates_nothing(paths: Paths) -> None:
    load(paths, {}, {})
    assert not paths.home.exists()


def test_a_typed_path_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ada")
    assert given_path("a/../b") == tmp_path / "b"
    assert given_path("~/b") == Path("/home/ada/b")


def test_without_a_file_the_defaults_hold(paths: Paths) -> None:
    loaded = load(paths, {}, {})
    assert loaded.settings == Settings(paths)
    assert loaded.origins == dict.fromkeys(KEYS, "default")


def test_a_flag_beats_the_environment_which_beats_the_file(paths: Paths) -> None:
    with_file(paths, "threads = 1\nbudget = 1\nmax_file_mb = 1\n")
    environ = {"THIMBLE_BUDGET": "2", "THIMBLE_THREADS": "2"}
    loaded = load(paths, environ, {"threads": "3", "budget": None})
    settings = loaded.settings
    assert (settings.max_file_mb, settings.budget, settings.threads) == (1, 2, 3)
    assert loaded.origins["max_file_mb"] == str(paths.settings)
    assert loaded.origins["budget"] == "THIMBLE_BUDGET"
    assert loaded.origins["threads"] == "--threads"
    assert loaded.origins["editor"] == "default"


def test_a_relative_model_folder_starts_at_the_settings_file(paths: Paths) -> None:
    with_file(paths, 'index_model = "models/small"\n')
    assert load(paths, {}, {}).settings.index_model == paths.home / "models/small"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("bugdet = 3", "there is no setting 'bugdet'; did you mean 'budget'?"),
        ("zzz = 3", "there is no setting 'zzz'; the settings are threads, max_file_mb,"),
        ("budget = 'many'", "budget cannot be 'many': a whole number is expected"),
        ("budget = true", "budget cannot be True: a whole number is expected"),
        ("threads = 0", "threads cannot be 0: it must be 1 or more"),
        ("editor = ''", "editor cannot be '': a text is expected"),
        ("editor = 3", "editor cannot be 3: a text is expected"),
        ("budget = ", "not valid TOML"),
    ],
)
def test_a_bad_setting_is_named_with_its_file(paths: Paths, text: str, complaint: str) -> None:
    with_file(paths, text)
    with pytest.raises(ValueError, match=re.escape(f"{paths.settings}: {complaint}")):
        load(paths, {}, {})


def test_a_file_that_is_not_utf_8_is_named(paths: Paths) -> None:
    with_file(paths, "")
    paths.settings.write_bytes(b"editor = '\xff'")
    with pytest.raises(ValueError, match=r"settings\.toml: not UTF-8"):
        load(paths, {}, {})


def test_a_bad_variable_is_named(paths: Paths) -> None:
    with pytest.raises(ValueError, match="THIMBLE_BUDGET: budget cannot be '-1'"):
        load(paths, {"THIMBLE_BUDGET": "-1"}, {})


def test_writing_keeps_comments_and_other_keys(paths: Paths) -> None:
    with_file(paths, "# mine\nbudget = 8  # enough\n")
    write(paths.settings, "threads", "2")
    write(paths.settings, "budget", "16")
    assert paths.settings.read_text() == "# mine\nbudget = 16  # enough\nthreads = 2\n"
    assert [path.name for path in paths.home.iterdir()] == ["settings.toml"]


def test_the_first_setting_makes_a_private_folder(paths: Paths) -> None:
    write(paths.settings, "editor", "hx")
    assert load(paths, {}, {}).settings.editor == "hx"
    assert stat.S_IMODE(paths.settings.parent.stat().st_mode) == 0o700


def test_writing_checks_the_value_first(paths: Paths) -> None:
    with pytest.raises(ValueError, match="whole number"):
        write(paths.settings, "budget", "x")
    assert not paths.home.exists()


def test_a_linked_settings_file_stays_a_link(paths: Paths, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "thimble.toml"
    real.parent.mkdir()
    real.write_text("budget = 1\n")
    paths.home.mkdir()
    paths.settings.symlink_to(real)
    write(paths.settings, "budget", "2")
    assert paths.settings.is_symlink()
    assert real.read_text() == "budget = 2\n"


def test_unsetting_takes_even_a_misspelt_key_out(paths: Paths) -> None:
    with_file(paths, "bugdet = 8\n")
    write(paths.settings, "bugdet", None)
    assert paths.settings.read_text() == ""
    write(paths.settings, "budget", None)  # not in the file: fine
    with pytest.raises(ValueError, match="did you mean 'budget'"):
        write(paths.settings, "bugdet", None)
