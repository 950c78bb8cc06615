"""Answers with citations: from a question over passages to sentences that name their sources.

question → search → confident? → model server → each sentence checked → Answer
↘ without a server, or if it fails: the best sentences → Answer
"""

from __future__ import annotations

from .answerer import Answerer
from .client import Address, ServerError
from .servers import NONE, find_server

__all__ = ["NONE", "Address", "Answerer", "ServerError", "find_server"]
