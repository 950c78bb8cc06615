"""Real output of real commands: an index of the sample documents, made for the occasion."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.cli.main import main
from indexer import BUILT_IN

ROOT = Path(__file__).parent.parent.parent
SHOWN_ROOT = "/home/mara/thimble"
"""What stands in the pages where the checkout's path stood."""


class Samples:
    """The sample documents, indexed."""

    def run(self, *argv: str) -> str:
        """Return what a command writes to stdout. Raises RuntimeError if it fails."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(argv)
        if code not in (0, 1):
            raise RuntimeError(f"thimble {' '.join(argv)}: {err.getvalue()}")
        return out.getvalue().replace(str(ROOT), SHOWN_ROOT)


@contextlib.contextmanager
def indexed_samples() -> Iterator[Samples]:
    """Index the samples in a home of their own, for the time of the block."""
    before = {name: value for name, value in os.environ.items() if name.startswith("THIMBLE_")}
    with tempfile.TemporaryDirectory(prefix="thimble-docs-") as home:
        for name in before:
            del os.environ[name]
        os.environ["THIMBLE_HOME"] = home
        os.environ["THIMBLE_RANK_MODEL"] = str(BUILT_IN)  # the quick model does both jobs here
        try:
            samples = Samples()
            samples.run("add", str(ROOT / "samples"))
            yield samples
        finally:
            del os.environ["THIMBLE_HOME"], os.environ["THIMBLE_RANK_MODEL"]
            os.environ.update(before)
