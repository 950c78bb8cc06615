"""What a figure depends on besides the program: the machine and the versions of the libraries."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import apsw

_LIBRARIES = ("thimble", "numpy", "onnxruntime", "tokenizers", "apsw", "sqlite-vec")


def describe_machine() -> dict[str, str]:
    """Return name → value, for people. To be called before anything is measured."""
    versions = [f"{name} {version(name)}" for name in _LIBRARIES]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": f"{_processor()}, {_cores()} cores",
        "memory": f"{_memory_bytes() / 2**30:.0f} GiB",
        "load before": f"{os.getloadavg()[0]:.1f} processes over the last minute",
        "versions": ", ".join((f"Python {platform.python_version()}", *versions)),
        "SQLite": apsw.sqlite_lib_version(),
    }


def processor_s(pid: int) -> float:
    """Return the seconds of processor time that a process has used; Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")


def _cores() -> int:
    """Count the processors that this process may use."""
    counted = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return counted or 1


def _memory_bytes() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
