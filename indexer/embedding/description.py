"""What a folder made for sentence-transformers says about its model, in files of its own."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .checksums import Checksums
from .embedder import output_dims
from .model import Model, ModelError, Pooling

CONFIG_FILES = (
    "config.json",
    "config_sentence_transformers.json",
    "modules.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "README.md",
)
"""Files of a model that are read, besides the graph and `N_NAME/config.json`."""

_WHOLE = ("embedding", "sentence_embedding")
_TOKENS = ("token_embeddings", "last_hidden_state")
"""Outputs with a vector a text, and with a vector a token, the best first."""
_POOLINGS = {
    "cls_token": Pooling.CLS,
    "mean_tokens": Pooling.MEAN,
    "mean_sqrt_len_tokens": Pooling.MEAN,  # the same direction, and only that is used
    "max_tokens": Pooling.MAX,
    "lasttoken": Pooling.LAST,
}
_OFFSET_MODELS = ("camembert", "mpnet", "roberta", "xlm-roberta")
"""Number positions from the padding token's on, so that two are never used."""
_DEFAULT_MAX_TOKENS = 512
_LICENCE = re.compile(r"^---\n.*?^license:\s*([\w.+-]+).*?^---$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user says about a model, beyond what its files say. None: as they say."""

    name: str | None = None
    dims: int | None = None
    pooling: Pooling | None = None
    query_prefix: str | None = None
    passage_prefix: str | None = None


def choose_graph(names: Sequence[str]) -> str | None:
    """Return the best of the paths of ONNX files, or None: 8 bits before 32, in `onnx/` or not."""
    arm = platform.machine().lower() in ("arm64", "aarch64")
    order = ["model_int8", "model_quantized", "model_uint8"]
    order.insert(1 if arm else 3, "model_qint8_arm64")
    order.insert(4 if arm else 1, "model_quint8_avx2")
    order += ["model", "model_O2", "model_O1", "model_O3", "model_fp16"]
    paths = {name: Path(name) for name in names if name.endswith(".onnx")}
    fitting = [
        (order.index(path.stem), len(path.parts), name)
        for name, path in paths.items()
        if path.stem in order and path.parent in (Path(), Path("onnx"))
    ]
    return min(fitting)[2] if fitting else None


def describe(folder: Path, choices: Choices = Choices()) -> Model:
    """Return the model in a folder that has `model.toml`, or files of sentence-transformers.

    Raises ModelError if it is neither, or asks for something that is not known here.
    """
    if not folder.is_dir():
        raise ModelError(f"there is no model folder {folder}")
    if (folder / "model.toml").is_file():
        model = Model.load(folder)
    else:
        model = _from_files(folder, choices.pooling)
    return _with(model, choices)


def _with(model: Model, choices: Choices) -> Model:
    whole = model.output_dims or model.dims
    if choices.dims is not None and not 1 <= choices.dims <= whole:
        raise ModelError(
            f"the model {model.name} has {whole} dims, of which {choices.dims} cannot be used"
        )
    return replace(
        model,
        name=choices.name or model.name,
        dims=choices.dims or model.dims,
        output_dims=whole,
        query_prefix=_first(choices.query_prefix, model.query_prefix),
        passage_prefix=_first(choices.passage_prefix, model.passage_prefix),
    )


def _first(chosen: str | None, otherwise: str) -> str:
    return otherwise if chosen is None else chosen


def _from_files(folder: Path, pooling: Pooling | None) -> Model:
    found = [str(path.relative_to(folder)) for path in folder.glob("**/*.onnx")]
    graph = choose_graph(found)
    if graph is None:
        raise ModelError(f"{folder} holds no ONNX model (model.onnx, or onnx/model.onnx)")
    modules = _modules(folder)
    inner = folder / modules.get("Transformer", "")
    tokenizer = next((one for one in (inner, folder) if (one / "tokenizer.json").is_file()), None)
    if tokenizer is None:
        raise ModelError(f"the model folder {folder} lacks tokenizer.json")
    outputs = output_dims(folder / graph)
    output, pooling = _output(folder, outputs, modules, pooling)
    dims = outputs[output] or _json(inner / "config.json").get("hidden_size")
    if not isinstance(dims, int):
        raise ModelError(f"nothing in {folder} says how many dims the model has")
    query_prefix, passage_prefix = _prefixes(folder)
    settings = _json(inner / "sentence_bert_config.json")
    model = Model(
        folder=folder,
        name=folder.resolve().name,
        dims=dims,
        max_tokens=_max_tokens(inner, settings),
        query_prefix=query_prefix,
        passage_prefix=passage_prefix,
        sha256="",
        graph=folder / graph,
        tokenizer=tokenizer / "tokenizer.json",
        output=output,
        output_dims=dims,
        pooling=pooling,
        lower_case=settings.get("do_lower_case") is True,
        licence=_licence(folder),
        source=str(folder.resolve()),
    )
    sums = Checksums()
    return replace(
        model, sha256=sums.of(model.weights), tokenizer_sha256=sums.of([model.tokenizer])
    )


def _modules(folder: Path) -> dict[str, str]:
    """Return kind of module → its folder; what a bare transformer is if nothing is said."""
    path = folder / "modules.json"
    if not path.is_file():
        return {"Transformer": ""}
    try:
        listed = json.loads(path.read_bytes())
        return {one["type"].rpartition(".")[2]: one["path"] for one in listed}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"cannot use {path}: {error}") from error


