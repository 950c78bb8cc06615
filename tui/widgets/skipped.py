"""The files that cannot be searched, under the reasons why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from store import SkippedFile, safe_line

from ..format import clip, count, elide, short_path, spread
from .rows import Rows
from .text_box import TextBox

MOST_UNFOLDED = 12
"""Files that are listed under their reasons from the start; more are folded."""


class FindBox(TextBox):
    """The text box that narrows the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "submit", "List", show=False),
        Binding("escape", "screen.back", "Back"),
    ]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with all its files."""

    text: str
    failed: bool
    files: tuple[SkippedFile, ...]


class SkippedList(Rows[Reason | SkippedFile]):
    """Reasons, the worst first, each to be unfolded to its files."""

    BORDER_TITLE = "Skipped files"
    BINDING_GROUP_TITLE = "Skipped files"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "unfold", "Unfold")]

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._files: tuple[SkippedFile, ...] = ()
        self._found = ""
        self._unfolded: set[str] | None = None
        """Reasons whose files are listed; None until the user has folded or unfolded one."""

    def list_files(self, files: tuple[SkippedFile, ...]) -> None:
        """List these files."""
        self._files = files
        self._list()

    def find(self, text: str) -> None:
        """List only files whose path or reason holds `text`."""
        self._found = text.strip().casefold()
        self._list()

    def _list(self) -> None:
        files = [file for file in self._files if self._found in _searchable(file)]
        unfolded = self._unfolded_of(files)
        items: list[Reason | SkippedFile] = []
        for reason in by_reason(files):
            items.append(reason)
            items += reason.files if reason.text in unfolded else ()
        self.border_subtitle = f"{len(files):,}"
        self.show(tuple(items), min(self.cursor, max(len(items) - 1, 0)))

    def _unfolded_of(self, files: Sequence[SkippedFile]) -> set[str]:
        if self._unfolded is not None and not self._found:
            return self._unfolded
        few = len(files) <= MOST_UNFOLDED or bool(self._found)
        return {file.reason for file in files} if few else set()

    def action_unfold(self) -> None:
        """Show or hide the files of the reason under the cursor."""
        item = self.current
        if item is not None:
            text = item.text if isinstance(item, Reason) else item.reason
            self._unfolded = self._unfolded_of(self._files) ^ {text}
            self._list()

    def draw(self, item: Reason | SkippedFile, width: int) -> Sequence[Content]:
        """Return a reason with how many files it has, or a path."""
        if isinstance(item, SkippedFile):
            path = elide(short_path(item.path), max(width - 4, 8))
            return [Content.assemble("    ", (path, ".faint")).truncate(width, ellipsis=True)]
        reason = clip(safe_line(item.text), max(width - 20, 8))
        sign = ("▲", ".warn") if item.failed else ("○", ".faint")
        number = Content(count(len(item.files), "file"))
        return [spread(Content.assemble(sign, " ", (reason, ".strong")), number, width)]


def by_reason(files: Sequence[SkippedFile]) -> list[Reason]:
    """Return files under their reasons: what failed first, then by how many there are."""
    kinds: dict[tuple[bool, str], list[SkippedFile]] = {}
    for file in files:
        kinds.setdefault((file.failed, file.reason), []).append(file)
    ordered = sorted(kinds.items(), key=lambda one: (not one[0][0], -len(one[1]), one[0][1]))
    return [Reason(text, failed, tuple(own)) for (failed, text), own in ordered]


def _searchable(file: SkippedFile) -> str:
    return f"{short_path(file.path)} {file.reason}".casefold()
