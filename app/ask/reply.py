"""A model's words, as they come, to sentences with citations that have been checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from store import Hit, Sentence

from .plain import plain
from .prompt import NOT_FOUND
from .sentences import sentences
from .support import Similarity, coverage, is_supported

_THOUGHTS = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)
_NUMBERS = r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*"
_CITATION = re.compile(rf"\s*[\[【](?:passages?\s*)?({_NUMBERS})[\]】]", re.IGNORECASE)
_AFTER_STOP = re.compile(rf"([.!?。！？])((?:\s*[\[【](?:passages?\s*)?{_NUMBERS}[\]】])+)")
_ENDS = frozenset(".!?。！？\n")


def without_thoughts(written: str) -> str:
    """Return what a model wrote without what some write before they answer."""
    return _THOUGHTS.sub("", written)


@dataclass
class Reply:
    """What a model has written so far about some passages."""

    question: str
    sources: Sequence[Hit]
    similarity: Similarity
    _checked: dict[str, Sentence] = field(default_factory=dict)
    _text: str = ""

    def read(self, pieces: Iterable[str]) -> Iterator[tuple[Sentence, ...]]:
        """Yield the whole sentences so far, each time one has come to its end, and all at last."""
        shown = 0
        for piece in pieces:
            self._text += piece
            if not _ENDS.isdisjoint(piece) and len(whole := self._sentences()[:-1]) > shown:
                shown = len(whole)
                yield tuple(whole)
        yield tuple(self._sentences())

    @property
    def says_not_found(self) -> bool:
        """Whether the model found no answer in the passages."""
        return NOT_FOUND in without_thoughts(self._text).upper()

    @property
    def is_empty(self) -> bool:
        """Whether the model has written nothing."""
        return not without_thoughts(self._text).strip()

    def _sentences(self) -> list[Sentence]:
        text = _AFTER_STOP.sub(r"\2\1", without_thoughts(self._text))
        raw = (one for one in sentences(text) if NOT_FOUND not in one.upper())
        return [checked for one in raw if (checked := self._check(one)).text]

    def _check(self, raw: str) -> Sentence:
        if raw not in self._checked:
            self._checked[raw] = self._make(raw)
        return self._checked[raw]

    def _make(self, raw: str) -> Sentence:
        numbers = [
            int(one) for found in _CITATION.findall(raw) for one in re.findall(r"\d+", found)
        ]
        cited = [one for one in dict.fromkeys(numbers) if 1 <= one <= len(self.sources)]
        bare = _CITATION.sub("", raw)
        if not cited:
            cited = self._attribute(bare)
        passages = [self.sources[number - 1] for number in cited]
        text = plain(bare, "\n".join(hit.text for hit in passages)).strip(" \t*-•")
        return Sentence(
            text=" ".join(text.split()),
            citations=tuple(cited),
            supported=is_supported(text, self.question, passages, self.similarity),
        )

    def _attribute(self, sentence: str) -> list[int]:
        """Return the source of a sentence that names none, if one bears it out."""
        shares = [coverage(sentence, hit.text) for hit in self.sources]
        best = max(range(len(shares)), key=shares.__getitem__)
        passage = self.sources[best]
        found = is_supported(sentence, self.question, [passage], self.similarity)
        return [best + 1] if found else []
