"""Part `answers`: do the sentences of an answer without a language model hold the answer?"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.engine.engine import Engine
from app.user.settings import Settings
from store import Query

from .metrics import mean
from .product import paths_of
from .report import Measure, Section, at_least
from .rivals import Fts5
from .sets import RetrievalSet, load, write_files
from .workspace import Workspace

SET = "nq_qed"
_SENTENCES = 3
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def measure(workspace: Workspace) -> Section:
    """Ask the questions of a set with known answers, beside the best passage by BM25."""
    folder = workspace.places.sets / SET
    if not (folder / "answers.jsonl").is_file():
        return Section("answers", notes=(f"Left out: no set {SET} with answers.",))
    asked, gold = load(folder, workspace.scale.queries), load_answers(folder / "answers.jsonl")
    workspace.say("answers")
    written = workspace.fresh("answers")
    write_files(asked, written)
    home = workspace.add("answers-index", written).thimble.home
    said = _ask(home, asked.queries)
    passages = _best_passages(workspace.fresh("answers.db"), asked)
    settings = f"{len(asked.queries)} questions of {SET}, a gold answer within (as in SQuAD)"
    first = {key: text[:1] for key, text in said.items()}
    none = [float(not text) for text in said.values()]
    return Section(
        "answers",
        measures=(
            Measure(f"first {_SENTENCES} sentences", held(said, gold), "", settings, at_least(0.7)),
            Measure("first sentence", held(first, gold), "", settings),
            Measure("best passage by BM25 (FTS5)", held(passages, gold), "", settings),
            Measure("not in your documents", mean(none), "", "of the same questions"),
        ),
    )


def load_answers(path: Path) -> dict[str, list[str]]:
    """Return question id → answers, any of which is right."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return {str(row["id"]): row["answers"] for row in rows}


def held(said: Mapping[str, Sequence[str]], gold: Mapping[str, Sequence[str]]) -> float:
    """Return the share of questions for which the texts said hold one of the answers."""
    return mean([float(holds(" ".join(said[key]), gold[key])) for key in said])


def normalised(text: str) -> str:
    """Return a text as SQuAD's evaluation compares it: no case, punctuation, articles."""
    bare = "".join(one for one in text.lower() if one not in string.punctuation)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def holds(text: str, answers: Sequence[str]) -> bool:
    """Tell whether one of the answers stands in a text."""
    padded = f" {normalised(text)} "
    return any(f" {normalised(answer)} " in padded for answer in answers if normalised(answer))


def _ask(home: Path, questions: Mapping[str, str]) -> dict[str, list[str]]:
    settings = Settings(paths_of(home), ask_server="none")
    said: dict[str, list[str]] = {}
    with Engine(settings) as engine:
        for key, question in questions.items():
            *_, answer = engine.ask(Query(question))
            said[key] = [one.text for one in answer.sentences[:_SENTENCES]]
    return said


def _best_passages(path: Path, asked: RetrievalSet) -> dict[str, list[str]]:
    texts = [text.whole for text in asked.texts]
    words = Fts5(path, texts)
    return {
        key: [texts[one] for one in words.rank(question, 1)]
        for key, question in asked.queries.items()
    }
