"""Answers by model servers on loopback: good, slow, broken and hostile ones, and llama.cpp."""

from __future__ import annotations

import json
import os
import pwd
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.ask import Address, servers
from app.engine.engine import Engine
from app.user.paths import Paths
from app.user.settings import Settings
from store import Answer, Exchange, Query
from tests.app.model_server import Act, Handler, Script, say, serving

QUESTION = "within how many days is the deposit returned?"
DEPOSIT = "The deposit is returned within thirty days."
INSTEAD = "; these are sentences of your documents instead"


@pytest.fixture
def settings(own_home: Path) -> Settings:
    return Settings(Paths.find({"THIMBLE_HOME": str(own_home)}), ask_timeout_s=30)


@pytest.fixture
def notes(tmp_path: Path, settings: Settings) -> Path:
    root = tmp_path / "notes"
    root.mkdir()
    (root / "lease.md").write_text(
        f"# Lease\n\n{DEPOSIT} The rent is 950 euro. See https://lease.example/terms for more.\n"
    )
    (root / "letter.md").write_text(
        "# Letter about the deposit\n\nMrs Okafor did not return the deposit of the lease.\n"
    )
    (root / "soup.md").write_text("# Soup\n\nSimmer carrots and celery for an hour.\n")
    with Engine(settings) as engine:
        engine.add_folder(root)
        engine.index(lambda progress: None)
    return root


def ask(settings: Settings, server: str | None, question: str = QUESTION) -> list[Answer]:
    with Engine(replace(settings, ask_server=server)) as engine:
        return list(engine.ask(Query(question)))


def answered(settings: Settings, act: Act, question: str = QUESTION) -> tuple[Answer, Script]:
    script = Script(act)
    with serving(script) as address:
        return ask(settings, address, question)[-1], script


@pytest.mark.usefixtures("notes")
def test_an_answer_comes_sentence_by_sentence_with_its_sources(settings: Settings) -> None:
    script = Script(
        say("The deposit is ", "returned within thirty days [1]. ", "The rent is 950 euro [1].")
    )
    with serving(script) as address:
        answers = ask(settings, address)
    assert [len(one.sentences) for one in answers] == [0, 1, 2, 2]
    assert [one.done for one in answers] == [False, False, False, True]
    last = answers[-1]
    assert (last.found, last.notice) == (True, "")
    assert last.backend == f"tiny at {address.removeprefix('http://').removesuffix('/v1')}"
    assert [one.text for one in last.sentences] == [DEPOSIT, "The rent is 950 euro."]
    assert all(one.supported and one.citations == (1,) for one in last.sentences)
    assert last.sources[0].path.name in ("lease.md", "letter.md")
    asked = script.requests[0]
    assert (asked["model"], asked["stream"]) == ("tiny", True)
    assert "tools" not in asked


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize(
    ("said", "supported"),
    [
        ("The deposit is returned within thirty days.", True),
        ("The deposit is returned within 30 weeks.", False),
        ("The rent is 1,200 euro.", False),
        ("Mr Blofeld returned the deposit.", False),
        ("Mrs Okafor returned the deposit of the lease.", False),
        ("Mrs Okafor did not return the deposit of the lease.", True),
        ("Bitcoin wallets guarantee enormous profits tomorrow.", False),
    ],
)
def test_what_the_sources_do_not_say_is_marked(
    settings: Settings, said: str, supported: bool
) -> None:
    answer, _ = answered(settings, say(f"{said} [1][2]"))
    (sentence,) = answer.sentences
    assert (sentence.text, sentence.citations) == (said, (1, 2))
    assert sentence.supported is supported


@pytest.mark.usefixtures("notes")
def test_citations_are_made_good(settings: Settings) -> None:
    answer, _ = answered(settings, say(f"{DEPOSIT} [9] The rent is 950 euro. Bo is tall."))
    cited = {one.text: one.citations for one in answer.sentences}
    (lease,) = {answer.sources[number - 1].path.name for number in cited[DEPOSIT]}
    assert lease == "lease.md"
    assert cited["The rent is 950 euro."] == cited[DEPOSIT]
    assert cited["Bo is tall."] == ()


@pytest.mark.usefixtures("notes")
def test_thoughts_are_not_shown(settings: Settings) -> None:
    answer, _ = answered(settings, say("<think>Let me lie.", " No.\n</think>\n", f"{DEPOSIT} [1]"))
    assert [one.text for one in answer.sentences] == [DEPOSIT]


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize("said", ["NOT IN THE DOCUMENTS", "Sorry. Not in the documents."])
def test_a_model_may_find_no_answer(settings: Settings, said: str) -> None:
    answer, _ = answered(settings, say(said))
    assert (answer.found, answer.sentences, answer.done) == (False, (), True)


