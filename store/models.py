"""The models a search works with, as functions: the store runs none itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .quantiser import Quantiser
from .types import Embed


@dataclass(frozen=True)
class SearchModels:
    """The index model's side (codes) and the rank model's side (exact scores) of a search."""

    fingerprint: str
    """Of the index model and its projection: codes of different ones are never compared."""
    quantiser: Quantiser
    embed_for_codes: Embed
    """Queries to embeddings of the index model."""
    embed_query: Embed
    """Queries to embeddings of the rank model."""
    embed_passages: Embed
    """Indexed texts to embeddings of the rank model."""
    rank_fingerprint: Callable[[], str]
    """Of the rank model, asked for when vectors are recomputed: others' are never reused."""
