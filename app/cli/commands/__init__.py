"""One module per command, each with `run(args, context)`; a module is imported when it runs."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from ...user.paths import Paths
from ...user.settings import LoadedSettings, Settings, load
from ..printing.diagnostics import Diagnostics, ExitCode

if TYPE_CHECKING:
    from ...daemon import AnyEngine
    from ..printing.output import Output

NOTHING_INDEXED = "nothing is indexed yet; add a folder with: thimble add DIR"
OpenEngine = Callable[[Settings], "AnyEngine"]


@dataclass(frozen=True, slots=True)
class Context:
    """What a command works with."""

    paths: Paths
    environ: Mapping[str, str]
    flags: Mapping[str, object]
    """Settings given on the command line; None means not given."""
    stdin: TextIO
    out: Output
    diagnostics: Diagnostics
    open_engine: OpenEngine

    def load_settings(self) -> LoadedSettings:
        """Return the settings in force. Raises ValueError if there is a bad one."""
        return load(self.paths, self.environ, self.flags)

    def engine(self) -> AnyEngine:
        """Return the engine for these settings, to be used as a context manager."""
        engine = self.open_engine(self.load_settings().settings)
        engine.follow(lambda: self.load_settings().settings)
        return engine


def run_command(args: argparse.Namespace, context: Context) -> ExitCode:
    """Run the command that the user typed."""
    module = importlib.import_module(f".{args.command}", __name__)
    code: ExitCode = module.run(args, context)
    return code
