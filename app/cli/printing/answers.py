"""Answers as data: what one looks like for people, in a pipe, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from store import Answer, Sentence, safe_line

from .hits import hit_fields, place_parts
from .layout import shorten, wrap
from .output import Output, Style, Styled

UNSUPPORTED = "(the sources do not say this)"


class AnswerPrinter:
    """Writes an answer sentence by sentence while it grows."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._written: list[Sentence] = []

    def show(self, answer: Answer) -> None:
        """Write what is new in an answer, and its sources when it is done."""
        for sentence in answer.sentences[len(self._written) :]:
            self._sentence(sentence)
            self._written.append(sentence)
        if answer.done and answer.found:
            self._sources(answer)
        self._out.flush()

    def _sentence(self, sentence: Sentence) -> None:
        text = safe_line(f"{sentence.text} {marks(sentence)}".rstrip())
        if not self._out.is_terminal:
            self._out.line(text, "" if sentence.supported else f" {UNSUPPORTED}")
            return
        for parts in wrap(text, (0, len(text)), (), self._out.width, len(text)):
            self._out.line(*parts)
        if not sentence.supported:
            self._out.line("  ", Styled(UNSUPPORTED, Style.NOTE))

    def _sources(self, answer: Answer) -> None:
        self._out.line()
        for number in cited(answer.sentences):
            hit = answer.sources[number - 1]
            title = shorten(safe_line(hit.title or hit.path.name), self._out.width - 5)
            self._out.line(f"[{number}] ", *place_parts(self._out, hit))
            if self._out.is_terminal:
                self._out.line("    ", Styled(title, Style.DIM))


def marks(sentence: Sentence) -> str:
    """Return the citations of a sentence as `[1][3]`."""
    return "".join(f"[{number}]" for number in sentence.citations)


def cited(sentences: Iterable[Sentence]) -> list[int]:
    """Return the numbers of the sources that are cited, ascending."""
    return sorted({number for one in sentences for number in one.citations})


def plain_answer(sentences: Sequence[Sentence]) -> str:
    """Return the words of an answer, as what was said before a follow-up question."""
    return " ".join(one.text for one in sentences)


def answer_fields(answer: Answer) -> dict[str, object]:
    """Return a finished answer as JSON fields (schema 1)."""
    return {
        "schema": 1,
        "question": answer.question,
        "found": answer.found,
        "backend": answer.backend,
        "notice": answer.notice,
        "sentences": [
            {"text": one.text, "citations": list(one.citations), "supported": one.supported}
            for one in answer.sentences
        ],
        "sources": [
            {"number": number, **hit_fields(hit)} for number, hit in enumerate(answer.sources, 1)
        ],
    }
