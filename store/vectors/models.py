"""The models a search works with, as functions: the store runs none itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..values.embeddings import Embed, Vectors
from .quantiser import Quantiser


class EmbedPassages(Protocol):
    """Indexed texts to embeddings of the rank model."""

    def __call__(self, texts: Sequence[str], before_batch: Callable[[], None] = ..., /) -> Vectors:
        """Embed texts. Before each batch a function is called that may wait, or raise to end it."""


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
    embed_passages: EmbedPassages
    embed_words: Embed
    """Single words to embeddings of any one model, for `SoftWordMatch`."""
    rank_fingerprint: Callable[[], str]
    """Of the rank model, asked for when vectors are recomputed: others' are never reused."""
    is_one: bool = False
    """Whether one model is both, so that an exact score is what a code estimates."""
