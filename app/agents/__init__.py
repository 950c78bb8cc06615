"""Agents' access: the documents as read-only tools of the Model Context Protocol, over stdio."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..daemon import AnyEngine

MISSING = (
    "the MCP SDK is not installed; install thimble with it (pipx install 'thimble[mcp]') or add it "
    "(pipx inject thimble mcp)"
)


def serve(engine: AnyEngine) -> None:
    """Answer an agent until its end of the pipe is closed. Raises ValueError without the SDK."""
    if find_spec("mcp") is None:
        raise ValueError(MISSING)
    from .server import make_server  # a second of imports, for this command alone
    from .stdin import repair_stdin

    repair_stdin()
    make_server(engine).run("stdio")
