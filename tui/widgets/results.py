"""The list of hits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from store import Hit, Mode, Results

from ..format import MODES, clip, count, elide, mark, place, short_path, snippet, spread, title
from ..messages import IndexState, Request
from ..safe import safe_line
from .rows import Rows


class ResultList(Rows[Hit]):
    """Hits as rows: four lines each where there is room, one line on short screens."""

    BORDER_TITLE = "Results"
    BINDING_GROUP_TITLE = "Results"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.read", "Read")]

    def on_resize(self) -> None:
        """Choose the height of rows by the height of the screen."""
        self.row_height = 1 if self.screen.has_class("-short") else 4
        super().on_resize()

    def answer(self, hits: tuple[Hit, ...], *, same_question: bool) -> None:
        """Show an answer. Once the user chose a hit, refined answers keep it under the cursor."""
        if not same_question:
            self.is_chosen = False
        self.show(hits, self._index_of_chosen(hits) if self.is_chosen else 0)

    def _index_of_chosen(self, hits: tuple[Hit, ...]) -> int:
        chosen = self.current
        for index, hit in enumerate(hits):
            if chosen and (hit.path, hit.start) == (chosen.path, chosen.start):
                return index
        return max(min(self.cursor, len(hits) - 1), 0)

    def draw(self, item: Hit, width: int) -> Sequence[Content]:
        """Return title, snippet and path; or all but the snippet in one line."""
        if self.row_height == 1:
            return [_one_line(item, width)]
        return [
            _name(item).truncate(width, ellipsis=True),
            Content.assemble("  ", snippet(item, width - 2)),
            _path(item, width),
        ]


def _name(hit: Hit) -> Content:
    return Content.assemble(
        mark(hit), " ", (title(hit), ".strong"), "  ", (clip(place(hit), 60), ".faint")
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


def _one_line(hit: Hit, width: int) -> Content:
    path = elide(short_path(hit.path), width // 2)
    if not hit.fresh:
        return spread(_name(hit), _remark(hit), width)
    return spread(_name(hit), Content.assemble((path, ".faint")), width)


def summary(answer: Results, state: IndexState) -> str:
    """Return how much was found, and in how much of the files or how fast."""
    found = f"{len(answer.hits):,}"
    if state.progress is not None and state.is_indexing:
        share = state.progress.files_done / max(state.progress.files_total, 1)
        return f"{found} so far · {share:.0%} of files"
    return f"{found} · {sum(answer.explain.milliseconds.values()):,.0f} ms"


def invitation(state: IndexState) -> Content:
    """Return what the list says before anything is asked: how much can be searched."""
    if state.status is None:
        return Content("")
    if state.status.files:
        return Content(f"Type to search {count(state.status.files, 'file')}.")
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
        reasons.append("· A filter is on: esc, then f changes it.")
    if request.mode is not Mode.HYBRID:
        reasons.append(f"· The mode is “{MODES[request.mode]}”: esc, then m changes it.")
    if state.progress is not None and state.is_indexing:
        waiting = state.progress.files_total - state.progress.files_done
        reasons.append(f"· {count(waiting, 'file')} not read yet; this list will fill.")
    if state.status and state.status.skipped + state.status.failed:
        left_out = count(state.status.skipped + state.status.failed, "file")
        reasons.append(f"· {left_out} skipped: esc, then e says why.")
    return [*reasons, "· Fewer words, or other words, often help."]
