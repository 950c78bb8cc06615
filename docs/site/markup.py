"""Markdown that is written by a program, and the descriptions it is made of."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import textwrap
from collections.abc import Iterable, Sequence


class Undescribed(Exception):
    """Something that users see has no description in the code."""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def code(text: str) -> str:
    """Return text as code within a line."""
    return f"`{text}`" if text else ""


def block(text: str, language: str = "text") -> str:
    """Return text as a block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def page(title: str, *parts: str) -> str:
    """Return a page."""
    return "\n\n".join([f"# {title}", *parts]) + "\n"


def described(what: str, description: str | None) -> str:
    """Return a description as a cell or a sentence. Raises Undescribed if there is none."""
    if not description:
        raise Undescribed(f"{what} has no description")
    return " ".join(description.split())


def attribute_descriptions(owner: type) -> dict[str, str]:
    """Return the docstrings under the attributes of a class, by the attributes' names."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    found: dict[str, str] = {}
    for statement, after in itertools.pairwise(body):
        text = _string(after)
        if text is None:
            continue
        if isinstance(statement, ast.AnnAssign):
            found[ast.unparse(statement.target)] = text
        elif isinstance(statement, ast.Assign):
            found[ast.unparse(statement.targets[0])] = text
    return found


def _string(statement: ast.stmt) -> str | None:
    value = statement.value if isinstance(statement, ast.Expr) else None
    is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return value.value if is_text else None  # type: ignore[union-attr]


def _cell(text: str) -> str:
    """Return one line in which `|` ends no cell; within code it does not anyway."""
    pieces = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(one if one[:1] == "`" else one.replace("|", "\\|") for one in pieces)