def _output(
    folder: Path, outputs: dict[str, int | None], modules: dict[str, str], chosen: Pooling | None
) -> tuple[str, Pooling]:
    """Choose the graph's output and what is to be done with it."""
    whole = next((one for one in _WHOLE if one in outputs), None)
    if whole is not None and chosen in (None, Pooling.GRAPH):
        return whole, Pooling.GRAPH
    tokens = next((one for one in _TOKENS if one in outputs), None)
    if tokens is None or chosen is Pooling.GRAPH:
        raise ModelError(
            f"the model in {folder} has the outputs {', '.join(outputs)}; "
            f"thimble needs one of {', '.join((*_WHOLE, *_TOKENS))}"
        )
    unknown = set(modules) - {"Transformer", "Pooling", "Normalize"}
    if unknown:
        raise ModelError(
            f"the model in {folder} ends in {', '.join(sorted(unknown))}, which its ONNX graph "
            "leaves out; export it with an output called sentence_embedding"
        )
    return tokens, chosen or _pooling(folder, modules)


def _pooling(folder: Path, modules: dict[str, str]) -> Pooling:
    if "Pooling" not in modules:
        return Pooling.MEAN  # what sentence-transformers does then
    path = folder / modules["Pooling"] / "config.json"
    settings = _json(path)
    modes = [key.removeprefix("pooling_mode_") for key, on in settings.items() if on is True]
    modes = [mode for mode in modes if f"pooling_mode_{mode}" in settings]
    if isinstance(mode := settings.get("pooling_mode"), str):
        modes = [next((key for key in _POOLINGS if key.startswith(mode)), mode)]
    if len(modes) != 1 or modes[0] not in _POOLINGS:
        raise ModelError(f"{path} asks for {' and '.join(modes) or 'no pooling'}, not known here")
    if settings.get("include_prompt") is False and any(_prefixes(folder)):
        raise ModelError(f"{path} leaves prompts out of the pooling, which is not known here")
    return _POOLINGS[modes[0]]


def _prefixes(folder: Path) -> tuple[str, str]:
    """Return the prompts of queries and passages, as sentence-transformers chooses them."""
    settings = _json(folder / "config_sentence_transformers.json")
    prompts = settings.get("prompts") or {}
    if not isinstance(prompts, dict):
        raise ModelError(f"the prompts in {folder / 'config_sentence_transformers.json'} are none")
    usual = prompts.get(settings.get("default_prompt_name"), "")
    passage = next(
        (prompts[key] for key in ("document", "passage", "corpus") if key in prompts), usual
    )
    return str(prompts.get("query", usual)), str(passage)


def _max_tokens(folder: Path, settings: dict[str, Any]) -> int:
    config = _json(folder / "config.json")
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and config.get("model_type") in _OFFSET_MODELS:
        positions -= 2
    limits = [positions, settings.get("max_seq_length")]
    if limits[1] is None:
        limits.append(_json(folder / "tokenizer_config.json").get("model_max_length"))
    known = [int(one) for one in limits if isinstance(one, int | float) and 0 < one < 1_000_000]
    return min(known, default=_DEFAULT_MAX_TOKENS)


def _licence(folder: Path) -> str:
    """Return the licence that a model card's head names, or ""."""
    try:
        card = (folder / "README.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = _LICENCE.match(card)
    return found[1] if found else ""


def _json(path: Path) -> dict[str, Any]:
    """Return a JSON object, or an empty one if there is no such file. Raises ModelError."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_bytes())
    except ValueError as error:
        raise ModelError(f"cannot use {path}: {error}") from error
    if not isinstance(value, dict):
        raise ModelError(f"cannot use {path}: a JSON object is expected")
    return value
