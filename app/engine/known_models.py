"""The models that the user can name: those that ship with the program and those that were added.

An added model is a folder `models/NAME` of thimble's home. It holds a `model.toml`; a model from a
hub has its files there too, one that was added by its path stays where it is.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from indexer import Choices, Embedder, Hub, Model, ModelError, describe, is_hub_name
from store import make_private, write_private

from ..user.paths import given_path
from .models import BUILT_IN_FOLDERS

OnDownload = Callable[[str, int, int], None]
_NAME = re.compile(r"[\w][\w.-]*")
_DOWNLOADS = ".downloads"


@dataclass(frozen=True, slots=True)
class Request:
    """What to add, and what the user says about it."""

    what: str
    """A folder, or a hub's name of a model."""
    choices: Choices = Choices()  # noqa: RUF009 (frozen)
    revision: str | None = None
    offline: bool = False


class KnownModels:
    """The models in one home."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "models"

    def all(self) -> list[Model | ModelError]:
        """Return the built-in models, then the added by name; an error for one that is broken."""
        added = sorted(path.parent for path in self.folder.glob("[!.]*/model.toml"))
        models: list[Model | ModelError] = []
        for folder in (*BUILT_IN_FOLDERS, *added):
            try:
                models.append(Model.load(folder))
            except ModelError as error:
                models.append(error)
        return models

    def find(self, what: str) -> Model | None:
        """Return the known model of a name, of a path or of a hub's name, or None."""
        for model in self.all():
            if isinstance(model, Model) and _is(model, what):
                return model
        return None

    def get(self, name: str) -> Model:
        """Return the known model of a name. Raises ModelError naming the known ones."""
        model = self.find(name)
        if model is not None:
            return model
        broken = self.folder / name / "model.toml"
        if _NAME.fullmatch(name) and broken.is_file():
            return Model.load(broken.parent)  # raises
        names = ", ".join(one.name for one in self.all() if isinstance(one, Model))
        raise ModelError(f"there is no model '{name}'; known are {names}")

    def add(self, request: Request, report: OnDownload) -> Model:
        """Check a model and make it known. Raises ModelError, and then nothing has changed."""
        path = given_path(request.what)
        if path.is_dir():
            if request.revision is not None:
                raise ModelError(f"{path} is a folder, which has no revisions")
            return self._add(path, request.choices, path.name)
        if not is_hub_name(request.what):
            raise ModelError(
                f"'{request.what}' is no known model, no folder, and not a hub's name "
                "like BAAI/bge-small-en-v1.5"
            )
        return self._add_from_hub(request, report)

    def remove(self, name: str) -> None:
        """Forget an added model; what was downloaded for it is deleted. Raises ModelError."""
        folder = self.get(name).folder
        if folder in BUILT_IN_FOLDERS:
            raise ModelError(f"{name} comes with the program and cannot be removed")
        gone = folder.with_name(f".{folder.name}.gone")
        shutil.rmtree(gone, ignore_errors=True)
        folder.rename(gone)
        shutil.rmtree(gone)

    def _add_from_hub(self, request: Request, report: OnDownload) -> Model:
        name = request.what.rpartition("/")[2]
        self._require_free(request.choices.name or name)
        hub = Hub(offline=request.offline)
        commit = hub.commit(request.what, request.revision)
        place = self.folder / _DOWNLOADS / f"{request.what.replace('/', '--')}-{commit[:12]}"
        make_private(self.folder)
        hub.download(request.what, commit, place, report)
        (place / "model.toml").unlink(missing_ok=True)  # of an attempt that did not end
        source = f"{request.what}@{commit}"
        return self._add(place, request.choices, name, move=True, source=source)

    def _add(
        self, place: Path, choices: Choices, name: str, *, move: bool = False, source: str = ""
    ) -> Model:
        model = describe(place, replace(choices, name=choices.name or name))
        self._require_free(model.name)
        model = replace(model, source=source or str(place))
        Embedder(model, device="cpu").check()
        target = self.folder / model.name
        fresh = place if move else self.folder / f".{model.name}.new"
        try:
            make_private(self.folder)
            if not move:
                shutil.rmtree(fresh, ignore_errors=True)
                fresh.mkdir(mode=0o700)
            write_private(fresh / "model.toml", model.to_toml(fresh).encode())
            fresh.rename(target)
        except OSError as error:
            raise ModelError(f"cannot keep the model at {target}: {error.strerror}") from error
        return Model.load(target)

    def _require_free(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise ModelError(f"'{name}' cannot be the name of a model; choose one with --name")
        taken = any(isinstance(one, Model) and one.name == name for one in self.all())
        if taken or (self.folder / name).exists():
            raise ModelError(f"there is a model '{name}' already; choose another --name")


def _is(model: Model, what: str) -> bool:
    if what == model.name or model.source.rpartition("@")[0] == what:
        return True
    path = given_path(what)
    return path == model.folder or (model.source == str(path) and path.is_dir())
