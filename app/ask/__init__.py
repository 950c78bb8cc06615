"""Answers with citations: from a question over passages to sentences that name their sources.

question → search → confident? → model server that the user named → each sentence checked → Answer
↘ without a server, or if it fails: the best sentences → Answer
"""

from __future__ import annotations

from .answerer import EXTRACTIVE, Answerer
from .client import Address, ServerError
from .servers import NONE, find_server, offered_server

__all__ = [
    "EXTRACTIVE",
    "NONE",
    "Address",
    "Answerer",
    "ServerError",
    "find_server",
    "offered_server",
]
