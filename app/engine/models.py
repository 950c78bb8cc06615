"""The models that the settings name and the index was made with, each loaded when first needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Thread

from indexer import (
    BUILT_IN,
    BUILT_IN_RANK,
    Checksums,
    Embedder,
    Model,
    ModelError,
    WordVectors,
    load_quantiser,
)
from store import IndexModel, Quantiser, SearchModels

from ..user.settings import Settings

BUILT_IN_FOLDERS = (BUILT_IN, BUILT_IN_RANK)
"""Models that ship with the program."""


@dataclass(frozen=True)
class Coder:
    """A model and the projection that turns its embeddings into codes."""

    embedder: Embedder
    quantiser: Quantiser

    @cached_property
    def sparing(self) -> Embedder:
        """The same model for work that nobody waits for: a small one then takes one thread.

        There it remembers words, and needs less than half of the processor's time.
        """
        model = self.embedder.model
        if self.embedder.threads == 1 or not model.is_light:
            return self.embedder
        return Embedder(model, 1, device="cpu")

    @property
    def identity(self) -> IndexModel:
        """What an index made with it remembers."""
        model = self.embedder.model
        return IndexModel(
            f"{model.fingerprint} {self.quantiser.digest}",
            model.name,
            model.folder.absolute(),
            self.quantiser.code_bytes,
        )


def folder_for(role: str, settings: Settings) -> Path:
    """Return the folder of the model that plays a role, `index` or `rank`, under some settings."""
    if role == "rank":
        return settings.rank_model or BUILT_IN_RANK
    return settings.index_model or BUILT_IN


def has_made(model: Model, made_with: IndexModel) -> bool:
    """Tell whether an index was made with a model, whose projection may not be fitted yet."""
    return made_with.fingerprint.startswith(f"{model.fingerprint} ")


class Models:
    """The index model and the rank model. May be used by many threads."""

    def __init__(
        self,
        settings: Settings,
        made_with: Callable[[], IndexModel | None] = lambda: None,
        excerpts: Callable[[], Sequence[str]] = tuple,
        notify: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Make them known.

        Args:
            settings: that name them.
            made_with: returns the model that the index was made with, asked anew at each use.
            excerpts: returns some of the documents that the index is of.
            notify: told, in a sentence for people, what takes long or is not as it should be.
        """
        self._settings = settings
        self._excerpts = excerpts
        self.latest: Callable[[], Settings] = lambda: self._settings
        """Returns the settings as they are now."""
        self._made_with = made_with
        self._notify = notify
        self._checksums = Checksums(settings.paths.home / "models" / "checksums.json")
        self._makers: dict[str, Coder] = {}
        self._is_ahead = False

    def refresh(self) -> None:
        """Take the models that the settings name now."""
        self.use(self.latest())

    def use(self, settings: Settings) -> None:
        """Take the models that some settings name."""
        before, self._settings = self._settings, settings
        if before != settings:
            self.unload()

    def unload(self) -> None:
        """Let go of all models; each is loaded again when it is needed."""
        for name in ("chosen", "rank", "words"):
            self.__dict__.pop(name, None)
        self._makers.clear()
        self._is_ahead = False

    @cached_property
    def chosen(self) -> Coder:
        """The index model that the settings ask for."""
        return self._coder(folder_for("index", self._settings))

    @property
    def serving(self) -> Coder:
        """The model that the index was made with; if it is not there any more, the chosen one."""
        made_with = self._made_with()
        if made_with is None:
            return self.chosen
        return self.maker(made_with) or self.chosen

    def maker(self, made_with: IndexModel) -> Coder | None:
        """Return a model that an index was made with, or None if it is not there any more."""
        known = self._makers.get(made_with.fingerprint)
        if known is not None:
            return known
        chosen = folder_for("index", self._settings)
        for folder in (chosen, made_with.folder, *BUILT_IN_FOLDERS):
            try:
                model = Model.load(folder) if folder is not None else None
                if model is None or not has_made(model, made_with):
                    continue
                coder = self.chosen if folder == chosen else self._coder(model.folder)
            except ModelError:
                continue
            if coder.identity.fingerprint == made_with.fingerprint:
                self._makers[made_with.fingerprint] = coder
                return coder
        return None

    @property
    def index(self) -> Embedder:
        """The model that sees every chunk."""
        return self.serving.embedder

    @cached_property
    def rank(self) -> Embedder:
        """The model that sees the most promising chunks of a search."""
        return self._beside_index(folder_for("rank", self._settings))

    @cached_property
    def words(self) -> WordVectors:
        """Single words under the model that ships: others need not be as quick with them."""
        return WordVectors(self._beside_index(BUILT_IN))

    def load_ahead(self) -> None:
        """Begin to load the models of a search while it loads what it needs of the index."""
        if self._is_ahead or self._made_with() is None:
            return
        self._is_ahead = True
        with suppress(ModelError):  # the search itself will say it, if it needs the model
            for one in {self.index, self.rank}:
                Thread(target=_load, args=(one,), name="models").start()

    @property
    def search(self) -> SearchModels:
        """Both, as a search uses them."""
        coder = self.serving
        return SearchModels(
            fingerprint=coder.identity.fingerprint,
            quantiser=coder.quantiser,
            embed_for_codes=coder.embedder.embed_queries,
            # Looked up when used: a search for words alone works without the rank model.
            embed_query=lambda texts: self.rank.embed_queries(texts),
            embed_passages=lambda *given: self.rank.embed_passages(*given),
            embed_words=lambda words: self.words.embed(words),
            rank_fingerprint=lambda: self.rank.model.fingerprint,
            is_one=folder_for("rank", self._settings) == coder.embedder.model.folder,
        )

    @property
    def index_alone(self) -> SearchModels:
        """The index model for both, to compare a search with exact search under that model."""
        coder = self.serving
        return replace(
            self.search,
            embed_query=coder.embedder.embed_queries,
            embed_passages=coder.embedder.embed_passages,
            rank_fingerprint=lambda: coder.embedder.model.fingerprint,
            is_one=True,
        )

    def embedder(self, folder: Path) -> Embedder:
        """Return the model in a folder, loaded anew."""
        # The built-in models are made for the processor; an accelerator would only start slowly.
        device = "cpu" if folder in BUILT_IN_FOLDERS else self._settings.device
        return Embedder(
            Model.load(folder),
            self._settings.threads,
            device=device,
            checksums=self._checksums,
            notify=self._notify,
        )

    def _beside_index(self, folder: Path) -> Embedder:
        """Return a model, the chosen index model itself if it is that: none is loaded twice."""
        if folder == folder_for("index", self._settings):
            return self.chosen.embedder
        return self.embedder(folder)

    def _coder(self, folder: Path) -> Coder:
        embedder = self.embedder(folder)
        cache = self._settings.paths.home / "projections"
        return Coder(embedder, load_quantiser(embedder, cache, self._to_fit))

    def _to_fit(self) -> Sequence[str]:
        self._notify("fitting the model's codes, once; a large model takes a minute or two")
        return self._excerpts()


def _load(embedder: Embedder) -> None:
    with suppress(ModelError):
        embedder.load()
