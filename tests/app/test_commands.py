"""Every command but search: what it does, prints and returns."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import tui
from app.cli.printing.sandbox import walls_fields, walls_sentence
from app.user.viewer import viewer_command
from store import FileExplanation, Folder, StoreBusy, StoreFull
from tests.app.conftest import Run
from tests.app.fakes import HOME, NOTES, FakeEngine, skipped
from tests.indexer import making

INDEXED = "thimble: indexed 1,201 files, skipped 3 files in 12.3 s\n"


def test_adding_a_folder_indexes_it(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    done = run("add", str(tmp_path), "--name", "tmp", "--include", "*.md", "--exclude", "old/**")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"thimble: added 'tmp' ({tmp_path})\n" + INDEXED
    assert engine.known[1] == Folder(2, "tmp", tmp_path, ("*.md",), ("old/**",))
    assert engine.runs == 1


def test_a_folder_may_be_indexed_later(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    done = run("add", "--later", str(tmp_path))
    assert done.err.endswith("thimble: to read it: thimble index\n")
    assert engine.runs == 0


def test_a_relative_folder_is_registered_by_its_full_path(
    run: Run, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("add", "--later", ".")
    assert engine.known[1].path == tmp_path


def test_a_folder_that_cannot_be_added_is_an_error(run: Run, engine: FakeEngine) -> None:
    engine.error = ValueError("/nowhere is not a folder")
    done = run("add", "/nowhere")
    assert (done.code, done.err) == (2, "thimble: /nowhere is not a folder\n")


@pytest.mark.parametrize("given", ["notes", "/home/ada/notes", "/home/ada/x/../notes/"])
def test_a_folder_is_removed_by_name_or_path(run: Run, engine: FakeEngine, given: str) -> None:
    done = run("remove", "-y", given)
    assert (done.code, engine.known) == (0, [])
    assert done.err == "thimble: removed 'notes' from the index; its files are untouched\n"


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"YES\n", 0), (b"n\n", 1), (b"", 1)])
def test_people_are_asked_before_a_folder_is_removed(
    run: Run, engine: FakeEngine, answer: bytes, code: int
) -> None:
    done = run("remove", "notes", stdin=answer, terminal=True)
    assert done.code == code
    assert engine.known == ([] if code == 0 else [NOTES])
    assert done.err.startswith(
        "Forget 'notes' (/home/ada/notes)? Its files stay as they are. [y/N] "
    )


def test_without_anyone_to_ask_nothing_is_removed(run: Run, engine: FakeEngine) -> None:
    done = run("remove", "notes", stdin=b"y\n")
    assert (done.code, engine.known) == (2, [NOTES])
    assert done.err == "thimble: nobody is there to ask; to remove without a question, add -y\n"


def test_an_unknown_folder_cannot_be_removed(run: Run, engine: FakeEngine) -> None:
    engine.known.append(replace(NOTES, id=2, name="mail", path=HOME / "mail"))
    done = run("remove", "-y", "zzz")
    assert done.err == "thimble: no folder 'zzz' is indexed; there are: notes, mail\n"
    assert done.code == 2


def test_folders_are_listed(run: Run, engine: FakeEngine) -> None:
    mail = Folder(2, "mail", Path("/mnt/mail"), ("*.eml",), ("spam/**",), online=False)
    engine.known.append(mail)
    assert run("list").out == (
        "notes\t/home/ada/notes\t\nmail\t/mnt/mail\tnot there now, only *.eml, not spam/**\n"
    )
    assert run("list", "--color=never", terminal=True).out == (
        "name   folder\nnotes  ~/notes\nmail   /mnt/mail  not there now, only *.eml, not spam/**\n"
    )
    assert json.loads(run("list", "--json").out)["folders"][1] == {
        "name": "mail",
        "path": "/mnt/mail",
        "online": False,
        "include": ["*.eml"],
        "exclude": ["spam/**"],
    }


def test_an_empty_list_is_exit_code_1(run: Run, engine: FakeEngine) -> None:
    engine.known = []
    done = run("list", "--json")
    assert (done.code, json.loads(done.out)) == (1, {"schema": 1, "folders": []})
    assert done.err == "thimble: no folder is indexed yet; add one with: thimble add DIR\n"


def test_indexing_ends_with_a_summary_on_stderr(run: Run) -> None:
    done = run("index")
    assert (done.code, done.out, done.err) == (0, "", INDEXED)


def test_quiet_indexing_says_nothing(run: Run, engine: FakeEngine) -> None:
    done = run("index", "--quiet", terminal=True)
    assert (done.code, done.out, done.err, engine.runs) == (0, "", "", 1)


def test_without_a_folder_there_is_nothing_to_index(run: Run, engine: FakeEngine) -> None:
    engine.known = []
    done = run("index")
    assert (done.code, engine.runs) == (1, 0)
    assert "thimble add DIR" in done.err


def test_a_busy_index_is_an_error_in_one_sentence(run: Run, engine: FakeEngine) -> None:
    engine.error = StoreBusy("the index is being written by pid 7; try again when it is done")
    done = run("index")
    assert (done.code, done.out) == (2, "")
    assert done.err == "thimble: the index is being written by pid 7; try again when it is done\n"


def test_the_status_counts_what_there_is(run: Run, engine: FakeEngine) -> None:
    engine.writer = "pid 7, thimble index"
    assert run("status").out == (
        "2 files, 31 chunks, 1 skipped, 0 failed\n"
        "being written by pid 7, thimble index\n"
        f"{walls_sentence()}\n"
        "\n"
        "notes\t2\t31\t1\t0\t4.2 MB\t/home/ada/notes\n"
    )
    assert json.loads(run("status", "--json").out) == {
        "schema": 1,
        "files": 2,
        "chunks": 31,
        "skipped": 1,
        "failed": 0,
        "roots": [
            {
                "name": "notes",
                "path": "/home/ada/notes",
                "online": True,
                "files": 2,
                "chunks": 31,
                "skipped": 1,
                "failed": 0,
                "text_bytes": 4_200_000,
                "missing": 0,
            }
        ],
        "writer": "pid 7, thimble index",
        "migration": None,
        "cache": {"vectors": 0, "bytes": 0, "hits": 0, "asked": 0},
        "daemon": {"state": "off"},
        "sandbox": walls_fields(),
    }


def test_people_see_the_status_as_a_table(run: Run, engine: FakeEngine) -> None:
    engine.known = [replace(NOTES, online=False)]
    assert run("status", "--color=never", terminal=True).out == (
        "2 files, 31 chunks, 1 skipped, 0 failed\n"
        f"{walls_sentence()}\n"
        "\n"
        "name   files  chunks  skipped  failed    text  folder\n"
        "notes      2      31        1       0  4.2 MB  ~/notes (not there now)\n"
    )


def test_skipped_files_are_listed_with_reasons_failures_first(run: Run, engine: FakeEngine) -> None:
    engine.skipped_files = (
        skipped(HOME / "a.png", "a picture"),
        skipped(HOME / "b.md", "cannot be read: Permission denied", failed=True),
    )
    assert "a.png" not in run("status").out
    assert run("status", "--skipped").out.endswith(
        "\n"
        "failed  /home/ada/b.md: cannot be read: Permission denied\n"
        "skipped  /home/ada/a.png: a picture\n"
    )
    assert json.loads(run("status", "--skipped", "--json").out)["skipped_files"] == [
        {"path": "/home/ada/a.png", "reason": "a picture", "failed": False},
        {"path": "/home/ada/b.md", "reason": "cannot be read: Permission denied", "failed": True},
    ]


def test_why_tells_the_reason(run: Run, engine: FakeEngine) -> None:
    done = run("why", "x.png")
    assert (done.code, done.out) == (1, "not indexed: a picture is not read\n")
    engine.explanation = FileExplanation(HOME, indexed=True, reason="part of 'notes'", chunks=1)
    done = run("why", "x.md")
    assert (done.code, done.out) == (0, "indexed, 1 chunk: part of 'notes'\n")


def test_the_size_is_shown_beside_the_text(run: Run) -> None:
    assert run("size", "--color=never", terminal=True).out == (
        "                                                    size  of the text\n"
        "text of your files                                1.0 MB      100.0 %\n"
        "index                                            80.0 kB        8.0 %\n"
        "  codes                                          30.0 kB        3.0 %\n"
        "  lexical                                        50.0 kB        5.0 %\n"
        "all embeddings, if they were stored as float32    1.5 MB      153.6 %\n"
        "  as float16                                    768.0 kB       76.8 %\n"
    )
    assert json.loads(run("size", "--json").out) == {
        "schema": 1,
        "text_bytes": 1_000_000,
        "index_bytes": 80_000,
        "parts": {"codes": 30_000, "lexical": 50_000},
        "ratio": 0.08,
        "stored_vectors_bytes": 1_536_000,
        "stored_float16_bytes": 768_000,
    }


def test_the_map_lists_topics_with_examples(run: Run, engine: FakeEngine) -> None:
    assert run("map", "--color=never", terminal=True).out == (
        "documents   share  topic          for example\n"
        "        3  75.0 %  rent, deposit  Lease agreement; moving.pdf\n"
        "        1  25.0 %  soup\n"
    )
    assert run("map").out == (
        "3\t75.0 %\trent, deposit\t/home/ada/notes/lease.md\t/home/ada/notes/moving.pdf\n"
        "1\t25.0 %\tsoup\n"
    )
    fields = json.loads(run("map", "--json").out)
    assert (fields["schema"], fields["documents"]) == (1, 4)
    rent, soup = fields["topics"]
    assert (rent["name"], rent["share"], rent["x"], rent["y"]) == ("rent, deposit", 0.75, 0, 1)
    assert rent["examples"][1]["place"] == "page=7"
    assert soup["examples"] == []


def test_a_narrow_terminal_cuts_the_examples_of_the_map(
    run: Run, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert run("map", "--color=never", terminal=True).out == (
        "documents   share  topic          for e…\n"
        "        3  75.0 %  rent, deposit  Lease…\n"
        "        1  25.0 %  soup\n"
    )


def test_without_documents_there_is_no_map(run: Run, engine: FakeEngine) -> None:
    engine.hits = ()
    done = run("map")
    assert (done.code, done.out) == (1, "")
    assert "add a folder with: thimble add DIR" in done.err
    assert json.loads(run("map", "--json").out)["topics"] == []


def test_settings_are_shown_with_their_origin(
    run: Run, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIMBLE_BUDGET", "64")
    out = run("config", "--threads", "3").out
    assert run("config", "show", "--threads", "3").out == out
    assert out.splitlines() == [
        "threads\t3\t--threads",
        "max_file_mb\t32\tdefault",
        "sandbox\tbest\tdefault",
        "budget\t64\tTHIMBLE_BUDGET",
        "cache_percent\t1\tdefault",
        "editor\t–\tdefault",
        "viewer\t–\tdefault",
        "index_model\t–\tdefault",
        "rank_model\t–\tdefault",
        "device\tauto\tdefault",
        "theme\t–\tdefault",
        "keys\t–\tdefault",
        "ask_server\t–\tdefault",
        "ask_server_user\t–\tdefault",
        "ask_model\t–\tdefault",
        "ask_search\tplain\tdefault",
        "ask_timeout_s\t120\tdefault",
        "battery_floor\t30\tdefault",
        "load_ceiling\t400\tdefault",
        f"(index)\t{own_home}/index\tTHIMBLE_HOME",
        f"(settings file)\t{own_home}/settings.toml\tTHIMBLE_HOME",
    ]


def test_a_setting_can_be_set_got_and_unset(run: Run, own_home: Path) -> None:
    assert run("config", "path").out == f"{own_home}/settings.toml\n"
    assert run("config", "get", "editor").code == 1
    assert run("config", "set", "editor", "code --wait").code == 0
    assert run("config", "get", "editor").out == "code --wait\n"
    assert run("config", "unset", "editor").code == 0
    assert run("config", "get", "editor").out == ""


def test_a_bad_settings_file_stops_commands_but_can_be_mended(run: Run, own_home: Path) -> None:
    own_home.mkdir()
    (own_home / "settings.toml").write_text("bugdet = 3\n")
    done = run("list")
    assert done.code == 2
    assert done.err == (
        f"thimble: {own_home}/settings.toml: there is no setting 'bugdet'; did you mean 'budget'?\n"
    )
    assert run("config", "unset", "bugdet").code == 0
    assert run("list").code == 0


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "trip.md"
    words = "with some more words to fill the paragraph up, " * 30
    parts = [f"# Part {number}\n\nBody {number} *stressed*, {words}.\n" for number in range(6)]
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


def test_a_document_is_shown_without_markup(run: Run, document: Path) -> None:
    done = run("show", str(document))
    assert done.code == 0
    assert "Body 0 stressed, with some" in done.out
    assert "Body 5 stressed, with some" in done.out
    assert "*" not in done.out


def test_a_line_shows_its_passage_between_its_neighbours(run: Run, document: Path) -> None:
    done = run("show", f"{document}:15")
    assert "Body 3 stressed" in done.out
    assert "Body 0 stressed" not in done.out
    assert "Body 5 stressed" not in done.out
    assert run("show", f"{document}:1").out.startswith(run("show", str(document)).out[:20])


def test_a_file_whose_name_ends_like_a_line_is_that_file(run: Run, document: Path) -> None:
    odd = document.with_name("trip.md:15")
    odd.write_text("I am called so.\n")
    assert run("show", str(odd)).out == "I am called so.\n"


def test_a_part_is_shown_by_its_address(run: Run, tmp_path: Path) -> None:
    paper, chat = tmp_path / "paper.pdf", tmp_path / "chat.txt"
    paper.write_bytes(making.pdf("First words", "Second words"))
    chat.write_text("31.05.24, 14:03 - Ada: Lunch?\n31.05.24, 14:05 - Bert: At noon,\nor one.\n")
    assert run("show", f"{paper}#page=2").out == "Second words\n"
    assert "At noon" in run("show", f"{chat}#message=2").out
    assert "Lunch" not in run("show", f"{chat}#message=2").out
    missing = run("show", f"{paper}#page=3")
    assert missing.code == 2
    assert "there is no page=3 in it, only page=1 to page=2" in missing.err


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        ("zathura --fork", ["zathura", "--fork", "--page=3", "PATH"]),
        ("okular", ["okular", "--page", "3", "PATH"]),
        ("my-viewer", ["my-viewer", "PATH"]),
    ],
)
def test_a_pdf_opens_at_its_page(tmp_path: Path, viewer: str, expected: list[str]) -> None:
    paper = tmp_path / "paper.pdf"
    command = viewer_command(paper, 3, viewer=viewer, environ={})
    assert command == [part.replace("PATH", str(paper)) for part in expected]


def test_without_a_screen_a_pdf_is_not_opened(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(making.pdf("Words"))
    done = run("open", f"{paper}#page=1")
    assert done.code == 2
    assert "there is no screen to show it on; its text: thimble show" in done.err


@pytest.mark.parametrize("given", ["/nowhere/x.md", "/nowhere/x.md:12"])
def test_a_missing_document_is_named(run: Run, given: str) -> None:
    done = run("show", given)
    assert done.code == 2
    assert done.err == "thimble: /nowhere/x.md: No such file or directory\n"


def test_a_document_that_is_not_text_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(bytes(range(256)))
    done = run("show", str(path))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("thimble: ")


def test_bare_thimble_opens_the_screen_on_a_terminal(
    run: Run, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tui.Backend] = []

    def show(backend: tui.Backend) -> int:
        opened.append(backend)
        return 0

    monkeypatch.setattr(tui, "run", show)
    assert run(terminal=True).code == 0
    assert run("tui", terminal=True).code == 0
    assert opened == [engine, engine]


def test_help_is_a_command_too(run: Run) -> None:
    wanted = (["help", "search"], ["search", "--help"], ["help"], ["--help"])
    done = [run(*argv) for argv in wanted]
    assert [one.code for one in done] == [0, 0, 0, 0]
    assert done[0].out == done[1].out
    assert done[0].out.startswith("usage: thimble search")
    assert done[2].out == done[3].out


def test_help_for_an_unknown_command_names_the_nearest(run: Run) -> None:
    done = run("help", "serch")
    assert done.code == 2
    assert "did you mean 'search'?" in done.err


def test_bare_thimble_in_a_pipe_prints_help_and_fails(run: Run) -> None:
    done = run()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("usage: thimble")


def test_the_screen_needs_a_terminal(run: Run) -> None:
    done = run("tui")
    assert done.code == 2
    assert done.err == "thimble: the screen needs a terminal; in a pipe use: thimble search\n"


def test_a_purge_that_cannot_be_finished_says_what_is_left(
    run: Run, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compact() -> tuple[int, int]:
        raise StoreFull("cannot write the index at /x (database or disk is full)")

    monkeypatch.setattr(engine, "compact", compact)
    done = run("remove", "-y", "--purge", "notes")
    assert (done.code, engine.known) == (2, [])
    assert "'notes' is removed, but traces of it are still in the index: cannot write" in done.err
    assert "thimble index --compact" in done.err
    assert "holds no trace" not in done.err