@pytest.mark.usefixtures("notes")
def test_a_question_about_something_else_reaches_no_model(settings: Settings) -> None:
    answer, script = answered(settings, say("Zeppelins!"), "who invented the rigid airship?")
    assert (answer.found, script.requests) == (False, [])


@pytest.mark.usefixtures("notes")
def test_what_is_written_is_shown_as_text_alone(settings: Settings) -> None:
    answer, _ = answered(
        settings,
        say(
            "**The rent** is ![x](https://evil.example/?q=950) 950 euro [1]. ",
            "Read [this page](https://evil.example/950) now [1]. ",
            "Or https://evil.example/950 here [1]. ",
            "More on https://lease.example/terms for you [1]. ",
            "<img src=https://evil.example/x><b>Bold</b> \x1b]8;;https://evil.example\x1b\\link ",
            "\x1b]52;c;aGk=\x07\x1b[2J\u202e text [1].",
        ),
    )
    text = " ".join(one.text for one in answer.sentences)
    assert "evil.example" not in text
    assert "://" not in text
    assert "lease.example/terms" in text
    assert not set(text) & set("\x1b\x07\u202e<>*![]")


FAULTS: dict[str, tuple[Act, str]] = {
    "hangs": (lambda handler, _: handler.wait(), "did not finish within 1 s"),
    "500": (lambda handler, _: handler.reply(b"boom", 500), "answered with error 500"),
    "429": (lambda handler, _: handler.reply(b"{}", 429), "is too busy (429)"),
    "half a stream": (
        lambda handler, _: handler.stream(["The deposit is "], finish=False),
        "broke off",
    ),
    "garbage": (lambda handler, _: handler.reply(b"\x00\xff\n" * 99), "broke off"),
    "garbage events": (
        lambda handler, _: handler.reply(b"data: {[}\n"),
        "sent what is not an answer",
    ),
    "an event that is none": (lambda handler, _: handler.reply(b"data: 7\n"), "reported an error"),
    "strange choices": (
        lambda handler, _: handler.reply(b'data: {"choices": [[]]}\n'),
        "sent what is not an answer",
    ),
    "an error event": (
        lambda handler, _: handler.reply(b'data: {"error": {"message": "x"}}\n'),
        "reported an error",
    ),
    "without end": (lambda handler, _: handler.stream(endless("word ")), "wrote without end"),
    "one endless line": (lambda handler, _: flood(handler), "sent without end"),
    "a token a minute": (lambda handler, _: drip(handler), "did not finish within 1 s"),
    "a redirect": (
        lambda handler, _: handler.reply(b"", 302, Location="http://127.0.0.1:1/v1"),
        "wants to send us elsewhere, which is refused",
    ),
    "dies": (lambda handler, _: handler.connection.shutdown(socket.SHUT_RDWR), "broke off"),
    "says nothing": (say(), "wrote nothing"),
}


def endless(piece: str) -> Iterator[str]:
    while True:
        yield piece


def flood(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * (1 << 20))


def drip(handler: Handler) -> None:
    """Send a byte now and then, so that no single read takes long."""
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.script.over.wait(0.1):
        handler.wfile.write(b":")


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_and_the_documents_answer_instead(settings: Settings, fault: str) -> None:
    act, reason = FAULTS[fault]
    limit_s = 1 if "within 1 s" in reason else 30
    started = time.monotonic()
    answer, script = answered(replace(settings, ask_timeout_s=limit_s), act)
    assert time.monotonic() - started < 25
    assert len(script.requests) == 1
    assert answer.notice.startswith("the model tiny at 127.0.0.1:")
    assert reason in answer.notice
    assert answer.notice.endswith(INSTEAD)
    assert (answer.backend, answer.done, answer.found) == ("extractive", True, True)
    assert DEPOSIT in [one.text for one in answer.sentences]


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        (b"[]", "has no list of models"),
        (b"<html>", "sent what is not an answer"),
        (b'{"data": []}', "has no model that writes"),
        (b'{"data": [{"id": "nomic-embed-text"}, {"id": 7}, 8]}', "has no model that writes"),
    ],
)
def test_a_named_server_that_is_none_is_told(
    settings: Settings, listed: bytes, reason: str
) -> None:
    script = Script(say("x"), models=lambda handler: handler.reply(listed))
    with serving(script) as address:
        answer = ask(settings, address)[-1]
    assert reason in answer.notice
    assert answer.sentences


