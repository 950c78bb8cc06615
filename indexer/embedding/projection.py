"""The projection that turns a model's embeddings into codes: shipped with it, or fitted once."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from store import Quantiser

from .embedder import Embedder
from .model import Model, ModelError


def load_quantiser(embedder: Embedder, cache: Path) -> Quantiser:
    """Return a model's code projection: shipped with it, or fitted once and kept in `cache`.

    Raises ModelError if the one that ships does not fit the model.
    """
    model = embedder.model
    shipped, fitted = model.graph.with_name("projection.npz"), cache / f"{_key(model)}.npz"
    is_cut = model.dims < model.output_dims
    for path in (fitted,) if is_cut else (shipped, fitted):
        if path.is_file():
            try:
                quantiser = Quantiser.from_bytes(path.read_bytes())
            except ValueError as error:
                raise ModelError(f"cannot use {path}: {error}") from error
            if quantiser.dims != model.dims:
                raise ModelError(f"{path} is for {quantiser.dims} dims, not {model.dims}")
            return quantiser
    quantiser = Quantiser.from_bytes(embedder.fit_quantiser().to_bytes())
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = fitted.with_suffix(".partial")
    partial.write_bytes(quantiser.to_bytes())
    partial.replace(fitted)
    return quantiser


def _key(model: Model) -> str:
    return blake2b(model.fingerprint.encode(), digest_size=16).hexdigest()
