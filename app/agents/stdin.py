"""What an agent sends, such that the SDK can read it: a call that it cannot is never answered."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from threading import Thread


def repair_stdin() -> None:
    r"""From now on, give standard input line by line with lone surrogates replaced.

    JSON can state half a character (`\ud800`), which the SDK takes for no message at all.
    """
    lines = os.fdopen(os.dup(0), "rb")
    end, start = os.pipe()
    os.dup2(end, 0)
    os.close(end)

    def pump() -> None:
        with lines, os.fdopen(start, "wb", buffering=0) as repaired, suppress(BrokenPipeError):
            for line in lines:
                repaired.write(repaired_line(line))

    Thread(target=pump, name="stdin", daemon=True).start()


def repaired_line(line: bytes) -> bytes:
    """Return a line of JSON that holds no lone surrogate; anything else as it is."""
    if b"\\ud" not in line.lower():
        return line
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return line
    text = json.dumps(message, ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode() + b"\n"
