"""LEANN, as its users run it: through its Python API and through its command."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from store import Vectors

from .environment import Rivals
from .leann_mode import LIMIT, Curve

_WORKER = "leann_worker.py"
VERSIONS = ("leann", "leann-backend-hnsw", "torch", "sentence-transformers")


@dataclass(frozen=True, slots=True)
class Built:
    """A finished index."""

    seconds: float
    files: dict[str, int]
    """File name → bytes."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Searches with one complexity."""

    complexity: int
    seconds: list[float]
    found: list[list[int]]


@dataclass(frozen=True, slots=True)
class Leann:
    """One index of LEANN, in a project folder of its own."""

    rivals: Rivals
    folder: Path
    name: str = "passages"

    @property
    def index(self) -> Path:
        """The index, where its command looks for it."""
        return self.folder / ".leann" / "indexes" / self.name / "documents.leann"

    def build(self, texts: Sequence[str], queries: Sequence[str]) -> Built:
        """Embed `texts` and index them; keep their and the queries' vectors."""
        task = {"texts": list(texts), "queries": list(queries), "model": str(self.rivals.model)}
        return self._built(self._work("build", **task, **self._kept))

    def build_from_vectors(self, texts: Sequence[str], vectors: Path, *, recompute: bool) -> Built:
        """Index `texts` with vectors that are there already."""
        task = {"texts": list(texts), "model": str(self.rivals.model), "recompute": recompute}
        return self._built(self._work("build_from_vectors", **task, vectors=str(vectors)))

    def vectors(self) -> tuple[Vectors, Vectors]:
        """Return the vectors that `build` kept: of the texts, of the queries."""
        return np.load(self._kept["vectors"]), np.load(self._kept["asked"])

    def curve(self, complexities: Sequence[int]) -> list[Curve]:
        """Search with each complexity, vectors looked up; `build` comes first."""
        task = {"complexities": list(complexities), "limit": LIMIT}
        rows = self._work("count", **task, **self._kept)["rows"]
        return [Curve(row["complexity"], row["found"], row["recomputed"]) for row in rows]

    def time_searches(
        self, queries: Sequence[str], complexities: Sequence[int], *, recompute: bool = True
    ) -> list[Timed]:
        """Search with LEANN's own server and model."""
        task = {"queries": list(queries), "complexities": list(complexities), "limit": LIMIT}
        rows = self._work("search", **task, recompute=recompute)["rows"]
        return [Timed(row["complexity"], row["seconds"], row["found"]) for row in rows]

    def index_folder(self, documents: Path) -> float:
        """Run `leann build` over a folder: the first time, or to bring it up to date; seconds."""
        model = ("--embedding-model", str(self.rivals.model))
        return self._command("build", self.name, "--docs", str(documents), *model)[0]

    def search_command(self, query: str, complexity: int) -> tuple[float, list[dict[str, Any]]]:
        """Run `leann search`; return the seconds and the hits."""
        options = ("--json", "--non-interactive", "--top-k", str(LIMIT))
        asked = ("--complexity", str(complexity), self.name, query)
        seconds, said = self._command("search", *options, *asked)
        hits: list[dict[str, Any]] = json.loads(said)
        return seconds, hits

    def stop(self) -> None:
        """End the servers that its commands left running."""
        self._command("daemon", "stop", "--all")

    def bytes(self) -> int:
        """Return the bytes of the index's folder."""
        return sum(path.stat().st_size for path in self.index.parent.iterdir() if path.is_file())

    @property
    def _kept(self) -> dict[str, str]:
        return {
            "vectors": str(self.folder / "vectors.npy"),
            "asked": str(self.folder / "asked.npy"),
        }

    def _work(self, action: str, **task: Any) -> dict[str, Any]:
        whole = {"action": action, "index": str(self.index), **task}
        return self.rivals.work(_WORKER, whole, self.folder)

    def _built(self, answer: dict[str, Any]) -> Built:
        return Built(answer["built_s"], answer["files"])

    def _command(self, *arguments: str) -> tuple[float, str]:
        self.folder.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        said = self.rivals.run("leann", *arguments, folder=self.folder)
        return time.perf_counter() - started, said
