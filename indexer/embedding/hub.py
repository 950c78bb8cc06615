"""A model from a hub, downloaded because the user named it: the only room that uses the network.

The revision is settled first, as a commit; every file is compared with the checksum that the hub
states for it at that commit. What arrived before a connection broke is kept, and the next attempt
goes on from there.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from store import make_private, open_private

from .description import CONFIG_FILES, choose_graph
from .model import ModelError

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

OnDownload = Callable[[str, int, int], None]
"""Told the file under way, the bytes that are here and those there will be, of all files."""

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_MODULE_FILE = re.compile(r"\d+_\w+/(config|sentence_bert_config|tokenizer|tokenizer_config)\.json")
_BLOCK_BYTES = 1 << 20
_SPARE_BYTES = 16 << 20
"""Room that is left on the disk."""
_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    size: int
    sha256: str | None
    """None for small files, which are known by `blob`."""
    blob: str | None
    """SHA-1 of the file as git stores it."""

    def is_at(self, path: Path) -> bool:
        """Return whether a file holds what the hub says."""
        if not path.is_file() or path.stat().st_size != self.size:
            return False
        digest = hashlib.sha256()
        if self.sha256 is None:
            digest = hashlib.sha1(b"blob %d\0" % self.size, usedforsecurity=False)
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
        return digest.hexdigest() == (self.sha256 or self.blob)


def is_hub_name(text: str) -> bool:
    """Return whether a text has the form `organisation/model`."""
    return _HUB_NAME.fullmatch(text) is not None


class Hub:
    """A hub that speaks the API of the Hugging Face Hub."""

    def __init__(self, endpoint: str | None = None, *, offline: bool = False) -> None:
        """Choose the hub; None is the one of `HF_ENDPOINT`, or the public one."""
        # Nobody is told more than a download needs.
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"  # ours goes through `report`
        from huggingface_hub import HfApi, constants

        logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
        if offline or constants.HF_HUB_OFFLINE:
            raise ModelError(
                "a model from a hub must be downloaded, and the program was told to stay offline "
                "(--offline or HF_HUB_OFFLINE)"
            )
        self._api = HfApi(endpoint=endpoint)

    def commit(self, name: str, revision: str | None) -> str:
        """Return the commit that a branch, a tag or part of a commit's id stands for now."""
        return str(self._info(name, revision).sha)

    def download(self, name: str, commit: str, folder: Path, report: OnDownload) -> None:
        """Download what is needed of a model into a folder; what it holds already stays.

        Raises ModelError with a sentence for people; what arrived before is kept.
        """
        files = _needed(name, self._info(name, commit))
        missing = [file for file in files if not file.is_at(folder / file.name)]
        _require_room(folder, sum(file.size for file in missing))
        total = sum(file.size for file in files)
        here = total - sum(file.size for file in missing)
        for file in missing:
            done = here

            def report_more(came: int, file: _File = file, done: int = done) -> None:
                report(file.name, done + came, total)

            self._fetch(name, commit, file, folder / file.name, report_more)
            here += file.size

    def _info(self, name: str, revision: str | None) -> ModelInfo:
        try:
            return self._api.model_info(
                name, revision=revision, files_metadata=True, timeout=_TIMEOUT_S
            )
        except Exception as error:  # the libraries below raise errors of several families
            raise _explained(error, name, revision) from error

    def _fetch(
        self, name: str, commit: str, file: _File, target: Path, report: Callable[[int], None]
    ) -> None:
        partial = target.with_name(f"{target.name}.part")
        try:
            make_private(target.parent)
            with open(open_private(partial), "r+b") as content:  # noqa: PTH123 (a descriptor)
                self._receive(name, commit, file, _Counted(content, report))
        except ModelError:
            raise
        except Exception as error:  # the libraries below raise errors of several families
            raise _explained(error, name, commit) from error
        if not file.is_at(partial):
            partial.unlink()
            raise ModelError(f"{file.name} of {name} was damaged on its way here; try again")
        partial.replace(target)

    def _receive(self, name: str, commit: str, file: _File, content: _Counted) -> None:
        """Add what is missing to a partial file."""
        from huggingface_hub import get_hf_file_metadata, hf_hub_url
        from huggingface_hub.file_download import http_get
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

        url = hf_hub_url(name, file.name, revision=commit, endpoint=self._api.endpoint)
        metadata = get_hf_file_metadata(url, timeout=_TIMEOUT_S)
        if metadata.commit_hash != commit:
            raise ModelError(f"the hub answers with another revision of {name} than {commit}")
        headers = build_hf_headers()
        if urlsplit(metadata.location).netloc != urlsplit(url).netloc:
            headers.pop("authorization", None)  # the store of large files is somebody else
        http_get(
            metadata.location,
            content,  # type: ignore[arg-type]
            resume_size=content.resume_at(file.size),
            expected_size=file.size,
            headers=headers,
        )


