"""Regular expressions, which run in a process of their own within limits for a whole search."""

from __future__ import annotations

import atexit
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from ..values.errors import BadQuery

if TYPE_CHECKING:
    from ..processes import ProcessPool

TIME_LIMIT_S = 5.0
"""Of one search, in all that its expression is looked for in."""
_LONGEST_PATTERN = 1000
_PROCESSES = 2
_WORKER = ("-I", str(Path(__file__).with_name("pattern_worker.py")))
_CURE = "make it simpler, or search fewer files (--path, --type, --folder)"

_LENGTH = struct.Struct("<I")

Range = tuple[int, int]


@dataclass
class _Budget:
    """The seconds that are left."""

    left_s: float = TIME_LIMIT_S


@dataclass(frozen=True)
class Expression:
    """A regular expression, whatever the case; `^` and `$` stand for the ends of lines."""

    pattern: str
    _budget: _Budget = field(default_factory=_Budget, compare=False)

    def chunks(self, title: str, texts: tuple[str, ...], where: str) -> set[int]:
        """Return the chunks in which a match begins. Raises BadQuery, naming `where`."""
        ends = list(accumulate(len(text) + 1 for text in texts))
        in_title, holding = self._look([(title, [len(title) + 1]), ("\n".join(texts), ends)], where)
        return set(range(len(texts))) if in_title else {int(chunk) for chunk in holding}

    def highlights(self, text: str) -> tuple[Range, ...]:
        """Return the ranges of the matches in a text; none if that takes too long."""
        try:
            (spans,) = self._look([(text, None)], "a hit")
        except BadQuery:
            return ()
        return tuple((start, end) for start, end in spans)

    def _look(self, texts: Sequence[tuple[str, list[int] | None]], where: str) -> list[list[Any]]:
        """Return what is found in texts; see `pattern_worker`. Raises BadQuery."""
        request = {
            "pattern": self.pattern,
            "texts": [{"text": text, "ends": ends} for text, ends in texts],
        }
        with _processes().child() as process:
            started = monotonic()
            try:
                answer = process.ask(request, started + self._budget.left_s)
            except TimeoutError:
                raise BadQuery(
                    f"the regular expression took longer than {TIME_LIMIT_S:g} s, the last in "
                    f"{where}; {_CURE}"
                ) from None
            finally:
                self._budget.left_s -= monotonic() - started
        if "wrong" in answer:
            raise BadQuery(f"not a regular expression: {answer['wrong']}")
        if "error" in answer:
            raise BadQuery(f"the regular expression {answer['error']}; {_CURE}")
        found: list[list[Any]] = answer["found"]
        return found


def expression(text: str) -> Expression:
    """Return a regular expression that has been compiled once. Raises BadQuery with a sentence."""
    if len(text) > _LONGEST_PATTERN:
        raise BadQuery(f"the regular expression is longer than {_LONGEST_PATTERN:,} characters")
    made = Expression(text)
    made._look([], "nothing yet")
    return made


class _Looker:
    """A process that runs expressions, started anew once it has misbehaved."""

    def __init__(self) -> None:
        from ..processes import ChildProcess

        self._child = ChildProcess(_WORKER, own_session=True)

    def ask(self, request: object, deadline: float) -> dict[str, Any]:
        """Return the answer to a request. Raises TimeoutError at `deadline`."""
        from ..processes import receive, wait_until

        body = json.dumps(request).encode()
        try:
            connection = self._child.connection or self._child.start()
            wait_until(connection, deadline)
            connection.sendall(_LENGTH.pack(len(body)) + body)
            (length,) = _LENGTH.unpack(receive(connection, _LENGTH.size, deadline))
            answer: dict[str, Any] = json.loads(receive(connection, length, deadline))
        except TimeoutError:
            self._child.stop()
            raise
        except (OSError, EOFError):
            self._child.stop()
            return {"error": "takes too much memory"}  # it was ended for it, or crashed
        return answer

    def close(self) -> None:
        """End the process for good."""
        self._child.close()


@cache
def _processes() -> ProcessPool[_Looker]:
    from ..processes import ProcessPool  # which few searches need

    pool = ProcessPool(_Looker() for _ in range(_PROCESSES))
    atexit.register(pool.close)
    return pool
