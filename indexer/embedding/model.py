"""A model folder: an ONNX graph, its tokenizer, and what one must know to use them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from store import StoreError

_MODELS = Path(__file__).parent.parent / "models"
BUILT_IN = _MODELS / "thimble-index"
"""The index model that ships with the program."""
BUILT_IN_RANK = _MODELS / "thimble-rank"
"""The rank model that ships with the program."""

DESCRIPTION = "model.toml"
_LIGHT_BYTES = 10 << 20
"""No more than a table of static embeddings has; transformers are larger."""


class ModelError(StoreError):
    """A model folder cannot be used; the message names it. Without its models no index can."""


class Pooling(StrEnum):
    """How the vectors of a text's tokens become one."""

    GRAPH = "graph"
    """The graph does it: its output is one vector a text."""
    MEAN = "mean"
    CLS = "cls"
    """The vector of the first token."""
    LAST = "last"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Model:
    """What `model.toml` says.

    The graph maps input_ids, attention_mask and, if it has such an input, token_type_ids to
    `output`. Embeddings are brought to unit length after that.
    """

    folder: Path
    name: str
    dims: int
    """Of the embeddings that are used."""
    max_tokens: int
    query_prefix: str
    passage_prefix: str
    sha256: str
    """Of the graph with its weights: two models with different sums never share an index."""
    graph: Path
    tokenizer: Path
    output: str = "embedding"
    """Name of the graph's output."""
    output_dims: int = 0
    """Of the output; more than `dims` if only the first are used (Matryoshka). 0: `dims`."""
    pooling: Pooling = Pooling.GRAPH
    lower_case: bool = False
    """Whether texts lose their capitals before they are tokenized."""
    tokenizer_sha256: str = ""
    """Of the tokenizer's file, "" if not recorded."""
    licence: str = ""
    source: str = ""
    """Where it was added from: a folder, or a hub's name with the commit; "" if it was not."""

    @property
    def fingerprint(self) -> str:
        """Equal for models that give equal passages equal embeddings."""
        parts = (self.sha256, self.dims, self.max_tokens, self.passage_prefix)
        unusual = (self.tokenizer_sha256, self.output, self.pooling, self.lower_case)
        plain = ("", "embedding", Pooling.GRAPH, False)
        return " ".join(map(str, parts if unusual == plain else (*parts, *unusual)))

    @property
    def weights(self) -> tuple[Path, ...]:
        """The graph, and the files beside it that hold weights too large for it."""
        beside = (self.graph.with_name(self.graph.name + end) for end in ("_data", ".data"))
        return (self.graph, *(path for path in beside if path.is_file()))

    @property
    def is_light(self) -> bool:
        """Whether several processes may have it, so that cutting text is what takes time."""
        return sum(path.stat().st_size for path in self.weights) <= _LIGHT_BYTES

    @classmethod
    def load(cls, folder: Path) -> Model:
        """Read a model folder. Raises ModelError."""
        path = folder / DESCRIPTION
        if not folder.is_dir():
            raise ModelError(f"there is no model at {folder}; those there are: thimble model")
        if not path.is_file():
            raise ModelError(
                f"the model folder {folder} lacks {DESCRIPTION}; a model made for "
                f"sentence-transformers is described by: thimble model add {folder}"
            )
        import tomllib  # asking the daemon needs the errors of this module alone

        try:
            model = cls._read(folder, tomllib.loads(path.read_text(encoding="utf-8")))
        except (ValueError, KeyError) as error:
            raise ModelError(f"cannot use {path}: {error}") from error
        for file in (model.graph, model.tokenizer):
            if not file.is_file():
                raise ModelError(f"the model folder {folder} lacks {_within(file, folder)}")
        return model

    @classmethod
    def _read(cls, folder: Path, settings: dict[str, Any]) -> Model:
        dims = _field(settings, "dims", int)
        return cls(
            folder=folder,
            name=_field(settings, "name", str),
            dims=dims,
            max_tokens=_field(settings, "max_tokens", int),
            query_prefix=_field(settings, "query_prefix", str, ""),
            passage_prefix=_field(settings, "passage_prefix", str, ""),
            sha256=_field(settings, "sha256", str),
            graph=folder / _field(settings, "graph", str, "model.onnx"),
            tokenizer=folder / _field(settings, "tokenizer", str, "tokenizer.json"),
            output=_field(settings, "output", str, "embedding"),
            output_dims=_field(settings, "output_dims", int, dims),
            pooling=Pooling(_field(settings, "token_pooling", str, Pooling.GRAPH)),
            lower_case=_field(settings, "lower_case", bool, False),
            tokenizer_sha256=_field(settings, "tokenizer_sha256", str, ""),
            licence=_field(settings, "licence", str, ""),
            source=_field(settings, "source", str, ""),
        )

    def to_toml(self, folder: Path) -> str:
        """Return the description to write into `folder`, from which `load` makes this model."""
        import tomlkit  # only writing needs it

        document = tomlkit.document()
        for key, value in {
            "name": self.name,
            "dims": self.dims,
            "max_tokens": self.max_tokens,
            "query_prefix": self.query_prefix,
            "passage_prefix": self.passage_prefix,
            "sha256": self.sha256,
            "graph": _within(self.graph, folder),
            "tokenizer": _within(self.tokenizer, folder),
            "output": self.output,
            "output_dims": self.output_dims or self.dims,
            "token_pooling": str(self.pooling),
            "lower_case": self.lower_case,
            "tokenizer_sha256": self.tokenizer_sha256,
            "licence": self.licence,
            "source": self.source,
        }.items():
            document[key] = value
        return tomlkit.dumps(document)


def _field(settings: dict[str, Any], key: str, kind: type, default: Any = None) -> Any:
    value = settings.get(key, default)
    if not isinstance(value, kind):
        raise ValueError(f"`{key}` is missing or not of type {kind.__name__}")  # noqa: TRY004
    return value


def _within(path: Path, folder: Path) -> str:
    """Return a path relative to a folder that holds it, else the whole path."""
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)
