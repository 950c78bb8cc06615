from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer import CurrentTexts, Unreadable
from indexer.formats.recognise import recognise
from indexer.reading.source import read_source
from store import Mode
from tests.indexer.conftest import Notes


def test_a_hit_of_a_file_edited_since_shows_its_text_of_now(notes: Notes) -> None:
    notes.write("one.md", "The heron stood in the reeds.\n")
    notes.index()
    notes.write("one.md", "A new first line.\n\nThe heron left the reeds at noon.\n")
    (hit,) = notes.search("heron reeds")
    assert "left the reeds at noon" in hit.text
    assert hit.fresh


def test_a_hit_of_a_file_that_lost_its_text_is_hidden(notes: Notes) -> None:
    notes.write("one.md", "The heron stood in the reeds.\n")
    notes.index()
    notes.write("one.md", "")
    assert notes.search("heron") == ()
    (notes.root / "one.md").unlink()
    assert notes.search("heron") == ()


def test_a_touched_file_is_still_current(notes: Notes) -> None:
    path = notes.write("one.md", "The heron stood in the reeds.\n")
    notes.index()
    os.utime(path, (5, 5))
    assert notes.found("heron", Mode.HYBRID) == ["one.md"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_text_is_read_back_in_the_encoding_of_its_file(notes: Notes, encoding: str) -> None:
    text = "Überschrift für Müßiggänger.\r\n\r\nDie Straße führt zum Café.\r\n" * 40
    notes.write("de.txt", text.encode(encoding))
    notes.index()
    hit = notes.search("Straße Café")[0]
    assert "Die Straße führt zum Café." in hit.text
    raw = hit.path.read_bytes()[hit.start : hit.end]
    codec = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    assert raw.decode(codec).replace("\r\n", "\n").strip() == hit.text


def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="not a regular file"):
        read_source(tmp_path / "pipe")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("text")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(OSError, match="symbolic links"):
        read_source(tmp_path / "link")


def test_a_whole_document_is_read_in_passages_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "long.md"
    path.write_text("\n\n".join(f"Paragraph {n}. " + "Some words follow. " * 30 for n in range(9)))
    passages = CurrentTexts().read_now(path)
    assert len(passages) > 2
    lines = path.read_text().splitlines()
    assert all(lines[one.line - 1].startswith(one.text[:12]) for one in passages)


def test_a_file_that_changes_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "note.md"
    path.write_text("the beginning\n" * 10_000)

    def write_meanwhile(name: str, head: bytes) -> str | None:
        """Between the first bytes and the rest, once."""
        if b"beginning" in head:
            path.write_text("another text\n" * 9_000)
        return recognise(name, head)

    monkeypatch.setattr("indexer.reading.source.recognise", write_meanwhile)
    read = read_source(path)
    assert read.data == b"another text\n" * 9_000
    assert read.signature.size == len(read.data)


def test_a_file_that_never_holds_still_is_left_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.md"
    path.write_text("a line\n")

    def grow(name: str, head: bytes) -> str | None:
        with path.open("a") as file:
            file.write("another line\n")
        return recognise(name, head)

    monkeypatch.setattr("indexer.reading.source.recognise", grow)
    with pytest.raises(Unreadable, match="kept changing"):
        read_source(path)
