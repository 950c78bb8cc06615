"""A file that changed since it was indexed is shown only if the next run would index it."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine.engine import Engine
from app.user.paths import Paths
from app.user.settings import Settings
from indexer import Unreadable
from store import Hit, Mode, Query

KEY = (
    "-----BEGIN RSA "
    + "PRIVATE KEY-----\n"
    + "MIIEowIBAAKCAQEAsecretsecretharbour" * 12
    + "\n-----END RSA "
    + "PRIVATE KEY-----\n"
)
TOKENS = "password: hunter2-Harbour!\ntoken: " + "ghp_" + "a1B2" * 9 + "\n"


@pytest.fixture
def engine(own_home: Path) -> Iterator[Engine]:
    with Engine(Settings(Paths.find({"THIMBLE_HOME": str(own_home)}), max_file_mb=1)) as engine:
        yield engine


@pytest.fixture
def note(tmp_path: Path, engine: Engine) -> Path:
    root = tmp_path / "notes"
    root.mkdir()
    (root / "harbour.md").write_text("# Harbour\n\nThe harbour master writes down every boat.\n")
    (root / "soup.md").write_text("# Soup\n\nSimmer carrots and celery for an hour.\n")
    engine.add_folder(root)
    engine.index(lambda progress: None)
    return root / "harbour.md"


def hits(engine: Engine, text: str = "harbour master", mode: Mode = Mode.HYBRID) -> list[Hit]:
    """Return the hits in the note."""
    answers = [*engine.search(Query(text, mode=mode))]
    return [hit for hit in answers[-1].hits if hit.path.name == "harbour.md"]


@pytest.mark.parametrize("secret", [KEY, TOKENS], ids=["key", "tokens"])
@pytest.mark.parametrize("mode", [*Mode])
def test_a_secret_is_shown_by_no_way_before_the_next_run(
    engine: Engine, note: Path, secret: str, mode: Mode
) -> None:
    (hit,) = hits(engine)
    note.write_text(secret)
    for text in ("harbour", "harbour master", "password token"):
        assert hits(engine, text, mode) == []
    with pytest.raises(OSError, match="looks like a secret"):
        engine.preview(hit)
    with pytest.raises(Unreadable, match="looks like a secret"):
        engine.read(note)
    for answer in engine.ask(Query("what does the harbour master write down?")):
        assert "hunter2" not in repr(answer)
        assert "MIIE" not in repr(answer)


def test_a_secret_that_the_user_asked_for_is_shown(engine: Engine, tmp_path: Path) -> None:
    root = tmp_path / "keys"
    root.mkdir()
    (root / "harbour.md").write_text("The harbour master has the key.")
    engine.add_folder(root, include=["harbour.*"])
    engine.index(lambda progress: None)
    (root / "harbour.md").write_text(f"harbour master\n{TOKENS}")
    (hit,) = hits(engine)
    assert "hunter2" in hit.text


def test_what_grew_too_large_or_became_binary_is_not_shown(engine: Engine, note: Path) -> None:
    note.write_text("The harbour master writes. " * 60_000)
    assert hits(engine) == []
    with pytest.raises(Unreadable, match="larger than 1 MiB"):
        engine.read(note)
    note.write_bytes(b"\x7fELF harbour master" + bytes(range(256)) * 20)
    assert hits(engine) == []


def test_an_edit_through_memory_is_seen_though_no_time_changed(engine: Engine, note: Path) -> None:
    before = note.stat()
    with note.open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        at = mapped.find(b"every boat")
        mapped[at : at + 10] = b"every goat"
    os.utime(note, ns=(before.st_atime_ns, before.st_mtime_ns))
    (hit,) = hits(engine)
    assert "every goat" in hit.text


def test_agents_are_told_why(own_home: Path, engine: Engine, note: Path) -> None:
    from app.agents.tools import Tools

    tools = Tools(engine)
    found = tools.search("harbour master", 3, "hybrid", (), (), recent=False)
    (place,) = {hit.id for hit in found.hits if hit.source.endswith("harbour.md")}
    note.write_text(KEY)
    with pytest.raises(ValueError, match="looks like a secret"):
        tools.get(place, around=0, offset=0)
