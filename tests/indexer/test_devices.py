from __future__ import annotations

import onnxruntime
import pytest

from indexer import BUILT_IN, Embedder, Model
from indexer.embedding.embedder import CPU, providers

CUDA, COREML = "CUDAExecutionProvider", "CoreMLExecutionProvider"


@pytest.mark.parametrize(
    ("available", "device", "expected"),
    [
        ([CPU], "auto", [CPU]),
        (["AzureExecutionProvider", CPU], "auto", [CPU]),
        ([COREML, CPU], "auto", [COREML, CPU]),
        ([COREML, CUDA, CPU], "auto", [CUDA, COREML, CPU]),
        (["TensorrtExecutionProvider", CUDA, CPU], "auto", [CUDA, CPU]),
        ([CUDA, COREML, CPU], "cpu", [CPU]),
    ],
)
def test_an_accelerator_goes_before_the_processor(
    available: list[str], device: str, expected: list[str]
) -> None:
    assert providers(available, device) == expected


@pytest.mark.parametrize("accelerator", [CUDA, COREML])
def test_where_the_accelerator_fails_the_processor_does_it_and_it_is_said_once(
    accelerator: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    # This onnxruntime cannot run on it, whatever it says it offers.
    assert accelerator not in onnxruntime.get_available_providers()
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [accelerator, CPU])
    told: list[str] = []
    embedder = Embedder(Model.load(BUILT_IN), notify=told.append)
    assert embedder.embed_queries(["a", "b"]).shape == (2, embedder.model.dims)
    assert embedder.embed_queries(["c"]).shape == (1, embedder.model.dims)
    (sentence,) = told
    assert sentence.startswith(f"the model {embedder.model.name} cannot run on ")
    assert capfd.readouterr() == ("", "")


def test_on_the_processor_nothing_is_said() -> None:
    told: list[str] = []
    for device in ("auto", "cpu"):
        Embedder(Model.load(BUILT_IN), device=device, notify=told.append).embed_queries(["a"])
    assert told == []
