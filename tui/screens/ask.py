"""The view that answers questions from the documents, with citations that open at the line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.widgets import Footer, Input, Static
from textual.worker import Worker, get_current_worker

from store import Answer, Exchange, Hit, safe_line, safe_text

from ..backend import Backend
from ..format import STYLES, TOO_SMALL
from ..messages import Grown, failure
from ..request import Request
from ..widgets.answer import AnswerView, SourceList
from ..widgets.query import chips
from ..widgets.text_box import TextBox
from .hit_screen import HitScreen

MOST_CITED_BY_KEY = 9


class QuestionInput(TextBox):
    """The text box for a question."""

    BINDING_GROUP_TITLE = "Question"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Ask"),
        Binding("escape", "screen.back", "Commands"),
        Binding("down", "screen.answer", "Answer", show=False),
    ]


class AskScreen(HitScreen):
    """A conversation about the documents. It forgets everything when it is closed."""

    AUTO_FOCUS = "#question"
    BINDING_GROUP_TITLE = "Ask"
    COMPONENT_CLASSES: ClassVar[set[str]] = STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "question", "Question", id="question", show=False),
        Binding("n", "anew", "New conversation", id="new-conversation"),
        Binding("escape", "back", "Back"),
        *(
            Binding(str(number), f"open_source(-1, {number})", f"Open source {number}", show=False)
            for number in range(1, MOST_CITED_BY_KEY + 1)
        ),
    ]

    answer_view = getters.query_one(AnswerView)
    sources = getters.query_one(SourceList)

    def __init__(self, backend: Backend, request: Request, folders: Collection[str]) -> None:
        super().__init__(backend)
        self._request = request
        self._folders = folders
        self._answers: list[Answer] = []
        """The conversation; the last one may still be growing."""

    @property
    def hit(self) -> Hit | None:
        """The chosen source."""
        return self.sources.current

    def compose(self) -> ComposeResult:
        """Stack the question, answer and sources, and the footer."""
        with Horizontal(classes="bar"):
            yield QuestionInput(placeholder="Ask your documents", id="question")
            yield Static(chips(self._request), id="chips")
        with Container(id="panes"):
            answer = AnswerView(id="answer")
            answer.border_title = "Answer"
            yield answer
            yield SourceList(id="sources")
        yield Footer()
        yield Static(TOO_SMALL, classes="too-small")

    def on_mount(self) -> None:
        """Ask what was searched for."""
        self.sources.note = Content("The passages that an answer is made from are listed here.")
        if self._request.text:
            self.query_one("#question", TextBox).put(self._request.text)
            self._ask(self._request.text)

    @property
    def is_answering(self) -> bool:
        """Whether an answer is growing."""
        return bool(self._answers) and not self._answers[-1].done

    @on(Input.Submitted, "#question")
    def _submit(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self._ask(event.value.strip())

    def _ask(self, question: str) -> None:
        self._cancel()
        history = [_exchange(answer) for answer in self._answers if answer.sentences]
        self._answers.append(Answer(question, (), (), found=True, backend="", done=False))
        self._show()
        self.ask(question, history)

    @work(thread=True, exclusive=True, group="ask", exit_on_error=False)
    def ask(self, question: str, history: list[Exchange]) -> None:
        """Post the answer as it grows."""
        worker = get_current_worker()
        query = replace(self._request, text=question).query(self._folders, self._backend.moment)
        for answer in self._backend.ask(query, history):
            if worker.is_cancelled:
                return
            self.post_message(Grown(answer))

    def on_grown(self, message: Grown) -> None:
        """Show the answer, unless something else was asked since."""
        if self.is_answering and message.answer.question == self._answers[-1].question:
            self._answers[-1] = message.answer
            self._show()

    def _show(self) -> None:
        self.answer_view.show(self._answers)
        latest = self._answers[-1] if self._answers else None
        sources = latest.sources if latest else ()
        if sources != self.sources.items:
            self.sources.show(sources, 0)
        who = safe_line(latest.backend) if latest else ""
        doing = "answering · esc stops" if self.is_answering else ""
        self.answer_view.border_subtitle = Content(" · ".join(filter(None, (who, doing))))
        self.refresh_bindings()

    def _cancel(self) -> bool:
        """Stop an answer that is growing; what there is of it stays."""
        if not self.is_answering:
            return False
        self.workers.cancel_group(self, "ask")
        growing = self._answers[-1]
        if growing.sentences:
            self._answers[-1] = replace(growing, done=True, notice="Stopped.")
        else:
            self._answers.pop()
        self._show()
        return True

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Stop waiting for an answer that failed, and pass the failure on to the app."""
        if failed := failure(event):
            self._cancel()
            self.post_message(failed)

    # Commands

    def action_back(self) -> None:
        """Stop the answer, else close the keys panel, else leave the box, else leave."""
        if self._cancel():
            return
        if self.query("HelpPanel"):
            self.app.action_hide_help_panel()
        elif self.query_one("#question").has_focus and self._answers:
            self.answer_view.focus()
        else:
            self.dismiss()

    def action_question(self) -> None:
        """Ask something more."""
        box = self.query_one("#question", TextBox)
        box.put("")
        box.focus()

    def action_answer(self) -> None:
        """Go to the answer."""
        self.answer_view.focus()

    def action_anew(self) -> None:
        """Forget the conversation."""
        self._cancel()
        self._answers.clear()
        self._show()
        self.action_question()

    async def action_open_source(self, turn: int, number: int) -> None:
        """Open a source at its line; turn -1 is the latest answer."""
        sources = self._answers[turn].sources if self._answers else ()
        if 0 < number <= len(sources):
            await self.open_hits(sources[number - 1 : number])

    def action_copy_passage(self) -> None:
        """Copy the answer with its sources."""
        if self._answers:
            self._copy(as_text(self._answers[-1]), "the answer")


def _exchange(answer: Answer) -> Exchange:
    return Exchange(answer.question, " ".join(sentence.text for sentence in answer.sentences))


def as_text(answer: Answer) -> str:
    """Return an answer with its sources as plain text."""
    sentences = [
        f"{one.text} {''.join(f'[{number}]' for number in one.citations)}".strip()
        for one in answer.sentences
    ]
    sources = [
        f"[{number}] {safe_line(str(hit.path))}:{hit.line}"
        for number, hit in enumerate(answer.sources, 1)
    ]
    return "\n".join([safe_text(" ".join(sentences)), "", *sources])
