"""The projection that turns a model's embeddings into codes: shipped with it, or fitted once."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

from store import CODE_DIMS, Quantiser, make_private, write_private

from .embedder import Embedder
from .model import Model, ModelError

_LEAST_EXCERPTS = 250
"""From so many on, codes fitted to them keep more of what is near than codes fitted to words."""

_TURNS = 10
"""Of the rotation; more change nothing for codes."""

_FINE = 256
"""Dimensions from which on a model's codes are as long as they may be: with 32 bytes, codes of
MiniLM have .90 of the true ten nearest among the first 32, with 24 bytes .87."""


def load_quantiser(
    embedder: Embedder, cache: Path, excerpts: Callable[[], Sequence[str]] = tuple
) -> Quantiser:
    """Return a model's code projection: shipped with it, or fitted once and kept in `cache`.

    It is fitted to `excerpts` of the documents that it will be used for; if there are few, to
    words of the model's vocabulary; if there are none, that is not kept. Of 9,000 passages, codes
    of MiniLM (24 bytes) fitted to 2,048 of them have .86 of the true ten nearest among the first
    32, fitted to words .79.

    Raises ModelError if the one that ships does not fit the model.
    """
    model = embedder.model
    shipped, fitted = model.graph.with_name("projection.npz"), cache / f"{_key(model)}.npz"
    is_cut = model.dims < model.output_dims
    for path in (fitted,) if is_cut else (shipped, fitted):
        if path.is_file():
            return _read(path, model)
    texts = excerpts()
    is_enough = len(texts) >= _LEAST_EXCERPTS
    vectors = embedder.embed_passages(texts if is_enough else embedder.some_words())
    code_dims = _FINE if model.dims >= _FINE else CODE_DIMS
    made = Quantiser.fit(vectors, code_dims=code_dims, turns=_TURNS).to_bytes()
    if not texts:
        return Quantiser.from_bytes(made)
    make_private(cache)
    _keep(made, fitted)
    return _read(fitted, model)


def _read(path: Path, model: Model) -> Quantiser:
    try:
        quantiser = Quantiser.from_bytes(path.read_bytes())
    except ValueError as error:
        raise ModelError(f"cannot use {path}: {error}") from error
    if quantiser.dims != model.dims:
        raise ModelError(f"{path} is for {quantiser.dims} dims, not {model.dims}")
    return quantiser


def _keep(made: bytes, path: Path) -> None:
    """Write a file whole, unless another process was quicker: then both use that one's."""
    partial = path.with_suffix(f".{os.getpid()}")
    write_private(partial, made)
    if path.exists():
        partial.unlink()
    else:
        partial.replace(path)


def _key(model: Model) -> str:
    return blake2b(model.fingerprint.encode(), digest_size=16).hexdigest()
