"""The passage of the chosen hit, in place in its document."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content, Span
from textual.widgets import Static
from textual.worker import get_current_worker

from store import Hit, Preview, TextStyle

from ..backend import Backend
from ..format import ago, place, title
from ..messages import Previewed
from ..sentence_highlight import sentence_highlights
from ..text_styling import styled

LINES_ABOVE = 2
"""Lines of the surroundings kept in sight above the passage."""


class PassageView(VerticalScroll, can_focus=True, inherit_bindings=False):
    """A hit's passage with its surroundings dimmed and its matches marked."""

    BINDING_GROUP_TITLE = "Passage"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.back", "Back"),
        Binding("enter", "screen.open", "Open file", show=False),
        Binding("down,j", "scroll_down", "Down", show=False),
        Binding("up,k", "scroll_up", "Up", show=False),
        Binding("pagedown,space", "page_down", "Page down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("home,g", "scroll_home", "Top", show=False),
        Binding("end,G", "scroll_end", "Bottom", show=False),
        Binding("n", "screen.choose(1)", "Next hit", show=False),
        Binding("p", "screen.choose(-1)", "Previous hit", show=False),
        Binding("h", "heat", "Sentence highlights on or off", id="heat", show=False),
    ]

    def __init__(self, backend: Backend, clock: Callable[[], float]) -> None:
        super().__init__(id="passage")
        self._backend = backend
        self._clock = clock
        self._hit: Hit | None = None
        self._total = 0
        self._shown: Preview | None = None
        self._is_heated = True
        self._content = Content("")
        self._text = Static(id="passage-text")

    def compose(self) -> ComposeResult:
        """Hold the text."""
        yield self._text

    def follow(self, hit: Hit | None, total: int) -> None:
        """Read and show what is around one of `total` hits, or nothing."""
        self._hit, self._total = hit, total
        if hit is None:
            self.workers.cancel_group(self, "passage")
            self.border_title = self.border_subtitle = self._shown = None
            self._text.update(Content(""))
        else:
            self.read_around(hit)

    def glance(self, hit: Hit | None, total: int) -> None:
        """Show what is known of a hit that the next key may replace: its passage alone.

        Its surroundings are many times as long to read and to lay out, and typing would wait.
        """
        if hit is None:
            self.follow(hit, total)
        else:
            self.workers.cancel_group(self, "passage")
            self._hit, self._total = hit, total
            self._label(hit)
            self._show(Previewed(hit, None))

    @work(thread=True, exclusive=True, group="passage", exit_on_error=False)
    def read_around(self, hit: Hit) -> None:
        """Read the text around a hit from its file."""
        worker = get_current_worker()
        try:
            preview = self._backend.preview(hit)
            previewed = Previewed(hit, preview, content=self._drawn(hit, preview))
        except FileNotFoundError:
            previewed = Previewed(hit, None, "file is gone")
        except Exception:  # whatever is wrong with one file, the passage found in it is still there
            previewed = Previewed(hit, None, "file cannot be read now")
        if not worker.is_cancelled:
            self.post_message(previewed)

    def on_previewed(self, message: Previewed) -> None:
        """Show the text around a hit, unless another hit was chosen since."""
        message.stop()
        if message.hit == self._hit:
            self._label(message.hit, message.problem)
            self._show(message)

    def _label(self, hit: Hit, problem: str = "") -> None:
        where, line = place(hit), f"line {hit.line:,}"
        changed = f"changed {ago(self._clock() - hit.modified)}"
        state = problem or (changed if hit.fresh else "changed since indexed")
        parts = [f"{hit.rank:,} of {self._total:,}", line if where != line else "", state]
        self.border_title = Content(f"{title(hit)}, {where}")
        self.border_subtitle = Content(" · ".join(filter(None, parts)))

    def _show(self, message: Previewed) -> None:
        """Show the text, and scroll to the passage unless the same text is there already."""
        hit = message.hit
        shown = message.preview or Preview(hit.text, hit.line, (0, len(hit.text)), hit.highlights)
        if shown != self._shown:
            self._shown = shown
            self._content = message.content or self._drawn(hit, shown)
            self._text.update(self.content)
            self.call_after_refresh(self.reveal)

    def _drawn(self, hit: Hit, preview: Preview) -> Content:
        return drawn(hit, preview, self._backend.text_style(hit.path))

    @property
    def content(self) -> Content:
        """What is shown."""
        if self._is_heated:
            return self._content
        spans = [span for span in self._content.spans if span.style not in {".hot", ".warm"}]
        return Content(self._content.plain, spans)

    def action_heat(self) -> None:
        """Shade sentences by how well they match, or stop doing so."""
        self._is_heated = not self._is_heated
        self._text.update(self.content)

    def on_resize(self) -> None:
        """Lines wrap anew, so look for the passage again."""
        self.call_after_refresh(self.reveal)

    def reveal(self) -> None:
        """Scroll to the passage and, if that is further down, to its first match."""
        if self._shown is None:
            return
        start, end = self._shown.passage
        top = max(self._line_of(start) - LINES_ABOVE, 0)
        match = next((a for a, _ in self._shown.highlights if start <= a < end), start)
        line, height = self._line_of(match), self.size.height
        self.scroll_to(y=top if line < top + height else line - height // 2, animate=False)

    def _line_of(self, offset: int) -> int:
        """Return the line on which a character of the text is drawn."""
        before = Content(self._shown.text[:offset] if self._shown else "")
        return len(before.wrap(max(self._text.size.width, 1))) - 1


def drawn(hit: Hit, preview: Preview, style: TextStyle) -> Content:
    """Return the text styled, its surroundings dim, matches marked and good sentences shaded."""
    start, end = preview.passage
    best = (start + hit.snippet[0], start + hit.snippet[1])
    shades = sentence_highlights(preview.text, preview.passage, preview.highlights, best)
    styles = [
        Span(0, start, ".faint"),
        Span(end, len(preview.text), ".faint"),
        *(Span(*shade) for shade in shades),
        *(Span(*match, ".match") for match in preview.highlights),
    ]
    marks = [mark for mark in styles if mark.end > mark.start]
    return styled(preview.text, hit.path, style).add_spans(marks)
