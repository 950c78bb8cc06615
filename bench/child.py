"""Run one command and write its wall time, processor time and peak memory to a file.

    python child.py REPORT.json CPU-OR-EMPTY COMMAND…

This is a process of its own because the peak memory that the system reports for a command starts
at that of the process that launched it; this one is small, the bench is not. It imports nothing
but the standard library and is run by path.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main(report: str, cpu: str, *command: str) -> int:
    """Run `command`, pinned to one CPU if asked; return its exit status."""
    if cpu:
        os.sched_setaffinity(0, {int(cpu)})
    started = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    measured = {
        "wall_s": wall_s,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * unit,
    }
    Path(report).write_text(json.dumps(measured), "utf-8")
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
