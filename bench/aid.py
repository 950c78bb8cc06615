"""Part `aid`: what a model's help with the search is worth to an answer, and what it costs.

A model of yours is measured if `--llm` names its server. Without one, two stand-ins show how much
there is to win and to lose: one that knows the answers, and one that errs whenever it can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from statistics import median
from time import perf_counter

from app.ask.aid import IMAGINE, RANK
from app.engine.engine import Engine
from app.user.settings import ASK_SEARCH, Settings
from store import Query

from .answers import SET, holds, load_answers
from .metrics import mean
from .product import paths_of
from .report import Section, Table
from .sets import RetrievalSet, load, write_files
from .standin import serving
from .workspace import Workspace

_COLUMNS = (
    "model",
    "ask_search",
    "first passage holds an answer",
    "any passage holds one",
    "not in your documents",
    "median s to the first sentence",
)
_PASSAGE = re.compile(r"<<\w+ passage (\d+)>>\n(.*?)\n<<\w+ end>>", re.DOTALL)
_AROUND = 200
"""Characters on each side of an answer that an imagined passage has."""
_STAND_INS = (
    "No language model was measured. Two stand-ins say how much there is to win and to lose: "
    "`knows` imagines what stands around the answer and puts passages that hold one first, `errs` "
    "imagines the answer to another question and puts them last.",
)


def measure(workspace: Workspace) -> Section:
    """Ask the questions of a set with known answers, with each kind of help."""
    folder = workspace.places.sets / SET
    if not (folder / "answers.jsonl").is_file():
        return Section("aid", notes=(f"Left out: no set {SET} with answers.",))
    asked = load(folder, workspace.scale.queries)
    gold = load_answers(folder / "answers.jsonl")
    workspace.say("aid")
    written = workspace.fresh("aid")
    write_files(asked, written)
    home = workspace.add("aid-index", written).thimble.home
    rows: list[tuple[str | float, ...]] = []
    for model, server in _servers(asked, gold, workspace.places.llm):
        with server as address:
            for how in ASK_SEARCH[bool(rows) :]:  # the plain search has no help, whoever gives it
                workspace.say(f"aid: {model}, {how}")
                rows.append((model, how, *_ask(home, asked.queries, gold, address, how)))
    title = f"{len(asked.queries)} questions of {SET}; the passages that a model is to answer from"
    notes = () if workspace.places.llm else _STAND_INS
    return Section("aid", tables=(Table(title, _COLUMNS, tuple(rows)),), notes=notes)


class StandIn:
    """Writes what a model would that knows the answers, or one that errs whenever it can."""

    def __init__(self, asked: RetrievalSet, gold: Mapping[str, Sequence[str]]) -> None:
        """Take questions with their documents and answers."""
        texts = {text.id: text.body for text in asked.texts}
        self._gold = {question: gold[key] for key, question in asked.queries.items()}
        self._passages = {
            question: _around(texts[next(iter(asked.qrels[key]))], gold[key])
            for key, question in asked.queries.items()
        }
        questions = [*asked.queries.values()]
        self._others = dict(zip(questions, questions[1:] + questions[:1], strict=True))

    def know(self, task: str, said: str) -> str:
        """Write as one that knows."""
        return self._write(task, said, lambda question: question, best_first=True)

    def err(self, task: str, said: str) -> str:
        """Write as one that takes each question for another, and the worst passage for the best."""
        return self._write(task, said, self._others.__getitem__, best_first=False)

    def _write(
        self, task: str, said: str, taken_for: Callable[[str], str], *, best_first: bool
    ) -> str:
        if task == IMAGINE:
            return self._passages[taken_for(said)]
        if task == RANK:
            gold = self._gold[said.rpartition("The question: ")[2]]
            shown = [(int(one), holds(text, gold)) for one, text in _PASSAGE.findall(said)]
            shown.sort(key=lambda one: one[1] != best_first)
            return " > ".join(f"[{number}]" for number, _ in shown)
        return "So it is [1]."


def _around(text: str, answers: Sequence[str]) -> str:
    """Return what stands around an answer in a text, its beginning if none stands there."""
    places = [text.find(answer) for answer in answers if answer in text]
    start = max(0, min(places, default=0) - _AROUND)
    return text[start : start + 2 * _AROUND]


def _servers(
    asked: RetrievalSet, gold: Mapping[str, Sequence[str]], llm: str | None
) -> list[tuple[str, AbstractContextManager[str]]]:
    if llm is not None:
        return [(llm, nullcontext(llm))]
    standing = StandIn(asked, gold)
    return [("knows", serving(standing.know)), ("errs", serving(standing.err))]


def _ask(
    home: Path,
    questions: Mapping[str, str],
    gold: Mapping[str, Sequence[str]],
    address: str,
    how: str,
) -> tuple[float, ...]:
    """Return the values of a row, from the third column on."""
    paths = paths_of(home)
    first, any_of_them, refused, waited = [], [], [], []
    with Engine(Settings(paths, ask_server=address, ask_search=how)) as engine:
        for key, question in questions.items():
            started = perf_counter()
            for answer in engine.ask(Query(question)):
                if answer.sentences or answer.done:
                    break
            waited.append(perf_counter() - started)
            held = [answer.found and holds(one.text, gold[key]) for one in answer.sources]
            first.append(float(any(held[:1])))
            any_of_them.append(float(any(held)))
            refused.append(float(not answer.found))
    return mean(first), mean(any_of_them), mean(refused), median(waited)
