"""Answers to questions, one below the other, each with its numbered citations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from store import Answer, Hit, Sentence, safe_line, safe_text

from ..format import clip, elide, place, short_path, snippet, spread, title
from .rows import Rows

UNSUPPORTED = "▲"
NOT_FOUND = "Your documents do not say. Other words may help, or fewer filters."


class AnswerView(VerticalScroll, can_focus=True, inherit_bindings=False):
    """What was asked and answered, the latest at the end and in sight."""

    BINDING_GROUP_TITLE = "Answer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", "Down", show=False),
        Binding("up,k", "scroll_up", "Up", show=False),
        Binding("pagedown,space", "page_down", "Page down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("home,g", "scroll_home", "Top", show=False),
        Binding("end,G", "scroll_end", "Bottom", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Hold the text."""
        yield Static(id="answer-text")

    def show(self, answers: Sequence[Answer]) -> None:
        """Show a conversation."""
        texts = [conversation_turn(answer, turn) for turn, answer in enumerate(answers)]
        self.query_one("#answer-text", Static).update(Content("\n\n\n").join(texts))
        self.scroll_end(animate=False)


def conversation_turn(answer: Answer, turn: int) -> Content:
    """Return a question with its answer; citations open their source when clicked."""
    parts = [Content.assemble((safe_line(answer.question), ".heading")), Content("")]
    if answer.sentences:
        drawn = [_sentence(sentence, turn) for sentence in answer.sentences]
        parts.append(Content(" ").join(drawn))
    elif answer.done and not answer.found:
        parts.append(Content(NOT_FOUND))
    if not answer.done:
        parts.append(Content.assemble(("…", ".faint")))
    parts += [Content.assemble((line, ".warn")) for line in _remarks(answer)]
    return Content("\n").join(parts)


def _remarks(answer: Answer) -> list[str]:
    remarks = [f"\n{safe_text(answer.notice)}"] if answer.notice else []
    if answer.done and not all(one.supported for one in answer.sentences):
        remarks.append(f"\n{UNSUPPORTED} not borne out by the passages cited")
    return remarks


def _sentence(sentence: Sentence, turn: int) -> Content:
    text = safe_text(sentence.text).strip()
    doubt = (f"{UNSUPPORTED} {text}", ".warn")
    shown = Content.assemble(text if sentence.supported else doubt)
    marks = [
        Content.assemble((f"[{number}]", ".cite")).stylize(
            Style.from_meta({"@click": f"screen.open_source({turn}, {number})"})
        )
        for number in sentence.citations
    ]
    return Content("").join([shown, Content(" " if marks else ""), *marks])


class SourceList(Rows[Hit]):
    """Sources as rows: three lines each where there is room, one line on short screens."""

    BORDER_TITLE = "Sources"
    BINDING_GROUP_TITLE = "Sources"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.open", "Open")]
    tall_row = 4

    def draw(self, item: Hit, width: int) -> Sequence[Content]:
        """Return number, title and place; where there is room with the snippet and the path."""
        number = self.items.index(item) + 1
        where = (clip(place(item), 40), ".faint")
        name = Content.assemble(
            (f"[{number}]", ".cite"), " ", (title(item), ".strong"), "  ", where
        )
        path = Content.assemble((elide(short_path(item.path), width // 2), ".faint"))
        if self.row_height == 1:
            return [spread(name, path, width)]
        return [
            name.truncate(width, ellipsis=True),
            Content.assemble("    ", snippet(item, width - 4)),
            Content.assemble("    ", path),
        ]
