"""Commands as users run them: in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def thimble(home: Path, *argv: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command with everything that is kept under `home`."""
    return subprocess.run(
        [sys.executable, "-I", "-m", "app", *argv],
        env=os.environ | {"THIMBLE_HOME": str(home)},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,  # a hundred searches of one batch rank with a transformer
        check=False,
    )