class _Counted:
    """A file that tells how long it has become."""

    def __init__(self, file: IO[bytes], report: Callable[[int], None]) -> None:
        self._file = file
        self._report = report
        self.tell, self.seek, self.truncate = file.tell, file.seek, file.truncate

    def resume_at(self, size: int) -> int:
        """Go to where the file ends and return that; one longer than `size` begins anew."""
        end = self.seek(0, os.SEEK_END)
        if end > size:
            self.truncate(0)
            end = self.seek(0)
        return end

    def write(self, data: bytes) -> int:
        """Write what has come."""
        written = self._file.write(data)
        self._report(self._file.tell())
        return written


def _needed(name: str, info: ModelInfo) -> list[_File]:
    listed = {sibling.rfilename: sibling for sibling in info.siblings or ()}
    graph = choose_graph([*listed])
    if graph is None:
        raise ModelError(
            f"{name} holds no ONNX model (model.onnx, or onnx/model.onnx); "
            "look on the hub for one that does"
        )
    wanted = {graph, f"{graph}_data", f"{graph}.data", *CONFIG_FILES}
    wanted |= {sibling for sibling in listed if _MODULE_FILE.fullmatch(sibling)}
    files = []
    for sibling in (listed[each] for each in listed if each in wanted):
        sha256 = sibling.lfs.sha256 if sibling.lfs is not None else None
        if sibling.size is None or not (sha256 or sibling.blob_id):
            raise ModelError(f"the hub states no size or checksum of {sibling.rfilename} of {name}")
        files.append(_File(sibling.rfilename, sibling.size, sha256, sibling.blob_id))
    return files


def _require_room(folder: Path, needed: int) -> None:
    place = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(place).free
    if needed and needed + _SPARE_BYTES > free:
        raise ModelError(
            f"not enough room at {place}: the download takes {needed / 1e6:,.0f} MB and "
            f"{free / 1e6:,.0f} MB are free; nothing was downloaded"
        )


def _explained(error: Exception, name: str, revision: str | None) -> ModelError:
    """Return what went wrong as a sentence for people."""
    from huggingface_hub import errors

    status = getattr(getattr(error, "response", None), "status_code", None)
    families: Sequence[tuple[type[Exception], str]] = (
        (errors.GatedRepoError, f"{name} is given only to those who accepted its terms on the hub"),
        (errors.RevisionNotFoundError, f"{name} has no revision {revision}"),
        (errors.RepositoryNotFoundError, f"the hub has no model {name}, or it is private"),
        (errors.HFValidationError, f"{name} is not a name that a hub knows"),
    )
    for family, sentence in families:
        if isinstance(error, family):
            return ModelError(sentence)
    if status is not None:
        return ModelError(f"the hub answers with an error ({status}) for {name}; try again later")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return ModelError("the disk is full; free some room, then the download goes on from there")
    if isinstance(error, OSError) and error.filename is not None:
        return ModelError(f"cannot write {os.fsdecode(error.filename)}: {error.strerror}")
    return ModelError(
        f"the connection to the hub failed ({error}); what was downloaded is kept, "
        "and the same command goes on from there"
    )
