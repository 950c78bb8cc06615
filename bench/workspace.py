"""What the parts of one bench run share: places, sizes, and the large index of two of them."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .environment import Rivals, RivalsMissing
from .folders import Plan, load_prose, write_folder
from .product import ROOT, Run, Thimble
from .sets import Text


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    sets: tuple[str, ...]
    """Retrieval sets that count for the mean."""
    other_sets: tuple[str, ...]
    """Retrieval sets that are only reported."""
    queries: int
    """Most queries a set."""
    folder_bytes: int
    """Size of the generated folder."""
    files: int
    """Files of the folder that is reconciled."""
    timed_queries: int
    reference: bool
    """Whether the transformer rival takes part; it embeds about a hundred passages a second."""
    passages: int
    """Passages that are indexed beside LEANN, each one chunk."""
    passage_queries: int
    slow_passages: int
    """Passages for LEANN as it installs itself, and for its updates; 0 leaves both out."""
    slow_queries: int
    """Queries timed where one takes seconds."""
    churn_chunks: int
    """Chunks of the folder that is edited over and over, and chunks edited."""
    growth_chunks: tuple[int, ...]
    saves: int
    """Times a note is saved while the daemon watches."""
    rest_s: float
    """Seconds of rest in which the daemon's processor time is taken."""
    asked_each: int
    """Questions of each of many clients."""
    storm_files: int
    """Files changed a second."""
    storm_s: int

    @property
    def all_sets(self) -> tuple[str, ...]:
        """The names of all retrieval sets."""
        return self.sets + self.other_sets


_MEAN_SETS = ("cranfield", "med", "nq_qed", "pubmedqa", "cacm", "cosqa_dev", "locomo")
FULL = Scale(
    sets=_MEAN_SETS,
    other_sets=("lisa",),
    queries=300,
    folder_bytes=100_000_000,
    files=100_000,
    timed_queries=40,
    reference=True,
    passages=10_000,
    passage_queries=200,
    slow_passages=500,
    slow_queries=8,
    churn_chunks=10_000,
    growth_chunks=(10_000, 100_000, 1_000_000),
    saves=100,
    rest_s=60.0,
    asked_each=5,
    storm_files=2_000,
    storm_s=30,
)
QUICK = Scale(
    sets=("cranfield", "med"),
    other_sets=(),
    queries=50,
    folder_bytes=5_000_000,
    files=500,
    timed_queries=20,
    reference=False,
    passages=500,
    passage_queries=40,
    slow_passages=0,
    slow_queries=2,
    churn_chunks=1_000,
    growth_chunks=(1_000, 3_000),
    saves=10,
    rest_s=5.0,
    asked_each=1,
    storm_files=200,
    storm_s=2,
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where inputs are and where results go. A missing input is reported, never guessed."""

    sets: Path
    """Folder of retrieval sets."""
    folders: tuple[Path, ...]
    """Real folders of notes to index."""
    reference_model: Path
    """Model folder of the transformer rival."""
    out: Path
    llm: str | None = None
    """Address of a model server whose help with the search is measured."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A folder and its finished index."""

    folder: Path
    thimble: Thimble
    run: Run


class Workspace:
    """Inputs, scratch space and the large index of one bench run."""

    def __init__(self, places: Places, *, quick: bool) -> None:
        self.places = places
        self.quick = quick
        self.scale = QUICK if quick else FULL

    def say(self, what: str) -> None:
        """Tell a person who waits what is being done."""
        print(what, file=sys.stderr, flush=True)

    @property
    def work(self) -> Path:
        """The folder of all that a run makes for itself."""
        return self.places.out / "work"

    def fresh(self, name: str) -> Path:
        """Return a path under `out` where nothing is; what an earlier run left is removed."""
        path = self.work / name
        shutil.rmtree(path, ignore_errors=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def thimble(self, name: str) -> Thimble:
        """Return a product with an empty home."""
        return Thimble(self.fresh(f"{name}-home"))

    def add(self, name: str, folder: Path, cpu: int | None = None) -> Indexed:
        """Index a folder in a home of its own."""
        thimble = self.thimble(name)
        return Indexed(folder, thimble, thimble.add(folder, cpu=cpu))

    def generate(self, name: str, plan: Plan) -> Path:
        """Write a generated folder."""
        folder = self.fresh(name)
        write_folder(folder, self.prose, plan)
        return folder

    @cached_property
    def rivals(self) -> Rivals:
        """The rivals' environment; a quick run does not install it. Raises RivalsMissing."""
        home = self.places.out / "rivals"
        if not Rivals.is_installed(home):
            if self.quick:
                raise RivalsMissing("a quick run does not install the rivals; `make bench` does")
            self.say("installing the rivals, once (some 2 GB)")
        return Rivals.install(home)

    @cached_property
    def prose(self) -> list[Text]:
        """Documents from which folders are made."""
        return load_prose(self.places.sets, ROOT / "samples")

    @cached_property
    def large(self) -> Indexed:
        """The generated folder, indexed on all cores."""
        plan = Plan.of_total(self.scale.folder_bytes, 1_000, 50_000)
        return self.add("large", self.generate("large", plan))
