"""The program: commands, settings, wiring."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Its threads, which it has from the start, burn a processor while they wait for each other. What is
# worth it is done in threads of our own. It is read when numpy is first imported.

__version__ = "0.1.0"
