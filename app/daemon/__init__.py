"""The daemon: keeps the index up to date and its models warm, and answers over a Unix socket.

Importing this package imports nothing; a command that asks a daemon imports `client` and `remote`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..engine.engine import Engine
    from .remote_engine import RemoteEngine

    AnyEngine = Engine | RemoteEngine
    """Whatever answers: the daemon, or an engine in this process."""
