"""What is the user's own: the history, settings from the screen, programs."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from app.user.paths import Paths
from app.user.personal import History, Personal
from app.user.settings import Settings, load, write
from store import BadQuery


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.find({"THIMBLE_HOME": str(tmp_path / "home")})


@pytest.fixture
def personal(paths: Paths) -> Personal:
    return Personal(load(paths, {}, {}).settings)


def test_the_history_is_private_and_keeps_the_latest_first(paths: Paths) -> None:
    history = History(paths.home / "history")
    assert history.read() == ()
    for text in ("rent", "type:md  rent\n", "rent"):
        history.add(text)
    assert history.read() == ("rent", "type:md rent")
    assert stat.S_IMODE((paths.home / "history").stat().st_mode) == 0o600
    assert stat.S_IMODE(paths.home.stat().st_mode) == 0o700


def test_the_history_does_not_grow_for_ever(paths: Paths) -> None:
    history = History(paths.home / "history")
    for number in range(250):
        history.add(f"query {number}")
    assert len(history.read()) == 200
    assert history.read()[0] == "query 249"


def test_a_history_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    history = History(tmp_path / "file" / "history")
    history.add("rent")
    assert history.read() == ()


def test_a_setting_from_the_screen_is_kept_and_used(personal: Personal, paths: Paths) -> None:
    personal.set_setting("budget", "64")
    personal.set_setting("theme", "paper")
    assert personal.settings()["budget"] == "64"
    assert load(paths, {}, {}).settings.theme == "paper"
    personal.set_setting("theme", None)
    assert personal.settings()["theme"] == ""


def test_a_bad_setting_from_the_screen_is_refused(personal: Personal) -> None:
    with pytest.raises(ValueError, match="budget cannot be 'many'"):
        personal.set_setting("budget", "many")
    assert personal.settings()["budget"] == "32"


def test_keys_come_from_a_table_of_the_settings_file(paths: Paths) -> None:
    paths.home.mkdir()
    paths.settings.write_text('[keys]\nlibrary = "ctrl+e"\n')
    settings = load(paths, {}, {}).settings
    assert Personal(settings).keys() == {"library": "ctrl+e"}
    write(paths.settings, "budget", "8")
    assert load(paths, {}, {}).settings == Settings(paths, budget=8, keys={"library": "ctrl+e"})


def test_keys_that_are_no_table_are_refused(paths: Paths) -> None:
    paths.home.mkdir()
    paths.settings.write_text("keys = 3\n")
    with pytest.raises(ValueError, match="keys cannot be 3: a table is expected"):
        load(paths, {}, {})


def test_a_moment_that_is_none_is_a_bad_query(personal: Personal) -> None:
    assert personal.moment("2w") < personal.moment("1d")
    with pytest.raises(BadQuery, match="'soon' is not a date"):
        personal.moment("soon")


def test_without_a_screen_there_is_no_file_manager(
    personal: Personal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(OSError, match="the folder is /a/b"):
        personal.reveal_command(Path("/a/b/c.md"))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    assert personal.reveal_command(Path("/a/b/c.md")) == ["xdg-open", "/a/b"]
