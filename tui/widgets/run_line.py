"""How far an index run is: a bar, the rate, the time left, and the file being read."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from store import Progress

from ..format import bar, duration, elide, fit, short_path

_MB = 1_000_000


class RunLine(Widget):
    """Two lines about a run; hidden while there is none."""

    progress: reactive[Progress | None] = reactive(None)

    def watch_progress(self, progress: Progress | None) -> None:
        """Show the lines while there is something to say."""
        self.display = progress is not None

    def render(self) -> RenderResult:
        """Return the bar with the numbers above the file."""
        if self.progress is None:
            return Content("")
        width = self.content_size.width
        current = self.progress.current
        path = elide(short_path(current), max(width - 10, 8)) if current else ""
        return Content("\n").join(
            [
                fit(measures(self.progress, max(width // 3, 10)), width, gap="   "),
                Content.assemble(("  reading ", ".faint"), path),
            ]
        )


def measures(progress: Progress, cells: int) -> list[Content]:
    """Return the parts of the first line, the most important first."""
    elapsed = max(progress.elapsed_s, 0.001)
    left = progress.remaining_s
    done = progress.files_done
    return [
        Content.assemble(("◐", ".good"), " ", bar(done / max(progress.files_total, 1), cells)),
        Content(f"{done:,} of {progress.files_total:,} files"),
        Content("" if left is None else f"{duration(max(left, 1))} left"),
        Content(f"{done / elapsed:,.0f} files/s"),
        Content(f"{progress.bytes_done / elapsed / _MB:,.1f} MB/s"),
        Content(f"{progress.skipped + progress.failed:,} skipped"),
    ]
