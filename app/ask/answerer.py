"""From a question to an answer: search, decide whether there is one, ask a model or extract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache

from store import Answer, Exchange, Hit, Query, Results, SearchModels, Sentence, terms

from .aid import Aid
from .client import ServerError, TooLong
from .extract import extract, similarities
from .prompt import ANSWER_TOKENS, messages, pack
from .reply import Reply
from .servers import ModelServer, find_server, offered_server

EXTRACTIVE = "extractive"
_PASSAGES = 8
_SENTENCES = 3
_FEW_WORDS = 1
_LOOKED_AT = 5
_RELATED = 0.25
"""Cosine below which texts that share no word have nothing to do with each other, in the space of
the built-in rank model; models whose cosines are all higher are left to the probability."""
_POINTS_BACK = re.compile(
    r"\b(?:it|its|he|she|him|his|her|they|them|their|that|this|those|these|there|then|and|else"
    r"|er|sie|es|ihm|ihn|dort|damals|il|elle|ils|elles|cela|là)\b",
    re.IGNORECASE,
)

Find = Callable[[Query], Results]
"""Returns the exact answer."""


@dataclass(frozen=True)
class Answerer:
    """Answers questions over one index. May be used by many threads at once."""

    find: Find
    idf: Callable[[str], Mapping[int, float]]
    models: Callable[[], SearchModels]
    server: str | None
    """Address of a model server, `none`, or None, which asks no model and tells of one."""
    model: str | None
    user: str | None
    """Who may run the server besides this user; the setting `ask_server_user`."""
    how: str
    """How a model helps the search, the setting `ask_search`."""
    timeout_s: float
    """For the whole of a model's answer."""
    environ: Mapping[str, str]

    def answer(self, query: Query, history: Sequence[Exchange] = ()) -> Iterator[Answer]:
        """Yield the answer to a question as it grows; the last one is done."""
        question = query.text
        topic = _topic(question, history)
        find_once = cache(lambda: find_server(self.server, self.model, self.user, self.environ))
        aid = self._aid(find_once)
        results = self.find(replace(query, text=topic, limit=_PASSAGES, meaning=aid.imagine(topic)))
        weights = self.idf(topic)
        models = self.models()
        similar = similarities(models.embed_passages, models.embed_query, topic)
        if not results.confident or not _are_related(results.hits[:_LOOKED_AT], weights, similar):
            yield Answer(
                question,
                (),
                results.hits,
                found=False,
                backend=EXTRACTIVE,
                done=True,
                notice=aid.notice,
            )
            return
        # Only now: no document can talk a model into "not in your documents".
        hits = aid.order(topic, results.hits)
        notice = aid.notice
        try:
            if (server := find_once()) is not None:
                for answer in self._ask(server, question, hits, history, models):
                    yield replace(answer, notice=aid.notice)
                return
        except (ServerError, ValueError) as error:
            notice = f"{error}; these are sentences of your documents instead"
        else:
            notice = notice or self._offer()
        found = extract(topic, hits, weights, similar, _SENTENCES)
        yield _extractive(question, [(one.text, hits[one.source]) for one in found], notice)

    def _offer(self) -> str:
        """Tell of a model that could answer, if the user has not said anything about it."""
        server = offered_server(self.model) if self.server is None else None
        if server is None:
            return ""
        return (
            f"the model {server} could answer; to send it your questions and passages of your "
            f"documents: thimble config set ask_server {server.address}"
        )

    def _aid(self, find: Callable[[], ModelServer | None]) -> Aid:
        """Return the model's help, which is none if no server can be asked."""
        aid = Aid(None, self.how, self.timeout_s)
        if self.how != "plain":
            # One that cannot be asked is told of later, when it is to answer.
            with suppress(ServerError, ValueError):
                aid.server = find()
        return aid

    def _ask(
        self,
        server: ModelServer,
        question: str,
        hits: Sequence[Hit],
        history: Sequence[Exchange],
        models: SearchModels,
    ) -> Iterator[Answer]:
        """Yield a model's answer. Raises ServerError, naming the server."""
        sources = pack(hits, server.context, history)
        while True:
            try:
                yield from self._stream(server, question, sources, history, models)
            except TooLong as error:
                if len(sources) == 1:
                    raise ServerError(f"the model {server} {error}") from error
                sources = sources[: len(sources) // 2]
            except ServerError as error:
                raise ServerError(f"the model {server} {error}") from error
            else:
                return

    def _stream(
        self,
        server: ModelServer,
        question: str,
        sources: Sequence[Hit],
        history: Sequence[Exchange],
        models: SearchModels,
    ) -> Iterator[Answer]:
        reply = Reply(question, sources, _closeness(models))
        answer = Answer(question, (), tuple(sources), found=True, backend=str(server), done=False)
        yield answer
        asked = messages(question, sources, history)
        for sentences in reply.read(server.write(asked, ANSWER_TOKENS, self.timeout_s)):
            answer = replace(answer, sentences=sentences)
            yield answer
        if reply.is_empty:
            raise ServerError("wrote nothing")
        is_answered = bool(answer.sentences) and not (
            reply.says_not_found and not any(one.supported for one in answer.sentences)
        )
        sentences = answer.sentences if is_answered else ()
        yield replace(answer, sentences=sentences, found=is_answered, done=True)


def _are_related(
    hits: Sequence[Hit],
    weights: Mapping[int, float],
    similar: Callable[[Sequence[str]], Sequence[float]],
) -> bool:
    """Tell whether any hit has to do with the question at all.

    The probability of a hit is relative to the others, which says little among three documents.
    """
    if any(weights.keys() & set(terms(f"{one.title} {one.heading} {one.text}")) for one in hits):
        return True
    return max(similar([one.text for one in hits]), default=0.0) >= _RELATED


def _topic(question: str, history: Sequence[Exchange]) -> str:
    """Return what to search for: a follow-up is about what was asked before it, too."""
    if not history:
        return question
    if _POINTS_BACK.search(question) or len(set(terms(question))) <= _FEW_WORDS:
        return f"{history[-1].question} {question}"
    return question


def _extractive(question: str, quoted: Sequence[tuple[str, Hit]], notice: str) -> Answer:
    """Return an answer of sentences and their hits; each hit is cited by one number."""
    sources = tuple(dict.fromkeys(hit for _, hit in quoted))
    sentences = tuple(
        Sentence(text, (sources.index(hit) + 1,), supported=True) for text, hit in quoted
    )
    return Answer(question, sentences, sources, bool(quoted), EXTRACTIVE, done=True, notice=notice)


def _closeness(models: SearchModels) -> Callable[[str, Sequence[str]], float]:
    def closeness(sentence: str, others: Sequence[str]) -> float:
        if not others:
            return 0.0
        vectors = models.embed_passages([sentence, *others])
        return float((vectors[1:] @ vectors[0]).max())

    return closeness
