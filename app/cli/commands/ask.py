"""`thimble ask`: answer a question from the documents, with citations."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from store import Answer, Exchange, Filters, Query, clean_query

from ...ask import EXTRACTIVE, NONE, Address, offered_server
from ...user.settings import Settings, write
from ..filters import filters_of
from ..printing.answers import AnswerPrinter, answer_fields, plain_answer
from ..printing.diagnostics import ExitCode, UsageError
from . import NOTHING_INDEXED, Context

if TYPE_CHECKING:
    from ...daemon import AnyEngine


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Answer one question, or those of a conversation."""
    is_person = context.out.is_terminal and context.stdin.isatty()
    chats = args.chat or (not args.question and is_person)
    if chats and args.json:
        raise UsageError("--json takes one question; leave out --chat")
    first = [_first_question(args, context)] if args.question or not chats else []
    settings = context.load_settings().settings
    if is_person and settings.ask_server is None:
        settings = _consent(settings, context)
    _warn_if_remote(settings, context)
    with context.open_engine(settings) as engine:
        if not engine.folders():
            context.diagnostics.say(NOTHING_INDEXED)
            return ExitCode.NOTHING
        ask = partial(_answer, args, context, engine, filters_of(args, engine.folders))
        questions = chain(first, _typed(context)) if chats else first
        return _converse(ask, context, questions)


def _first_question(args: argparse.Namespace, context: Context) -> str:
    text = " ".join(args.question)
    if text == "-":
        text = context.stdin.buffer.read().decode("utf-8", "replace")
    try:
        return clean_query(text)
    except ValueError:
        raise UsageError("there is no question; try: thimble ask WORDS") from None


def _converse(
    ask: Callable[[str, Sequence[Exchange]], Answer], context: Context, questions: Iterable[str]
) -> ExitCode:
    """Answer question after question until there are no more; each may follow from the last."""
    history: list[Exchange] = []
    code = ExitCode.NOTHING
    for place, question in enumerate(questions):
        if place:
            context.out.line()
        answer = ask(question, history)
        if answer.found:
            code = ExitCode.FOUND
            history.append(Exchange(question, plain_answer(answer.sentences)))
        else:
            context.diagnostics.say("not in your documents")
    return code


def _typed(context: Context) -> Iterator[str]:
    while line := context.diagnostics.prompt("ask> ", context.stdin):
        if line.strip():
            yield clean_query(line)


def _answer(
    args: argparse.Namespace,
    context: Context,
    engine: AnyEngine,
    filters: Filters,
    question: str,
    history: Sequence[Exchange],
) -> Answer:
    printer = AnswerPrinter(context.out)
    for answer in engine.ask(Query(question, filters=filters), history):
        if answer.done and answer.notice:
            context.diagnostics.say(answer.notice)
        if not args.json:
            printer.show(answer)
    if args.json:
        context.out.json(answer_fields(answer))
    elif answer.sentences and answer.backend != EXTRACTIVE:
        context.diagnostics.say(f"answered by {answer.backend}")
    return answer


def _consent(settings: Settings, context: Context) -> Settings:
    """Ask once whether a model server that runs here may answer; the settings remember it."""
    server = offered_server(settings.ask_model)
    if server is None:
        return settings
    question = (
        f"The model {server} could answer, and would get your questions and passages of your "
        "documents. Let it? [y/N] "
    )
    said = context.diagnostics.prompt(question, context.stdin).strip().lower()
    if not said:
        return settings
    chosen = str(server.address) if said in ("y", "yes") else NONE
    write(context.paths.settings, "ask_server", chosen)
    return replace(settings, ask_server=chosen)


def _warn_if_remote(settings: Settings, context: Context) -> None:
    if settings.ask_server in (None, NONE):
        return
    address = Address.parse(settings.ask_server)
    if not address.is_local:
        context.diagnostics.say(
            f"questions and passages of your documents go to {address}, which is not this machine"
        )
