"""Agents' access, with the SDK's own client and a real process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import TextContent

from app import agents
from app.agents.ids import Target, document_id, find, passage_id
from app.agents.tools import Tools
from app.engine.engine import Engine
from app.user.paths import Paths
from app.user.settings import Settings
from tests.app.conftest import Run

COMMAND = [sys.executable, "-I", "-m", "app", "mcp"]
NOT_IDS = [
    "../../etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "%2e%2e%2fetc%2fpasswd",
    "notes/lease.md",
    "a" * 16,
    "a" * 16 + ".-1",
    "a" * 16 + ".٣",
    "\x00",
    "",
    ".",
]


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    root = tmp_path / "notes"
    root.mkdir()
    (root / "lease.md").write_text("# Lease\n\nThe deposit is returned within thirty days.\n")
    (root / "flat.md").write_text("# Flat\n\nThe deposit of the flat is paid to the landlord.\n")
    (root / "soup.md").write_text("# Soup\n\nSimmer carrots and celery for an hour.\n")
    (root / "long.txt").write_text("A sentence about herons, said again. " * 2000)
    (tmp_path / "outside.md").write_text("# Outside\n\nNobody indexed this.\n")
    return root


@pytest.fixture
def real(notes: Path, own_home: Path) -> Iterator[Engine]:
    with Engine(Settings(Paths.find({"THIMBLE_HOME": str(own_home)}))) as engine:
        engine.add_folder(notes)
        engine.index(lambda progress: None)
        yield engine


def environment(home: Path) -> dict[str, str]:
    return {"THIMBLE_HOME": str(home), "PYTHONPATH": ""}


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    schemas = {one.name: one.output_schema for one in (await client.list_tools()).tools}
    jsonschema.validate(result.structured_content, schemas[tool])
    (text,) = result.content
    assert isinstance(text, TextContent)
    assert json.loads(text.text) == result.structured_content
    return result.structured_content


@pytest.mark.usefixtures("real")
async def test_an_agent_finds_reads_and_compares_documents(own_home: Path) -> None:
    server = StdioServerParameters(
        command=COMMAND[0], args=COMMAND[1:], env=environment(own_home), cwd=Path.cwd()
    )
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == {"search", "get", "multi_get", "similar", "status"}
        for tool in tools:
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint is True
            assert tool.annotations.open_world_hint is False
            assert tool.description
            Draft202012Validator.check_schema(tool.input_schema)
            Draft202012Validator.check_schema(tool.output_schema)
            assert tool.output_schema is not None
            assert tool.output_schema["required"]
        best = (await call(client, "search", query="when is the deposit returned"))["hits"][0]
        assert (best["source"], best["line"]) == ("notes/lease.md", 1)
        assert str(own_home.parent) not in json.dumps(best)
        read = await call(client, "get", id=best["id"])
        assert "within thirty days" in read["text"]
        many = (await call(client, "multi_get", ids=[best["document"], "nonsense"]))["results"]
        assert "thirty days" in many[0]["text"]
        assert "is indexed" in many[1]["error"]
        like = (await call(client, "similar", id=best["id"], limit=1))["hits"]
        assert [hit["source"] for hit in like] == ["notes/flat.md"]
        status = await call(client, "status")
        assert (status["files"], status["folders"][0]["name"]) == (4, "notes")
        refused = await client.call_tool("get", {"id": "../outside.md"})
        assert refused.is_error
        assert "Traceback" not in str(refused.content)
        wrong = await client.call_tool("search", {"query": "", "limit": 10_000})
        assert wrong.is_error
        (told,) = wrong.content
        assert isinstance(told, TextContent)
        assert "limit: Input should be less than or equal to 50" in told.text
        assert "\n" not in told.text
        assert "http" not in told.text


def request(number: int, tool: str, arguments: dict[str, object]) -> dict[str, object]:
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


@pytest.mark.usefixtures("real")
def test_stdout_carries_protocol_only_and_the_process_ends_with_its_input(own_home: Path) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "0"},
        },
    }
    lines = [
        json.dumps(hello),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        "garbage \x1b[2J",
        "[]",
        "{" * 2000,
        json.dumps(request(3, "search", {"query": "deposit \ud800"})),
        json.dumps(request(4, "get", {"id": "\udfff"})),
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}),
    ]
    with subprocess.Popen(
        COMMAND,
        env=os.environ | environment(own_home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join(lines) + "\n")
        process.stdin.flush()
        answers: dict[object, Any] = {}
        while answers.keys() < {1, 2, 3, 4}:  # half a character is no reason for silence
            message = json.loads(process.stdout.readline())
            assert message["jsonrpc"] == "2.0"
            answers[message.get("id")] = message
        rest, told = process.communicate(timeout=30)
    assert process.returncode == 0
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest.splitlines())
    assert answers[1]["result"]["serverInfo"]["name"] == "thimble"
    assert len(answers[2]["result"]["tools"]) == 5
    assert "Traceback" not in told


@pytest.mark.parametrize("given", NOT_IDS)
def test_only_ids_of_indexed_documents_lead_anywhere(given: str, notes: Path) -> None:
    documents = [notes / "lease.md", notes / "soup.md"]
    assert find(given, documents) is None
    assert find(document_id(notes / "gone.md"), documents) is None
    assert find(passage_id(documents[0], 17), documents) == Target(documents[0], 17)
    assert find(document_id(documents[1]), documents) == Target(documents[1], None)


def test_a_long_document_is_read_in_parts(real: Engine, notes: Path) -> None:
    tools, given = Tools(real), document_id(notes / "long.txt")
    text = ""
    offset: int | None = 0
    while offset is not None:
        part = tools.get(given, 0, offset)
        assert len(part.text) <= 20_000
        text, offset = text + part.text, part.next_offset
    assert text.count("herons") == 2000


def test_what_is_forgotten_or_gone_is_not_read_any_more(real: Engine, notes: Path) -> None:
    tools, given = Tools(real), document_id(notes / "lease.md")
    assert "thirty" in tools.get(given, 0, 0).text
    (notes / "lease.md").unlink()
    with pytest.raises(ValueError, match="gone since"):
        tools.get(given, 0, 0)
    (notes / "lease.md").symlink_to(notes.parent / "outside.md")
    with pytest.raises(ValueError, match=r"gone since|cannot be read"):
        tools.get(given, 0, 0)
    real.remove_folder(real.folders()[0])
    with pytest.raises(ValueError, match="search gives ids"):
        tools.get(document_id(notes / "soup.md"), 0, 0)


def test_without_the_sdk_the_cure_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "find_spec", lambda name: None)
    done = run("mcp")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"thimble: {agents.MISSING}\n"


def test_no_control_character_of_a_document_reaches_an_agent(real: Engine, notes: Path) -> None:
    hostile = "The landlady \x9b31m shouts \x1b]52;c;x\x07 \u202etxet\u202c \U000e0041 on Monday."
    (notes / "hostile\x9b.md").write_text(f"# Landlady\x9d here\n\n{hostile}\n")
    real.index(lambda progress: None)
    tools = Tools(real)
    found = tools.search("landlady shouts", 5, "hybrid", (), (), recent=False)
    (hit,) = [one for one in found.hits if "landlady" in one.text.lower()]
    shown = repr(hit) + repr(tools.get(hit.id, around=1, offset=0))
    assert not re.search("\\\\x[0189]|\\\\u202|[\x80-\x9f]", shown)
