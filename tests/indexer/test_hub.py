from __future__ import annotations

import resource
import shutil
import socket
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub.constants
import pytest

from indexer import Embedder, Hub, ModelError, describe, is_hub_name
from tests.hub_server import COMMIT, NAME, HubServer, serving
from tests.tiny_models import write_model

GRAPH = "onnx/model.onnx"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """A hub with one model, and a library that takes it in small bites."""
    monkeypatch.setattr(huggingface_hub.constants, "DOWNLOAD_CHUNK_SIZE", 200)
    root = write_model(tmp_path / "hub", pooling={"pooling_mode_cls_token": True})
    (root / "README.md").write_text("---\nlicense: mit\n---\n")
    (root / "pytorch_model.bin").write_bytes(b"x" * 1000)
    (root / "onnx" / "decoder.onnx").write_bytes(b"x" * 1000)
    with serving(root) as server:
        yield server


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "target"


def download(hub: HubServer, target: Path) -> list[tuple[str, int, int]]:
    told: list[tuple[str, int, int]] = []
    client = Hub(hub.endpoint)
    client.download(NAME, client.commit(NAME, None), target, lambda *one: told.append(one))
    return told


def contents(folder: Path) -> list[tuple[str, bytes]]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in files]


def graph_requests(hub: HubServer) -> list[str]:
    return [one for one in hub.requests if one.startswith("GET /large/")]


def test_what_is_needed_is_downloaded_and_nothing_else(hub: HubServer, target: Path) -> None:
    told = download(hub, target)
    names = [name for name, _ in contents(target)]
    assert names == [
        "1_Pooling/config.json",
        "README.md",
        "modules.json",
        "onnx/model.onnx",
        "tokenizer.json",
    ]
    assert all(data == (hub.root / name).read_bytes() for name, data in contents(target))
    total = sum(len(data) for _, data in contents(target))
    assert told[-1][1:] == (total, total)
    assert [here for _, here, _ in told] == sorted(here for _, here, _ in told)
    Embedder(describe(target)).check()


def test_what_is_here_is_not_downloaded_again(hub: HubServer, target: Path) -> None:
    download(hub, target)
    (target / "tokenizer.json").write_text("{}")
    hub.requests.clear()
    download(hub, target)
    fetched = [one for one in hub.requests if "/api/" not in one]
    path = f"/{NAME}/resolve/{COMMIT}/tokenizer.json"
    assert fetched == [f"HEAD {path}", f"GET {path}"]


def test_a_connection_that_breaks_is_resumed(hub: HubServer, target: Path) -> None:
    hub.break_after = [500]
    download(hub, target)
    assert graph_requests(hub) == [
        f"GET /large/{GRAPH}",
        f"GET /large/{GRAPH} bytes=400-",
    ]
    assert (target / GRAPH).read_bytes() == (hub.root / GRAPH).read_bytes()


def test_what_a_stopped_download_left_is_gone_on_from(hub: HubServer, target: Path) -> None:
    class Stopped(BaseException):
        pass

    def stop(name: str, here: int, total: int) -> None:
        if (target / f"{GRAPH}.part").is_file():
            raise Stopped

    client = Hub(hub.endpoint)
    with pytest.raises(Stopped):
        client.download(NAME, COMMIT, target, stop)
    assert not (target / GRAPH).exists()
    download(hub, target)
    assert graph_requests(hub)[-1] == f"GET /large/{GRAPH} bytes=200-"
    assert (target / GRAPH).read_bytes() == (hub.root / GRAPH).read_bytes()


@pytest.mark.parametrize("name", [GRAPH, "tokenizer.json"])
def test_a_damaged_download_is_found_out_and_not_kept(
    hub: HubServer, target: Path, name: str
) -> None:
    hub.corrupt = name
    with pytest.raises(ModelError, match=f"{name} of {NAME} was damaged on its way"):
        download(hub, target)
    assert not (target / name).exists()
    assert not (target / f"{name}.part").exists()
    hub.corrupt = ""
    download(hub, target)
    assert (target / name).read_bytes() == (hub.root / name).read_bytes()


def test_a_revision_is_settled_as_a_commit(hub: HubServer) -> None:
    client = Hub(hub.endpoint)
    assert client.commit(NAME, None) == client.commit(NAME, COMMIT[:7]) == COMMIT
    with pytest.raises(ModelError, match=f"{NAME} has no revision v9"):
        client.commit(NAME, "v9")


def test_what_the_hub_does_not_have_is_a_sentence(hub: HubServer, target: Path) -> None:
    client = Hub(hub.endpoint)
    with pytest.raises(ModelError, match="the hub has no model a/b, or it is private"):
        client.commit("a/b", None)
    shutil.rmtree(hub.root / "onnx")
    with pytest.raises(ModelError, match="holds no ONNX model"):
        client.download(NAME, COMMIT, target, lambda *_: None)
    hub.status = 500
    with pytest.raises(ModelError, match=r"answers with an error \(500\)"):
        client.commit(NAME, None)


def test_a_hub_that_cannot_be_reached_is_a_sentence() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client = Hub(f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(ModelError, match="the connection to the hub failed"):
            client.commit(NAME, None)


def test_too_little_room_is_known_before_anything_comes(
    hub: HubServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1_000_000))
    with pytest.raises(ModelError, match=r"not enough room at .* and 1 MB are free"):
        download(hub, target)
    assert not target.exists()
    assert graph_requests(hub) == []


def test_a_disk_that_fills_up_keeps_what_came(hub: HubServer, target: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(ModelError, match="the disk is full"):
            download(hub, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not (target / GRAPH).exists()
    download(hub, target)
    Embedder(describe(target)).check()


def test_offline_is_respected(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="told to stay offline"):
        Hub(hub.endpoint, offline=True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="told to stay offline"):
        Hub(hub.endpoint)
    assert hub.requests == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("BAAI/bge-small-en-v1.5", True), ("bge", False), ("a/b/c", False), ("~/models/x", False)],
)
def test_a_name_on_a_hub_has_two_parts(text: str, expected: bool) -> None:
    assert is_hub_name(text) is expected
