"""A model folder: an ONNX graph, its tokenizer, and what one must know to use them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store import StoreError

_MODELS = Path(__file__).parent / "models"
BUILT_IN = _MODELS / "thimble-index"
"""The index model that ships with the program."""
BUILT_IN_RANK = _MODELS / "thimble-rank"
"""The rank model that ships with the program."""

_FILES = ("model.onnx", "tokenizer.json", "model.toml")


class ModelError(StoreError):
    """A model folder cannot be used; the message names it. Without its models no index can."""


@dataclass(frozen=True, slots=True)
class Model:
    """What `model.toml` says. `model.onnx` maps input_ids and attention_mask to `embedding`."""

    folder: Path
    name: str
    dims: int
    max_tokens: int
    query_prefix: str
    passage_prefix: str
    sha256: str
    """Of `model.onnx`: two models with different sums never share an index."""

    @property
    def fingerprint(self) -> str:
        """Equal for models that give equal passages equal embeddings."""
        return f"{self.sha256} {self.dims} {self.max_tokens} {self.passage_prefix}"

    @classmethod
    def load(cls, folder: Path) -> Model:
        """Read a model folder. Raises ModelError."""
        for name in _FILES:
            if not (folder / name).is_file():
                raise ModelError(f"the model folder {folder} lacks {name}")
        try:
            settings = tomllib.loads((folder / "model.toml").read_text(encoding="utf-8"))
            return cls(
                folder=folder,
                name=_field(settings, "name", str),
                dims=_field(settings, "dims", int),
                max_tokens=_field(settings, "max_tokens", int),
                query_prefix=settings.get("query_prefix", ""),
                passage_prefix=settings.get("passage_prefix", ""),
                sha256=_field(settings, "sha256", str),
            )
        except (ValueError, KeyError) as error:
            raise ModelError(f"cannot use {folder / 'model.toml'}: {error}") from error


def _field(settings: dict[str, Any], key: str, kind: type) -> Any:
    value = settings.get(key)
    if not isinstance(value, kind):
        raise ValueError(f"`{key}` is missing or not of type {kind.__name__}")  # noqa: TRY004
    return value
