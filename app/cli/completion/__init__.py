"""Completion scripts for shells, made from the parser so that they know what it knows."""

from __future__ import annotations

import argparse

from .bash import bash_script
from .describe import describe
from .fish import fish_script
from .zsh import zsh_script

_WRITERS = {"bash": bash_script, "zsh": zsh_script, "fish": fish_script}


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script for `bash`, `zsh` or `fish`."""
    return "\n".join(_WRITERS[shell](describe(parser))) + "\n"
