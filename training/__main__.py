"""Trains both models: `python -m training --data DIR --tests DIR --teacher DIR`.

Each step keeps what it made in the work folder and is not done again: a run that was stopped, or
is repeated with other settings after some files were removed, goes on from there.
"""

from __future__ import annotations

import argparse
import os
import pickle
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from tokenizers import Tokenizer

from . import index_model, rank_model, teacher, vocabulary
from .corpus import Corpus, load, read_folder, sample
from .decontaminate import TestSets, decontaminate
from .evaluate import report
from .examples import Examples, make
from .export import INDEX_NAME, RANK_NAME, export_index, export_rank
from .fusion_collections import SOURCES
from .graphs import Weights
from .narrow import narrow
from .spectrum import even_out
from .tasks import Task, build

_TOKENS = 160
"""Most tokens of a training text."""
_MOST_PASSAGES = 14_000
_TAUGHT_TEXTS = 49_152
"""Texts that the teacher says every token of; the similarities of the same ones are learnt."""
_INDEX_VOCABULARY = 31_650
_PROJECTION_SAMPLE = 18_000
_NARROWING_SAMPLE = 1500
_SPECTRUM_SAMPLE = 4000
_SEED = 0
_Made = TypeVar("_Made")


class Training:
    """All steps, each done when another one needs it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._work: Path = options.work
        self._work.mkdir(parents=True, exist_ok=True)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._threads: int = options.threads
        torch.set_num_threads(self._threads)

    @cached_property
    def corpus(self) -> Corpus:
        """Training text, without what the tests and the development tasks hold."""
        return self._kept("corpus.pickle", self._read_corpus)

    @cached_property
    def tasks(self) -> list[Task]:
        """The development tasks."""
        return self._kept("tasks.pickle", self._read_tasks)

    @cached_property
    def examples(self) -> Examples:
        """What is trained on."""

        def read() -> Examples:
            cutter = self.checkpoint.tokenizer
            cutter.enable_truncation(_TOKENS)
            return make(self.corpus, cutter, _MOST_PASSAGES, _SEED)

        return self._kept("examples.pickle", read)

    @cached_property
    def checkpoint(self) -> teacher.Checkpoint:
        """The teacher on disk."""
        return teacher.Checkpoint.load(self._options.teacher)

    @cached_property
    def taught(self) -> Path:
        """The folder of what the teacher says."""
        cache = self._work / "teacher"
        early = rank_model.early(self.student)
        teaching = teacher.Teacher(self.checkpoint, early, _TOKENS, self._threads)
        teacher.teach(teaching, self.examples.texts[:_TAUGHT_TEXTS], _TAUGHT_TEXTS, cache)
        return cache

    @cached_property
    def student(self) -> Weights:
        """The rank model before training."""

        def made() -> Weights:
            cutter, start = self.checkpoint.tokenizer, rank_model.start(self.checkpoint.weights)
            cutter.enable_truncation(_TOKENS)
            chance = np.random.default_rng(_SEED)
            places = chance.permutation(len(self.examples.texts))[:_NARROWING_SAMPLE]
            some = cutter.encode_batch_fast([self.examples.texts[place] for place in places])
            return narrow(start, [one.ids for one in some], rank_model.WIDTH, teacher.HEADS)

        return self._kept("student.pickle", made)

    def index(self) -> None:
        """Train and export the index model."""
        known = Tokenizer.from_file(str(self._options.start / "tokenizer.json"))
        known.no_padding()
        known.no_truncation()
        tokenizer = vocabulary.build(known, self.corpus, _INDEX_VOCABULARY)
        table = index_model.start(_table(self._options.start), known, tokenizer)
        bags = index_model.Bags.of(tokenizer, self.examples.texts)
        settings = replace(index_model.Settings(), steps=self._options.index_steps, seed=_SEED)
        taught = teacher.embeddings(self.taught)
        table = index_model.train(table, bags, self.examples, taught, settings, self._device)
        chance = np.random.default_rng(_SEED)
        some = chance.permutation(len(self.examples.texts))[:_SPECTRUM_SAMPLE]
        table = even_out(table, index_model.embed(table, bags, some))
        passages = sample(self.corpus.passages, _PROJECTION_SAMPLE, 500, _SEED)
        texts = [passage.text for passage in passages]
        export_index(self._options.out / INDEX_NAME, table, tokenizer, texts)

    def rank(self) -> None:
        """Train and export the rank model."""
        shards, taught = teacher.tokens(self.taught), teacher.embeddings(self.taught)
        partners = rank_model.partners(self.examples, len(taught))
        layers = rank_model.later(self.student)
        settings = replace(rank_model.Settings(), steps=self._options.rank_steps, seed=_SEED)
        rank_model.train(
            layers, shards, taught, settings, partners, self._device, self._work / "rank.pt"
        )
        weights = {**self.student, **layers.cpu().weights(rank_model.EARLY)}
        folder = self._options.out / RANK_NAME
        export_rank(folder, weights, teacher.HEADS, self.checkpoint.tokenizer)

    def evaluate(self) -> None:
        """Print how the exported models do in the development tasks."""
        for name in (INDEX_NAME, RANK_NAME):
            if (self._options.out / name).is_dir():
                report(self._options.out / name, self.tasks)

    def _read_corpus(self) -> Corpus:
        read = [load(self._options.data), *map(read_folder, self._options.text)]
        joined = Corpus(
            tuple(pair for one in read for pair in one.pairs),
            tuple(passage for one in read for passage in one.passages),
        )
        clean = decontaminate(joined, TestSets.read(self._options.tests))
        return clean.without(SOURCES)

    def _read_tasks(self) -> list[Task]:
        return build(load(self._options.data, openly_licensed=False))

    def _kept(self, name: str, make: Callable[[], _Made]) -> _Made:
        path = self._work / name
        if path.exists():
            made: _Made = pickle.loads(path.read_bytes())
            return made
        made = make()
        path.write_bytes(pickle.dumps(made))
        return made


def _table(folder: Path) -> NDArray[np.float32]:
    """Return the rows of a static model: an int8 table, one scale a row."""
    arrays = [
        numpy_helper.to_array(tensor)
        for tensor in onnx.load(str(folder / "model.onnx")).graph.initializer
    ]
    (rows,) = (array for array in arrays if array.dtype == np.int8)
    (scales,) = (array for array in arrays if array.shape == (len(rows), 1))
    return np.asarray(rows.astype(np.float32) * scales)


def main(arguments: list[str]) -> int:
    """Do the steps that are asked for, or all."""
    options = _parser().parse_args(arguments)
    training = Training(options)
    for step in options.only or ("index", "rank", "evaluate"):
        print(f"training: {step}", file=sys.stderr, flush=True)
        getattr(training, step)()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Train both models.")
    parser.add_argument("--data", type=Path, required=True, help="pairs, passages, licences.tsv")
    parser.add_argument("--tests", type=Path, required=True, help="retrieval sets to keep out")
    parser.add_argument("--teacher", type=Path, required=True, help="model.safetensors, tokenizer")
    parser.add_argument("--start", type=Path, required=True, help="static model to start from")
    parser.add_argument("--text", type=Path, nargs="*", default=[], help="more folders of text")
    parser.add_argument("--work", type=Path, default=Path("training/out"))
    parser.add_argument("--out", type=Path, default=Path("training/out/models"))
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--index-steps", type=int, default=index_model.Settings().steps)
    parser.add_argument("--rank-steps", type=int, default=rank_model.Settings().steps)
    parser.add_argument("--only", action="append", choices=("index", "rank", "evaluate"))
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
