"""What `thimble ask` asks and what it prints."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.ask import Address
from app.ask.servers import ModelServer
from store import Exchange, Filters
from tests.app.conftest import Run
from tests.app.fakes import ANSWER, FakeEngine

BY = "thimble: answered by tiny at 127.0.0.1:8080\n"
SAID = "The deposit is returned within 30 days. The agent is called Bo."


def test_a_pipe_gets_a_sentence_a_line_and_then_the_sources(run: Run) -> None:
    done = run("ask", "when", "do", "I", "get", "the", "deposit", "back")
    assert (done.code, done.err) == (0, BY)
    assert done.out == (
        "The deposit is returned within 30 days. [1]\n"
        "The agent is called Bo. [1][2] (the sources do not say this)\n"
        "\n"
        "[1] /home/ada/notes/lease.md:12\n"
        "[2] /home/ada/notes/moving.pdf#page=7  changed since it was indexed\n"
    )


def test_people_get_short_paths_and_titles(run: Run) -> None:
    done = run("ask", "--color", "never", "deposit?", terminal=True)
    assert done.out == (
        "The deposit is returned within 30 days. [1]\n"
        "The agent is called Bo. [1][2]\n"
        "  (the sources do not say this)\n"
        "\n"
        "[1] ~/notes/lease.md:12\n"
        "    Lease agreement\n"
        "[2] ~/notes/moving.pdf#page=7  changed since it was indexed\n"
        "    moving.pdf\n"
    )


def test_long_sentences_keep_to_the_width(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    done = run("ask", "--color", "never", "deposit?", terminal=True)
    assert done.out.startswith("The deposit is returned\nwithin 30 days. [1]\n")


def test_json_is_one_object(run: Run) -> None:
    fields = json.loads(run("ask", "--json", "deposit").out)
    assert fields["sentences"][1] == {
        "text": "The agent is called Bo.",
        "citations": [1, 2],
        "supported": False,
    }
    assert [one["number"] for one in fields["sources"]] == [1, 2, 3]
    assert fields["sources"][0]["path"] == "/home/ada/notes/lease.md"
    head = {key: fields[key] for key in ("schema", "question", "found", "backend", "notice")}
    assert head == {
        "schema": 1,
        "question": ANSWER.question,
        "found": True,
        "backend": "tiny at 127.0.0.1:8080",
        "notice": "",
    }


def test_what_is_not_in_the_documents_is_said_with_exit_code_1(
    run: Run, engine: FakeEngine
) -> None:
    engine.answers = (replace(ANSWER, sentences=(), found=False),)
    done = run("ask", "deposit")
    assert (done.code, done.out, done.err) == (1, "", "thimble: not in your documents\n")
    done = run("ask", "--json", "deposit")
    assert (done.code, json.loads(done.out)["found"]) == (1, False)


def test_what_went_wrong_is_said_beside_the_answer(run: Run, engine: FakeEngine) -> None:
    engine.answers = (replace(ANSWER, notice="the model broke off"),)
    done = run("ask", "deposit")
    assert (done.code, done.err) == (0, f"thimble: the model broke off\n{BY}")
    assert done.out.startswith("The deposit")


def test_a_conversation_tells_what_was_said(run: Run, engine: FakeEngine) -> None:
    done = run("ask", "--chat", "--folder", "notes", "deposit?", stdin=b"\nand the agent?\n")
    assert done.code == 0
    filters = Filters(folders=("notes",))
    assert engine.asked == [
        ("deposit?", filters, ()),
        ("and the agent?", filters, (Exchange("deposit?", SAID),)),
    ]
    assert "ask>" not in done.err


def test_without_a_question_a_person_is_asked_for_them(run: Run, engine: FakeEngine) -> None:
    done = run("ask", stdin=b"wo?\n", terminal=True)
    assert done.err == f"ask> {BY}ask> "
    assert [question for question, _, _ in engine.asked] == ["wo?"]


def test_a_dash_reads_the_question_from_stdin(run: Run, engine: FakeEngine) -> None:
    run("ask", "-", stdin=b"when is\nrent due?\n")
    assert engine.asked[0][0] == "when is rent due?"


@pytest.mark.parametrize("words", [[], [""], ["-"]])
def test_no_question_is_an_error(run: Run, words: list[str]) -> None:
    done = run("ask", *words)
    assert (done.code, done.err) == (
        2,
        "thimble: there is no question; try: thimble ask WORDS\n",
    )


def test_json_and_a_conversation_do_not_go_together(run: Run) -> None:
    assert run("ask", "--chat", "--json", "x").code == 2


@pytest.mark.parametrize(
    ("server", "warned"),
    [
        ("https://models.example.org/v1", True),
        ("10.0.0.7:8080", True),
        ("127.0.0.1:8080", False),
        ("http://localhost:11434", False),
        ("http://[::1]:1234/v1", False),
        ("none", False),
    ],
)
def test_a_server_elsewhere_is_named_before_it_is_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch, server: str, warned: bool
) -> None:
    monkeypatch.setenv("THIMBLE_ASK_SERVER", server)
    done = run("ask", "--chat", "x", stdin=b"y\n")
    assert done.err.count("is not this machine") == warned


@pytest.mark.parametrize("server", ["ftp://x", "http://", "http://user@host/"])
def test_a_server_address_that_is_none_is_an_error(
    run: Run, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setenv("THIMBLE_ASK_SERVER", server)
    done = run("ask", "x")
    assert done.code == 2
    assert done.err.startswith("thimble: ask_server: ")


def test_with_nothing_indexed_it_says_so(run: Run, engine: FakeEngine) -> None:
    engine.known.clear()
    done = run("ask", "who", "has", "the", "keys")
    assert (done.code, done.out) == (1, "")
    assert "nothing is indexed yet" in done.err


@pytest.mark.parametrize(
    ("said", "setting"), [("y", "127.0.0.1:8080"), ("n", "none"), ("", None), (None, None)]
)
def test_a_person_is_asked_once_whether_a_model_may_answer(
    run: Run, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, said: str | None, setting: str
) -> None:
    address = Address.parse("127.0.0.1:8080")
    offered = ModelServer(address, "tiny", 4096, frozenset({0}))
    monkeypatch.setattr("app.cli.commands.ask.offered_server", lambda _: offered)
    stdin = b"" if said is None else said.encode() + b"\n"
    done = run("ask", "deposit?", stdin=stdin, terminal=True)
    assert "The model tiny at 127.0.0.1:8080 could answer, and would get your" in done.err
    config = run("config", "get", "ask_server")
    assert config.out.strip() == (setting or "")
    if setting:
        assert "could answer" not in run("ask", "deposit?", terminal=True).err


def test_a_pipe_is_asked_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.commands.ask.offered_server", lambda _: 1 / 0)
    assert run("ask", "deposit?").code == 0