@pytest.mark.usefixtures("notes")
def test_a_named_server_that_does_not_run_is_told(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    answer = ask(settings, f"127.0.0.1:{port}")[-1]
    assert answer.notice == f"the model server at 127.0.0.1:{port} is not running{INSTEAD}"


@pytest.mark.usefixtures("notes")
def test_a_model_that_is_not_there_is_told(settings: Settings) -> None:
    with serving(Script(say("x"))) as address:
        answer = ask(replace(settings, ask_model="huge"), address)[-1]
    assert "has no model huge; it has: nomic-embed, tiny" in answer.notice


@pytest.mark.usefixtures("notes")
def test_a_server_on_a_usual_port_is_told_of_and_gets_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a passage nor the key: nobody has said that it may."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    script = Script(say(f"{DEPOSIT} [1]"))
    mute = Script(say(), models=lambda handler: handler.wait())
    with serving(script) as address, serving(mute) as silent:
        ports = [int(one.removesuffix("/v1").rpartition(":")[2]) for one in (silent, address)]
        monkeypatch.setattr(servers, "_PORTS", tuple(ports))
        monkeypatch.setattr(servers, "_PROBE_S", 1.0)
        answer = ask(settings, None)[-1]
        assert script.requests == []
        ask(settings, address)
    assert answer.backend == "extractive"
    assert "the model tiny at 127.0.0.1:" in answer.notice
    assert f"thimble config set ask_server 127.0.0.1:{ports[1]}" in answer.notice
    assert script.keys == [None, "Bearer sk-secret"]
    assert "sk-secret" not in repr(answer)


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize(("user", "asked"), [(None, False), ("any", True), ("nobody", True)])
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can let another user listen")
def test_a_server_of_another_user_gets_nothing_until_that_user_is_trusted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, user: str | None, asked: bool
) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    script = Script(say(f"{DEPOSIT} [1]"))
    os.seteuid(nobody)  # a socket belongs to who makes it
    try:
        serving_there = serving(script)
        address = serving_there.__enter__()
    finally:
        os.seteuid(0)
    try:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        answer = ask(replace(settings, ask_server_user=user), address)[-1]
    finally:
        serving_there.__exit__(None, None, None)
    assert bool(script.requests) is asked
    assert (answer.backend != "extractive") is asked
    if not asked:
        assert script.keys == []
        assert "runs as another user (nobody)" in answer.notice
        assert "thimble config set ask_server_user nobody" in answer.notice


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("[::1]", True),
        ("127.0.0.1.example", False),
        ("localhost.example", False),
        ("10.0.0.7", False),
        ("0.0.0.0", False),
        ("[::ffff:10.0.0.7]", False),
    ],
)
def test_this_machine_is_what_resolves_to_loopback(host: str, is_local: bool) -> None:
    assert Address.parse(f"http://{host}:8080").is_local is is_local


def test_a_name_that_resolves_elsewhere_as_well_is_not_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def both(host: str, port: int, **_: object) -> list[Any]:
        return [(0, 0, 0, "", (one, port)) for one in ("127.0.0.1", "93.184.216.34")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    assert not Address.parse("localhost:8080").is_local


@pytest.mark.usefixtures("notes")
def test_without_a_server_the_documents_answer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setattr(servers, "_PORTS", (free.getsockname()[1],))
    started = time.monotonic()
    answer = ask(settings, None)[-1]
    assert (answer.backend, answer.notice) == ("extractive", "")
    assert answer.sentences[0].text == DEPOSIT
    assert answer.sources[answer.sentences[0].citations[0] - 1].path.name == "lease.md"
    assert time.monotonic() - started < 25


@pytest.mark.usefixtures("notes")
def test_passages_that_do_not_fit_are_left_out(settings: Settings) -> None:
    def small(handler: Handler, request: dict[str, Any]) -> None:
        if "passage 2" in request["messages"][-1]["content"]:
            handler.reply(b'{"error": {"message": "exceeds the available context size"}}', 400)
        else:
            handler.stream(["The rent is 950 euro."])

    answer, script = answered(settings, small)
    assert len(script.requests) > 1
    assert len(answer.sources) == 1
    assert answer.notice == ""


@pytest.mark.usefixtures("notes")
def test_a_follow_up_is_asked_with_what_was_said(settings: Settings) -> None:
    script = Script(say("950 euro [1]."))
    with serving(script) as address, Engine(replace(settings, ask_server=address)) as engine:
        history = (Exchange("what does the lease say about rent?", "It is due."),)
        *_, answer = engine.ask(Query("and how much is it?"), history=history)
    assert answer.sources[0].path.name == "lease.md"
    roles = [message["role"] for message in script.requests[0]["messages"]]
    assert roles == ["system", "user", "assistant", "user"]


@pytest.mark.usefixtures("notes")
def test_llama_cpp_answers(settings: Settings, tmp_path: Path) -> None:
    """The real server with a tiny model that knows one word."""
    child = Path(__file__).with_name("llama_server.py")
    with subprocess.Popen(
        [sys.executable, str(child), str(tmp_path / "tiny.gguf")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["address"]
        answers = ask(replace(settings, ask_timeout_s=60), address)
        process.communicate("\n", timeout=30)
    assert answers[-1].done
    assert answers[-1].notice == ""
    assert answers[-1].backend.startswith("tiny.gguf at 127.0.0.1:")
    (sentence,) = answers[-1].sentences
    assert set(sentence.text.split()) == {"word40"}
    assert not sentence.supported
