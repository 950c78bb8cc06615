"""Answers to questions: sentences with the hits that they cite."""

from __future__ import annotations

from dataclasses import dataclass

from .results import Hit


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer."""

    text: str
    """Plain text, without citation marks."""
    citations: tuple[int, ...]
    """1-based numbers into `Answer.sources`."""
    supported: bool
    """False: the cited passages do not bear it out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer so far; each one yielded replaces the one before. The last has `done`."""

    question: str
    sentences: tuple[Sentence, ...]
    sources: tuple[Hit, ...]
    """What was handed to the answerer, in citation order."""
    found: bool
    """False: not in the documents; `sentences` is then empty."""
    backend: str
    """`extractive`, or the model's name and address."""
    done: bool
    notice: str = ""
    """One sentence if something went wrong, as when a server died and this is extractive."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that was answered before, in the same conversation."""

    question: str
    answer: str
