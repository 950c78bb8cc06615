"""The list of hits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from store import Hit, Mode, Results, safe_line

from ..format import (
    MODES,
    clip,
    count,
    duration,
    elide,
    mark,
    place,
    short_path,
    snippet,
    spread,
    title,
)
from ..messages import IndexState
from ..request import Request
from .rows import Rows

HINTS = """\
type:pdf in:notes since:2w   narrow it
↑                            searched before
esc A                        ask for an answer
esc ?                        all keys"""
TEXT = """\
[b]Nothing indexed yet[/b]

Choose a folder to search. Its text stays on this
machine. Your files are read, never changed.

 [b]a[/b]   add a folder
 [b]?[/b]   all keys
 [b]q[/b]   quit"""


class ResultList(Rows[Hit]):
    """Hits as rows: four lines each where there is room, one line on short screens."""

    BORDER_TITLE = "Results"
    BINDING_GROUP_TITLE = "Results"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.read", "Read"),
        Binding("space", "mark", "Mark", id="mark", show=False),
        Binding("backspace", "screen.drop_chip(-1)", "Take off the last filter", show=False),
    ]
    tall_row = 4

    def __init__(self, clock: Callable[[], float], *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._clock = clock
        self.marked: dict[Path, Hit] = {}
        """Hits that the user has marked, by their file."""
        self._labels = ("", "")

    def answer(self, hits: tuple[Hit, ...], *, same_question: bool) -> None:
        """Show an answer. Once the user chose a hit, refined answers leave it where it is."""
        if not same_question:
            self.is_chosen = False
            self.marked.clear()
        chosen = self.current if self.is_chosen else None
        listed = pinned(hits, chosen, self.cursor) if chosen else hits
        self.show(listed, max(min(self.cursor, len(hits) - 1), 0) if chosen else 0)

    def label(self, heading: str, remark: str) -> None:
        """Write on the border what is not there already: every change draws the whole list."""
        if (heading, remark) != self._labels:
            self._labels = heading, remark
            self.border_title, self.border_subtitle = Content(heading), Content(remark)

    def action_mark(self) -> None:
        """Mark the hit under the cursor, or take its mark off, and go on to the next."""
        if self.current is not None:
            if self.marked.pop(self.current.path, None) is None:
                self.marked[self.current.path] = self.current
            self.step(1)
            self.refresh()

    def draw(self, item: Hit, width: int) -> Sequence[Content]:
        """Return title, snippet and path; or all but the snippet in one line."""
        sign = ("✓", ".match") if item.path in self.marked else mark(item)
        name = _name(item, sign)
        if self.row_height == 1:
            return [_one_line(item, name, width)]
        age = Content.assemble((duration(self._clock() - item.modified), ".faint"))
        return [
            spread(name, age, width),
            Content.assemble("  ", snippet(item, width - 2)),
            _path(item, width),
        ]


def pinned(hits: tuple[Hit, ...], chosen: Hit, place: int) -> tuple[Hit, ...]:
    """Return `hits` with the one of the chosen document moved to `place`, the others in order."""
    same = next((hit for hit in hits if hit.path == chosen.path), None)
    if same is None:
        return hits
    others = [hit for hit in hits if hit is not same]
    return (*others[:place], same, *others[place:])


def _name(hit: Hit, sign: str | tuple[str, str]) -> Content:
    return Content.assemble(
        sign, " ", (title(hit), ".strong"), "  ", (clip(place(hit), 60), ".faint")
    )


def _remark(hit: Hit) -> Content:
    if not hit.fresh:
        return Content.assemble(("changed since indexed", ".warn"))
    if not hit.duplicates:
        return Content("")
    return Content.assemble((f"in {len(hit.duplicates) + 1} places", ".faint"))


def _path(hit: Hit, width: int) -> Content:
    remark = _remark(hit)
    path = elide(short_path(hit.path), width - remark.cell_length - 4)
    return spread(Content.assemble("  ", (path, ".faint")), remark, width)


def _one_line(hit: Hit, name: Content, width: int) -> Content:
    path = elide(short_path(hit.path), width // 2)
    if not hit.fresh:
        return spread(name, _remark(hit), width)
    return spread(name, Content.assemble((path, ".faint")), width)


def summary(answer: Results, state: IndexState) -> str:
    """Return how much was found, and in how much of the files or how fast."""
    hits = f"{len(answer.hits):,}" if answer.exact else f"{len(answer.hits):,} so far"
    if state.progress is not None and state.is_indexing:
        share = state.progress.files_done / max(state.progress.files_total, 1)
        return f"{len(answer.hits):,} so far · {share:.0%} of files"
    return f"{hits} · {sum(answer.explain.milliseconds.values()):,.0f} ms"


def invitation(state: IndexState) -> Content:
    """Return what the list says before anything is asked: how much can be searched."""
    if state.status is None:
        return Content("")
    if state.status.files:
        first = f"Type to search {count(state.status.files, 'file')}.\n\n"
        return Content.assemble(first, (HINTS, ".faint"))
    if state.progress is not None:
        return Content("The first files are being read; type to search what is there.")
    return Content("Your folders hold no file that can be searched: esc, then e says why.")


def advice(request: Request, state: IndexState) -> Content:
    """Return what an empty answer says: why nothing was found, and what to try."""
    lines = [f"Nothing found for “{safe_line(request.text)}”.", "", *_reasons(request, state)]
    return Content("\n".join(lines))


def _reasons(request: Request, state: IndexState) -> list[str]:
    reasons = []
    if request.is_narrowed:
        on = " ".join(safe_line(str(chip)) for chip in request.chips)
        reasons.append(f"· A filter is on ({on}): esc, then F clears it.")
    if request.mode is not Mode.HYBRID:
        reasons.append(f"· The mode is “{MODES[request.mode]}”: esc, then m changes it.")
    if state.progress is not None and state.is_indexing:
        waiting = state.progress.files_total - state.progress.files_done
        reasons.append(f"· {count(waiting, 'file')} not read yet; this list will fill.")
    if state.status and state.status.skipped + state.status.failed:
        left_out = count(state.status.skipped + state.status.failed, "file")
        reasons.append(f"· {left_out} skipped: esc, then e says why.")
    return [*reasons, "· Fewer words, or other words, often help."]


class Welcome(Static, can_focus=True):
    """The box of the first run. It has the focus, so its letters and Enter work at once."""

    BINDING_GROUP_TITLE = "Welcome"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "app.add_folder", "Add a folder"),
        Binding("enter", "app.add_folder", "Add a folder", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(TEXT, id="welcome")
