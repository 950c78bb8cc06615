"""What a model runs on: an accelerator that onnxruntime offers, else the processor."""

from __future__ import annotations

from collections.abc import Sequence

CPU = "CPUExecutionProvider"
_PREFERRED = ("CUDAExecutionProvider", "CoreMLExecutionProvider")
_NAMES = {CPU: "the processor", _PREFERRED[0]: "CUDA", _PREFERRED[1]: "CoreML"}


def providers(available: Sequence[str], device: str) -> list[str]:
    """Return the execution providers to try, best first; the processor is always the last.

    Args:
        available: what this onnxruntime offers.
        device: `auto`, or `cpu` for the processor alone.
    """
    if device == "cpu":
        return [CPU]
    return [*(one for one in _PREFERRED if one in available), CPU]


def device_name(provider: str) -> str:
    """Return a provider's name for people."""
    return _NAMES.get(provider, provider)
