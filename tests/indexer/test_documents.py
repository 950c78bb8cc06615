"""Documents that are no text, from the folder to the hit: the right words on the right page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from indexer import CurrentTexts, Embedder, load_quantiser
from indexer.formats.document import Unreadable
from indexer.reading.time_budget import TimeBudget
from indexer.sandbox import SandboxWorker
from store import Filters, Mode, Query
from tests.indexer import making
from tests.indexer.conftest import Notes
from tests.indexer.test_extractors import SAMPLES

PAGES = [f"Page {number} speaks of the {bird}" for number, bird in enumerate(("wren", "owl"), 1)]

TEXTS = CurrentTexts()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Notes]:
    """A folder with a document of each kind."""
    root = tmp_path_factory.mktemp("library")
    made = Notes(root, embedder, load_quantiser(embedder, root))
    for name, data in SAMPLES.items():
        made.write(name, data)
    made.write("birds.pdf", making.pdf("", *PAGES, "And here is the zanzibar"))
    made.write("scan.pdf", making.pdf(""))
    made.write("mail/cur/1712345678.M1P2.host:2,S", making.mail("Maildir", "quokka news"))
    made.write("places.sqlite", making.firefox_history(root, ("Tide tables", "https://t.org/")))
    made.index()
    yield made
    made.store.close()


@pytest.mark.parametrize(
    ("word", "name", "page", "place"),
    [
        ("wren birds", "birds.pdf", 2, "page=2"),
        ("zanzibar", "birds.pdf", 4, "page=4"),
        ("Third", "paper.pdf", 3, "page=3"),
        ("Breathe", "talk.pptx", 2, "slide=2"),
        ("Salary", "costs.xlsx", 2, "sheet=Income"),
        ("Wren", "table.ods", 1, "sheet=Birds"),
        ("Flood", "book.epub", 2, "chapter=2"),
        ("Beta", "all.mbox", 2, "message=2"),
        ("bert Yes", "2026-01-05.json", 2, "message=2"),
        ("Tide tables visited", "places.sqlite", 1, "visit=1"),
        ("Apples", "letter.docx", None, ""),
        ("early tide", "trip.eml", None, ""),
        ("beans", "note.odt", None, ""),
        ("Café", "old.rtf", None, ""),
        ("quokka", "1712345678.M1P2.host:2,S", None, ""),
        ("cat.jpg", "things.zip", None, ""),
    ],
)
def test_a_hit_says_on_which_page_it_is(
    library: Notes, word: str, name: str, page: int | None, place: str
) -> None:
    hits = library.search(word, Mode.LEXICAL, 20)
    (hit,) = [hit for hit in hits if hit.path.name == name]
    assert (hit.page, hit.place, hit.line, hit.fresh) == (page, place, 1, True)


def test_phrases_and_expressions_are_found_in_extracted_text(library: Notes) -> None:
    assert library.found("speaks of the owl", Mode.EXACT) == ["birds.pdf"]
    (hit,) = library.search(r"zanz\w+r", Mode.REGEX)
    assert (hit.path.name, hit.place) == ("birds.pdf", "page=4")
    assert library.found("hidden words", Mode.REGEX) == []  # in a file inside an archive


def test_a_search_by_meaning_reads_the_kept_text(library: Notes) -> None:
    hits = library.search("when do we sail", Mode.SEMANTIC, 20)
    assert "trip.eml" in [hit.path.name for hit in hits[:3]]


def test_what_is_not_read_says_why(library: Notes) -> None:
    assert library.reasons() == {"scan.pdf": "no text in it (a scan?)"}


def test_a_document_is_found_by_its_type(library: Notes) -> None:
    query = Query("words", 20, Mode.LEXICAL, Filters(types=("pdf",)))
    *_, answer = library.store.search(query, library.models, TEXTS.read_back, TEXTS.read_texts)
    assert {hit.path.suffix for hit in answer.hits} == {".pdf"}


def test_a_preview_shows_the_kept_text_without_taking_the_document_apart(
    library: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = library.root / "birds.pdf"
    record = library.store.file_at(library.folder, path)
    assert record is not None
    told = TEXTS.read_now(path)
    monkeypatch.setattr(SandboxWorker, "extract", fail)
    assert TEXTS.read_now(path, record, library.store.read_kept(record)) == told


def fail(*_: object) -> None:
    raise Unreadable("there is no time to read it")


def test_indexing_again_reads_nothing_again(
    library: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(library.root / "birds.pdf")
    monkeypatch.setattr(SandboxWorker, "extract", fail)
    progress = library.index()
    assert (progress.indexed, progress.moved, progress.failed) == (0, 1, 0)
    assert "birds.pdf" in library.found("zanzibar")


def test_a_document_that_changed_answers_with_its_text_of_now(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.reading.time_budget.time_budget", lambda: TimeBudget(60))
    notes.write("one.pdf", making.pdf("the old heron", "more of it"))
    notes.index()
    notes.write("one.pdf", making.pdf("", "the new heron stands"))
    (hit,) = notes.search("heron")
    assert (hit.text, hit.place, hit.fresh) == ("the new heron stands", "page=2", True)


def test_a_document_there_is_no_time_to_read_again_is_labelled(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.write("one.pdf", making.pdf("the old heron"))
    notes.index()
    notes.write("one.pdf", making.pdf("the new heron stands"))
    monkeypatch.setattr(SandboxWorker, "extract", fail)
    for mode in (Mode.LEXICAL, Mode.HYBRID, Mode.EXACT):
        (hit,) = notes.search("heron", mode)
        assert (hit.text, hit.place, hit.fresh) == ("the old heron", "page=1", False)


def test_queries_do_not_wait_for_one_document_after_another(tmp_path: Path) -> None:
    time_budget = TimeBudget(0.05)
    path = tmp_path / "x.pdf"
    path.write_bytes(making.pdf("words"))
    with path.open("rb") as file, pytest.raises(Unreadable, match="no time"):
        time_budget.extract(file.fileno(), "pdf", path.name, 1)


def test_a_document_that_is_gone_or_locked_is_not_shown(notes: Notes) -> None:
    path = notes.write("one.pdf", making.pdf("the old heron"))
    notes.index()
    path.unlink()
    assert notes.found("heron") == []


def test_a_broken_document_costs_itself_and_is_read_once_it_is_whole(notes: Notes) -> None:
    whole = making.docx("a whole letter")
    notes.write("a.docx", whole[:300])
    notes.write("b.docx", making.docx("another letter"))
    progress = notes.index()
    assert (progress.indexed, progress.failed) == (1, 1)
    assert notes.reasons()["a.docx"].startswith("damaged: no whole ZIP package")
    notes.write("a.docx", whole)
    notes.index()
    assert sorted(notes.found("letter")) == ["a.docx", "b.docx"]
    assert notes.reasons() == {}


def test_a_text_that_becomes_a_document_and_back_is_read_as_what_it_is(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.reading.time_budget.time_budget", lambda: TimeBudget(60))
    notes.write("x.txt", "plain heron")
    notes.index()
    notes.write("x.txt", making.pdf("paged heron"))
    assert [hit.text for hit in notes.search("heron")] == ["paged heron"]
    notes.index()
    assert [hit.place for hit in notes.search("heron")] == ["page=1"]
    notes.write("x.txt", "plain heron again")
    assert [hit.text for hit in notes.search("heron")] == ["plain heron again"]


def test_removed_documents_leave_no_text_behind(notes: Notes) -> None:
    canary = "unmistakablecanaryword"
    path = notes.write("one.pdf", making.pdf(f"{canary} " * 3))
    notes.write("two.txt", "something else")
    notes.index()
    record = notes.store.file_at(notes.folder, path)
    assert record is not None
    kept = notes.store.read_kept(record)(record.spans[0])
    assert canary.encode() in kept
    path.unlink()
    notes.index()
    notes.store.close()
    assert notes.store.check() == ()
    assert extracted_rows(notes) == 0


def extracted_rows(notes: Notes) -> int:
    connection = apsw.Connection(str(notes.store.path), vfs="cksmvfs")
    count = int(connection.execute("SELECT count(*) FROM extracted").get)
    connection.close()
    return count


def test_compaction_takes_the_text_along(notes: Notes) -> None:
    notes.write("a.txt", "a text that goes away")
    notes.write("b.pdf", making.pdf("a heron stays"))
    notes.index()
    (notes.root / "a.txt").unlink()
    notes.index()
    with notes.store.writer() as writer:
        assert writer.compact(force=True)
    assert notes.store.check() == ()
    assert [hit.text for hit in notes.search("heron")] == ["a heron stays"]


def test_no_worker_is_started_where_there_are_only_texts(
    notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SandboxWorker, "_start", fail)
    notes.write("a.md", "only words")
    assert notes.index().indexed == 1


def test_large_documents_are_read_where_large_texts_are_not(notes: Notes) -> None:
    notes.write("a.txt", "heron " * 200_000)
    notes.write("a.zip", making.zipped({"heron.bin": os.urandom(1 << 21)}))
    notes.index()
    assert notes.found("heron") == ["a.zip"]
    assert notes.reasons() == {"a.txt": "larger than 1 MiB (set max_file_mb)"}
