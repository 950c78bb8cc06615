"""The product as its users run it: the `thimble` command, in a process, with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.user.paths import Paths

ROOT = Path(__file__).resolve().parent.parent
_SETTINGS = ("THIMBLE_", "PYTHON")
_CHILD = Path(__file__).with_name("child.py")


def paths_of(home: Path) -> Paths:
    """Return the places of an index in a home of its own, for use in this process."""
    return Paths.find({"THIMBLE_HOME": str(home)})


class ProductFailed(RuntimeError):
    """A command ended with an error; the message holds the command and what it printed."""


@dataclass(frozen=True, slots=True)
class Run:
    """One finished command."""

    output: str
    wall_s: float
    cpu_s: float
    """User and system time of all threads."""
    peak_bytes: int
    """Largest memory of the process and of those that it started; see `child.py`."""


@dataclass(frozen=True, slots=True)
class Thimble:
    """An index of its own, in `home`."""

    home: Path

    def run(self, *arguments: str, cpu: int | None = None) -> Run:
        """Run `thimble ARGUMENTS`, with one thread on one CPU if given.

        Exit 1 means that nothing was found, which is an answer. Raises ProductFailed.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "app", *arguments]
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.json")
            child = [
                sys.executable,
                "-I",
                str(_CHILD),
                str(report),
                "" if cpu is None else str(cpu),
            ]
            done = subprocess.run(
                [*child, *command],
                capture_output=True,
                encoding="utf-8",
                env={**self.environment(cpu), "NO_COLOR": "1"},
                cwd=self.home,
                check=False,
            )
            if done.returncode not in (0, 1) or "Traceback (most recent call" in done.stderr:
                raise ProductFailed(_describe(arguments, done))
            return Run(output=done.stdout, **json.loads(report.read_text("utf-8")))

    def add(self, folder: Path, *, cpu: int | None = None) -> Run:
        """Register a folder and index it."""
        return self.run("add", str(folder), cpu=cpu)

    def index(self) -> Run:
        """Bring the index up to date."""
        return self.run("index")

    def search(self, query: str, *options: str) -> tuple[Run, dict[str, Any]]:
        """Search once, in a new process; return the run and the parsed answer."""
        run = self.run("search", "--json", *options, "--", query)
        return run, _parse(run.output)

    def search_batch(
        self, queries: dict[str, str], mode: str, limit: int
    ) -> dict[str, list[dict[str, Any]]]:
        """Search many queries (id → text) in one process; return id → hits, best first."""
        with tempfile.TemporaryDirectory() as folder:
            batch = Path(folder, "queries.jsonl")
            lines = [json.dumps({"id": key, "text": text}) for key, text in queries.items()]
            batch.write_text("\n".join(lines) + "\n", "utf-8")
            options = ("--mode", mode, "-n", str(limit), "--jsonl")
            run = self.run("search", "--batch", str(batch), *options)
        answers = map(_parse, run.output.splitlines())
        return {str(answer["id"]): answer["hits"] for answer in answers}

    def size(self) -> dict[str, Any]:
        """Return what `thimble size --json` says."""
        return _parse(self.run("size", "--json").output)

    def status(self) -> dict[str, Any]:
        """Return what `thimble status --json` says."""
        return _parse(self.run("status", "--json").output)

    def environment(self, cpu: int | None = None) -> dict[str, str]:
        """Return the caller's environment without settings of thimble and of Python.

        What is installed has its bytecode, which `PYTHONDONTWRITEBYTECODE` would keep from it.
        """
        kept = {name: text for name, text in os.environ.items() if not name.startswith(_SETTINGS)}
        threads = {} if cpu is None else {"THIMBLE_THREADS": "1"}
        ours = {"THIMBLE_HOME": str(self.home), "PYTHONPATH": str(ROOT)}
        return kept | ours | threads


def _parse(output: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(output)
    except json.JSONDecodeError as error:
        raise ProductFailed(f"not JSON ({error}): {output[:200]!r}") from None
    return answer


def _describe(arguments: tuple[str, ...], done: subprocess.CompletedProcess[str]) -> str:
    said = done.stderr.strip().splitlines()[-3:]
    return f"thimble {' '.join(arguments)[:200]}: exit {done.returncode}: {' / '.join(said)}"
