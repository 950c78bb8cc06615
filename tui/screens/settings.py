"""What can be chosen: colours, the knob between size and speed, models, who answers, the editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Input, Label, Static
from textual.worker import Worker, get_current_worker

from store import safe_line

from .. import themes
from ..backend import Backend
from ..effects import BUDGETS, Effect, drawn, invitation, latest_queries, measure
from ..format import STYLES, TOO_SMALL
from ..messages import failure
from ..widgets.choice import Choice
from ..widgets.text_box import TextBox

CACHES = (0, 1, 2, 5, 10)
HELPS = {
    "plain": "the search is the question as it is",
    "rewrite": "a model imagines a passage to look for",
    "rerank": "a model puts the passages in order",
    "both": "a model imagines a passage, and orders those found",
}
"""How a model may help the search behind an answer."""


class SettingsScreen(Screen[None]):
    """Every change is kept at once."""

    BINDING_GROUP_TITLE = "Settings"
    COMPONENT_CLASSES: ClassVar[set[str]] = STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "Next", key_display="↑↓"),
        Binding("up", "app.focus_previous", "Previous", show=False),
        Binding("t", "measure", "Try the budgets", id="measure"),
        Binding("escape", "back", "Back"),
    ]

    @dataclass
    class ValuesRead(Message):
        """The settings were read, and what can be measured with."""

        values: Mapping[str, str]
        queries: list[str]

    @dataclass
    class Kept(Message):
        """A setting was written, or could not be."""

        problem: str

    @dataclass
    class Measured(Message):
        """One more budget was tried."""

        effects: tuple[Effect, ...]

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self._backend = backend
        self._values: dict[str, str] = {}
        self._queries: list[str] = []

    def compose(self) -> ComposeResult:
        """Start empty; the settings are read from their file."""
        yield VerticalScroll(id="settings", can_focus=False)
        yield Footer()
        yield Static(TOO_SMALL, classes="too-small")

    def on_mount(self) -> None:
        """Read the settings."""
        self.read()

    @work(thread=True, exclusive=True, group="settings", exit_on_error=False)
    def read(self) -> None:
        """Read the settings in force."""
        worker = get_current_worker()
        loaded = self.ValuesRead(self._backend.settings(), latest_queries(self._backend))
        if not worker.is_cancelled:
            self.post_message(loaded)

    @on(ValuesRead)
    async def _show(self, message: ValuesRead) -> None:
        self._values, self._queries = dict(message.values), message.queries
        pane = self.query_one("#settings", VerticalScroll)
        pane.border_title = "Settings"
        pane.border_subtitle = "every change is kept at once"
        effects = Static(invitation(len(self._queries)), id="effects")
        await pane.mount(Grid(*self._rows(), id="choices"), Static(id="problem"), effects)
        self.query_one("#theme").focus()

    def _rows(self) -> list[Widget]:
        return [
            Label("Colours"),
            Choice([*themes.NAMES.items()], self.app.theme, id="theme"),
            Label("Budget"),
            self._number("budget", BUDGETS, "{} embeddings recomputed a search"),
            Label("Cache"),
            self._number("cache_percent", CACHES, "{} % of the text, from the next start"),
            Label("Rank model"),
            TextBox(self._values["rank_model"], placeholder="built in", id="rank_model"),
            Label("Model server"),
            TextBox(self._values["ask_server"], placeholder="none", id="ask_server"),
            Label("Its model"),
            TextBox(self._values["ask_model"], placeholder="the first it has", id="ask_model"),
            Label("Its help"),
            Choice([*HELPS.items()], self._values["ask_search"], id="ask_search"),
            Label("Editor"),
            TextBox(self._values["editor"], placeholder="VISUAL or EDITOR", id="editor"),
        ]

    def _number(self, key: str, offered: Sequence[int], text: str) -> Choice[str]:
        values = sorted({*offered, int(self._values[key])})
        return Choice([(str(one), text.format(one)) for one in values], self._values[key], id=key)

    # Changes

    @on(Choice.Chosen)
    def _chosen(self, message: Choice.Chosen) -> None:
        key = message.control.id or ""
        self._values[key] = message.value
        if key == "theme":
            self.app.theme = message.value
        self.keep(key, message.value)

    @on(Input.Submitted)
    @on(Input.Blurred)
    def _written(self, event: Input.Submitted | Input.Blurred) -> None:
        key, value = event.input.id or "", event.value.strip()
        if value != safe_line(self._values[key]):
            self._values[key] = value
            self.keep(key, value or None)

    @work(thread=True, group="keep", exit_on_error=False)
    def keep(self, key: str, value: str | None) -> None:
        """Write a setting."""
        problem = ""
        try:
            self._backend.set_setting(key, value)
        except (ValueError, OSError) as error:
            problem = str(error)
        self.post_message(self.Kept(problem))

    @on(Kept)
    def _say(self, message: Kept) -> None:
        text = Content.assemble((safe_line(message.problem), ".warn"))
        self.query_one("#problem", Static).update(text)

    # The effect of the budget

    def action_measure(self) -> None:
        """Ask the latest queries again at each budget."""
        if self._queries:
            self.query_one("#effects", Static).update(Content("Measuring…"))
            self.measure(self._queries)

    @work(thread=True, exclusive=True, group="measure", exit_on_error=False)
    def measure(self, queries: list[str]) -> None:
        """Post the effects as far as they are known."""
        worker = get_current_worker()
        known: list[Effect] = []
        for effect in measure(self._backend, queries):
            if worker.is_cancelled:
                return
            if effect is not None:
                known.append(effect)
                self.post_message(self.Measured(tuple(known)))

    @on(Measured)
    def _show_effects(self, message: Measured) -> None:
        shown = drawn(message.effects, len(self._queries), self._values["budget"])
        self.query_one("#effects", Static).update(shown)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Pass a failure on to the app."""
        if failed := failure(event):
            self.post_message(failed)

    def action_back(self) -> None:
        """Close the keys panel, else go back."""
        if self.query("HelpPanel"):
            self.app.action_hide_help_panel()
        else:
            self.dismiss()
