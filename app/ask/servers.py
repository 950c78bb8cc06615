"""Which model answers: the server named in the settings, or one that is found on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from .client import Address, ServerError, chat, get

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
        return chat(self.address, request, timeout_s, self.key)

    def __str__(self) -> str:
        return f"{self.model.rpartition('/')[2] or self.model} at {self.address}"


def find_server(
    server: str | None, model: str | None, environ: Mapping[str, str]
) -> ModelServer | None:
    """Return the server to ask, or None if there is none on this machine.

    One that is named is asked for its models; a key in `OPENAI_API_KEY` goes to it alone. Without
    a name the usual ports of the loopback address are tried. Raises ServerError, naming it, if the
    named one does not answer, and ValueError if its address is none.
    """
    if server == NONE:
        return None
    if server is None:
        return _found(model)
    address = Address.parse(server)
    key = environ.get("OPENAI_API_KEY") or None
    try:
        return _choose(address, get(address, "/models", _LIST_S, key), model, key)
    except ServerError as error:
        raise ServerError(f"the model server at {address} {error}") from error


def _found(model: str | None) -> ModelServer | None:
    addresses = [Address("http", "127.0.0.1", port, "/v1") for port in _PORTS]
    with ThreadPoolExecutor(len(addresses)) as pool:
        return next((one for one in pool.map(lambda at: _probe(at, model), addresses) if one), None)


def _probe(address: Address, model: str | None) -> ModelServer | None:
    try:
        return _choose(address, get(address, "/models", _PROBE_S), model, None)
    except ServerError:
        return None


def _choose(address: Address, listed: Any, model: str | None, key: str | None) -> ModelServer:
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
    return ModelServer(address, name, _context(known.get(name, {})), key)


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
