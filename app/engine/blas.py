"""The threads of OpenBLAS, which numpy brings."""

from __future__ import annotations

import os


def keep_to_one_thread() -> None:
    """Have no threads of BLAS in this process. To be called before numpy is imported.

    They wait by spinning, a third of the processor's time of an index run; what is worth it is done
    in threads of our own. Whoever sets the number has it. Not for a process that starts programs
    for people: those would inherit it.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
