"""Run one command and write its wall time, processor time and peak memory to a file.

    python child.py REPORT.json CPU-OR-EMPTY COMMAND…

This is a process of its own because the peak memory that the system reports for a command starts
at that of the process that launched it; this one is small, the bench is not. On Linux the processes
that the command starts count, too: five times a second what all of them hold together is looked at,
memory that they share once. It imports nothing but the standard library and is run by path.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

_SAMPLE_S = 0.2


def main(report: str, cpu: str, *command: str) -> int:
    """Run `command`, pinned to one CPU if asked; return its exit status."""
    if cpu:
        os.sched_setaffinity(0, {int(cpu)})
    started = time.perf_counter()
    process = subprocess.Popen(command)
    held, ended = [0], threading.Event()

    def sample() -> None:
        while not ended.wait(_SAMPLE_S):
            held.append(_held_by(process.pid))

    threading.Thread(target=sample, daemon=True).start()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    ended.set()
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    measured = {
        "wall_s": wall_s,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_bytes": max(usage.ru_maxrss * unit, *held),
    }
    Path(report).write_text(json.dumps(measured), "utf-8")
    return process.returncode


def _held_by(pid: int) -> int:
    """Return the memory of a process and of all that it started, in bytes; 0 if unknown."""
    held = 0
    with suppress(OSError):  # it has ended, or the system does not tell
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                held += int(line.split()[1]) * 1024
        for task in Path(f"/proc/{pid}/task").iterdir():
            children = (task / "children").read_text().split()
            held += sum(_held_by(int(child)) for child in children)
    return held


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
