"""The models that the settings name, each loaded when first needed."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from indexer import BUILT_IN, BUILT_IN_RANK, Embedder, Model, load_quantiser
from store import SearchModels

from .settings import Settings


class Models:
    """The index model and the rank model. May be used by many threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def index(self) -> Embedder:
        """The model that sees every chunk."""
        return Embedder(Model.load(self._settings.index_model or BUILT_IN), self._settings.threads)

    @cached_property
    def rank(self) -> Embedder:
        """The model that sees the most promising chunks of a search."""
        folder = self._settings.rank_model or BUILT_IN_RANK
        return Embedder(Model.load(folder), self._settings.threads)

    @cached_property
    def search(self) -> SearchModels:
        """Both, as a search uses them."""
        quantiser = load_quantiser(self.index, self._settings.paths.home / "projections")
        return SearchModels(
            fingerprint=f"{self.index.model.sha256} {quantiser.digest}",
            quantiser=quantiser,
            embed_for_codes=self.index.embed_queries,
            # Looked up when used: a search for words alone works without the rank model.
            embed_query=lambda texts: self.rank.embed_queries(texts),
            embed_passages=lambda texts: self.rank.embed_passages(texts),
            rank_fingerprint=lambda: self.rank.model.fingerprint,
        )

    @property
    def index_alone(self) -> SearchModels:
        """The index model for both, to compare a search with exact search under that model."""
        return replace(
            self.search,
            embed_query=self.index.embed_queries,
            embed_passages=self.index.embed_passages,
            rank_fingerprint=lambda: self.index.model.fingerprint,
        )
