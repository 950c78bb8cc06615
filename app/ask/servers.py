"""Which model answers: that of the server named in the settings, and no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from .client import Address, ServerError, chat, get
from .listener import trusted_users

NONE = "none"
"""Value of the setting `ask_server` that means: extractive answers only."""
_PORTS = (8080, 11434, 1234, 8000)
"""llama.cpp's llama-server, Ollama, LM Studio, vLLM."""
_PROBE_S = 0.15
_LIST_S = 10.0
_CONTEXT = 4096
"""Tokens that a model is taken to have where its server does not say."""
_MOST_CONTEXT = 8192
"""More would take a laptop minutes to read."""
_NOT_FOR_ANSWERS = ("embed", "rerank", "whisper", "bge-", "minilm")


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A model that answers."""

    address: Address
    model: str
    context: int
    """Tokens that a question with its passages and the answer may take."""
    trusted: frozenset[int] | None
    """Users who may run it, if it is on this machine; None is anyone."""
    key: str | None = None

    def write(
        self, messages: Sequence[Mapping[str, str]], tokens: int, timeout_s: float
    ) -> Iterator[str]:
        """Yield what the model writes to some messages, at most so many tokens, as it comes.

        Raises ServerError, which does not name the server.
        """
        request = {
            "model": self.model,
            "messages": messages,
            "max_tokens": tokens,
            "temperature": 0.1,
        }
        return chat(self.address, request, timeout_s, self.trusted, self.key)

    def __str__(self) -> str:
        return f"{self.model.rpartition('/')[2] or self.model} at {self.address}"


def find_server(
    server: str | None, model: str | None, user: str | None, environ: Mapping[str, str]
) -> ModelServer | None:
    """Return the server that the user named, or None if none was.

    It is asked for its models; a key in `OPENAI_API_KEY` goes to it alone. Raises ServerError,
    naming it, if it does not answer or is somebody else's, and ValueError if its address is none.

    Args:
        server: the setting `ask_server`.
        model: the setting `ask_model`.
        user: the setting `ask_server_user`.
        environ: variables.
    """
    if server in (None, NONE):
        return None
    address = Address.parse(server)
    key = environ.get("OPENAI_API_KEY") or None
    trusted = trusted_users(user)
    try:
        listed = get(address, "/models", _LIST_S, trusted, key)
        return _choose(address, listed, model, trusted, key)
    except ServerError as error:
        raise ServerError(f"the model server at {address} {error}") from error


def offered_server(model: str | None) -> ModelServer | None:
    """Return a server of this user's that listens on a usual port of the loopback address.

    It is not to be asked anything before the user has named it: no passage goes to whoever happens
    to listen there.
    """
    addresses = [Address("http", "127.0.0.1", port, "/v1") for port in _PORTS]
    with ThreadPoolExecutor(len(addresses)) as pool:
        probed = pool.map(lambda address: _probe(address, model), addresses)
        return next((server for server in probed if server), None)


def _probe(address: Address, model: str | None) -> ModelServer | None:
    trusted = trusted_users(None)
    try:
        return _choose(address, get(address, "/models", _PROBE_S, trusted), model, trusted, None)
    except ServerError:
        return None


def _choose(
    address: Address,
    listed: Any,
    model: str | None,
    trusted: frozenset[int] | None,
    key: str | None,
) -> ModelServer:
    """Return the model wished for, or else the first that writes. Raises ServerError."""
    entries = listed.get("data") if isinstance(listed, dict) else None
    if not isinstance(entries, list):
        raise ServerError("has no list of models")
    known = {one["id"]: one for one in entries if isinstance(one, dict) and _is_text(one.get("id"))}
    name = model or next(iter(_writers(known)), None)
    if name is None:
        raise ServerError("has no model that writes")
    if model and not any(_same(model, one) for one in known):
        raise ServerError(f"has no model {model}; it has: {', '.join(known) or 'none'}")
    return ModelServer(address, name, _context(known.get(name, {})), trusted, key)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _writers(names: Iterable[str]) -> Iterable[str]:
    return (name for name in names if not any(part in name.lower() for part in _NOT_FOR_ANSWERS))


def _same(wished: str, name: str) -> bool:
    """Ollama lists `llama3:latest`, which people call `llama3`."""
    return name in (wished, f"{wished}:latest")


def _context(entry: Mapping[str, Any]) -> int:
    """Return the tokens of context that vLLM, llama-server or LM Studio state."""
    meta = entry.get("meta")
    stated = [
        entry.get("max_model_len"),
        entry.get("max_context_length"),
        meta.get("n_ctx") if isinstance(meta, dict) else None,
    ]
    numbers = [one for one in stated if isinstance(one, int) and one > 0]
    return min(numbers[0] if numbers else _CONTEXT, _MOST_CONTEXT)
