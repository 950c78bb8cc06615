"""Checksums of model files: computed once, then known by the files' signatures."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from store import make_private, write_private

from .model import Model, ModelError

_BLOCK_BYTES = 1 << 20


class Checksums:
    """SHA-256 of files. With a place to remember them, a file that has not changed is not read."""

    def __init__(self, memory: Path | None = None) -> None:
        self._memory = memory

    def of(self, files: Sequence[Path]) -> str:
        """Return the sum of some files, one after the other, in hex. Raises OSError."""
        signature = [_signature(file) for file in files]
        key = os.fspath(files[0].absolute())
        known = self._read()
        entry = known.get(key)
        if isinstance(entry, list) and entry[:-1] == signature:
            return str(entry[-1])
        digest = hashlib.sha256()
        for file in files:
            with file.open("rb") as content:
                while block := content.read(_BLOCK_BYTES):
                    digest.update(block)
        self._write({**known, key: [*signature, digest.hexdigest()]})
        return digest.hexdigest()

    def verify(self, model: Model) -> None:
        """Raise ModelError if a model's files are not those that its description was made for."""
        expected = [(model.weights, model.sha256)]
        if model.tokenizer_sha256:
            expected.append(((model.tokenizer,), model.tokenizer_sha256))
        for files, sha256 in expected:
            try:
                digest = self.of(files)
            except OSError as error:
                raise ModelError(f"cannot read {files[0]}: {error.strerror}") from error
            if digest != sha256:
                raise ModelError(
                    f"{files[0]} is damaged or another one: its SHA-256 is not the one in "
                    f"{model.folder / 'model.toml'}; add the model again"
                )

    def _read(self) -> dict[str, object]:
        if self._memory is None:
            return {}
        try:
            known = json.loads(self._memory.read_bytes())
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def _write(self, known: dict[str, object]) -> None:
        """Remember sums; where that cannot be, they are computed again the next time."""
        if self._memory is None:
            return
        with suppress(OSError):
            make_private(self._memory.parent)
            write_private(self._memory, json.dumps(known).encode())


def _signature(file: Path) -> list[int]:
    found = file.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
