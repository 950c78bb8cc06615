"""How well words and meaning work together, on the sample documents and the built-in models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, partial
from math import log2
from pathlib import Path
from statistics import mean

import pytest

from app.engine.engine import Engine
from app.user.paths import Paths
from app.user.settings import load
from store import Mode, Query, Results

ROOT = Path(__file__).parent.parent
ELSEWHERE = (
    "how do volcanoes form under the ocean floor",
    "which treaty ended the war between Sparta and Athens",
    "symptoms of altitude sickness in mountaineers",
    "why do glaciers look blue",
    "how is penicillin produced from mould",
    "who composed the opera about the barber",
    "when was the Suez canal opened to ships",
    "life cycle of the monarch butterfly",
    "how does a nuclear submarine make oxygen",
    "rules for offside in football",
    "what causes the northern lights",
    "how are diamonds cut and polished",
    "the moons of Jupiter and who found them",
    "how did the Aztecs count years",
    "why does helium change your voice",
    "training plan for a first triathlon",
)
"""Questions about what no sample document is about."""


@pytest.fixture(scope="module")
def engine(samples_home: Path) -> Iterator[Engine]:
    paths = Paths(samples_home, samples_home / "index", samples_home / "settings.toml")
    with Engine(load(paths, {}, {}).settings) as engine:
        yield engine


@pytest.fixture(scope="module")
def questions() -> list[dict[str, str]]:
    """Every third question about the samples."""
    paths = sorted((ROOT / "tests" / "samples").glob("queries-*.jsonl"))
    lines = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    return lines[::3]


@cache
def answer(engine: Engine, text: str, mode: Mode = Mode.HYBRID) -> Results:
    return [*engine.search(Query(text, mode=mode))][-1]


def gain(engine: Engine, mode: Mode, question: dict[str, str]) -> float:
    """Return nDCG@10 of a question that one document answers."""
    hits = answer(engine, question["query"], mode).hits
    right = ROOT / "samples" / question["path"]
    return sum(1 / log2(1 + hit.rank) for hit in hits if right in (hit.path, *hit.duplicates))


def test_words_and_meaning_together_find_more_than_either_alone(
    engine: Engine, questions: list[dict[str, str]]
) -> None:
    together, meaning, words = (
        mean(map(partial(gain, engine, mode), questions))
        for mode in (Mode.HYBRID, Mode.SEMANTIC, Mode.LEXICAL)
    )
    assert together > max(meaning, words)


def test_questions_without_an_answer_score_below_those_with_one(
    engine: Engine, questions: list[dict[str, str]]
) -> None:
    answered = [answer(engine, one["query"]).hits[0].score for one in questions]
    others = [answer(engine, text).hits[0].score for text in ELSEWHERE]
    told_apart = mean(high > low for high in answered for low in others)
    assert told_apart > 0.8


def test_an_answer_says_whether_anything_relevant_was_found(
    engine: Engine, questions: list[dict[str, str]]
) -> None:
    found = mean(answer(engine, one["query"]).confident for one in questions)
    wrongly = mean(answer(engine, text).confident for text in ELSEWHERE)
    assert found > wrongly + 0.25


@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_scores_with_probabilities_in_falling_order(engine: Engine, mode: Mode) -> None:
    scores = [hit.score for hit in answer(engine, "deposit", mode).hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)
