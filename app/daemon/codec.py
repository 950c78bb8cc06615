"""Frozen dataclasses and named tuples to JSON and back, led by their type hints.

Nothing is run or imported by name. Whatever does not fit its hint is refused, so that a request
that gets through is well-formed. Strings may hold lone surrogates, as paths that are not
UTF-8 do: JSON in ASCII carries them. Own code: msgspec refuses those, and importing it takes a
tenth of the time of a command that asks the daemon.
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import store

T = TypeVar("T")
_PLAIN = (bool, int, str)


class Malformed(ValueError):
    """A message that does not fit what is expected."""


def encode(value: object) -> Any:
    """Return a value as what `json.dumps` takes. Raises Malformed for what has no such form."""
    if value is None or (isinstance(value, bool | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, Sequence | frozenset | set) and not isinstance(value, bytes):
        return [encode(item) for item in value]
    return _number(value)


def decode(hint: type[T], value: Any) -> T:
    """Return `value` as what the hint says. Raises Malformed if it does not fit."""
    return cast(T, _decode(hint, value))


def _number(value: Any) -> int | float:
    """Return a number, numpy's included, as Python's own."""
    if hasattr(value, "__index__"):
        return int(value)
    if hasattr(value, "__float__"):
        return float(value)
    raise Malformed(f"a {type(value).__name__} cannot be sent")


def _decode(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _decode_union(typing.get_args(hint), value)
    if origin is not None:
        return _decode_container(hint, origin, value)
    if hint is None or hint is type(None):
        return _expect(value, type(None))
    if hint is float and type(value) in (int, float):
        return float(value)
    if hint in _PLAIN:
        return _expect(value, hint)
    if hint is Path:
        return Path(_expect(value, str))
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError as error:
            raise Malformed(str(error)) from None
    return _decode_record(hint, value)


def _decode_union(choices: tuple[Any, ...], value: Any) -> Any:
    if value is None and type(None) in choices:
        return None
    for choice in choices:
        if choice is not type(None):
            try:
                return _decode(choice, value)
            except Malformed:
                continue
    raise Malformed(f"a {type(value).__name__} fits none of the types that are expected")


def _decode_container(hint: Any, origin: Any, value: Any) -> Any:
    inner = typing.get_args(hint)
    if issubclass(origin, Mapping):
        items = _expect(value, dict).items()
        read: Callable[[str], Any] = int if inner[0] is int else str
        return {read(key): _decode(inner[1], item) for key, item in items}
    items = _expect(value, list)
    if origin is frozenset:
        return frozenset(_decode(inner[0], item) for item in items)
    if origin is tuple and inner[-1:] != (Ellipsis,):
        return _decode_each(inner, items)
    return tuple(_decode(inner[0], item) for item in items)


def _decode_each(hints: tuple[Any, ...], items: list[Any]) -> tuple[Any, ...]:
    if len(items) != len(hints):
        raise Malformed(f"{len(hints)} values are expected, not {len(items)}")
    return tuple(_decode(hint, item) for hint, item in zip(hints, items, strict=True))


def _decode_record(hint: Any, value: Any) -> Any:
    if is_dataclass(hint):
        return _decode_fields(hint, _expect(value, dict))
    if isinstance(hint, type) and issubclass(hint, tuple):
        return hint(*_decode_each(tuple(_hints(hint).values()), _expect(value, list)))
    raise Malformed(f"no value of {hint} is ever sent")


def _decode_fields(hint: Any, value: dict[str, Any]) -> Any:
    hints = _hints(hint)
    if unknown := value.keys() - hints.keys():
        raise Malformed(f"a {hint.__name__} has no {', '.join(sorted(unknown))}")
    try:
        return hint(**{name: _decode(hints[name], item) for name, item in value.items()})
    except TypeError as error:
        raise Malformed(str(error)) from None


@cache
def _hints(hint: Any) -> dict[str, Any]:
    # The screen's types name the store's without importing it; their own names come first.
    scope = vars(store) | vars(sys.modules[hint.__module__])
    known = typing.get_type_hints(hint, localns=scope)
    names = [field.name for field in fields(hint)] if is_dataclass(hint) else hint._fields
    return {name: known[name] for name in names}


def _expect(value: Any, kind: Any) -> Any:
    if type(value) is not kind:
        raise Malformed(f"a {kind.__name__} is expected, not a {type(value).__name__}")
    return value
