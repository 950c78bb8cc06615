"""Files that hold keys and passwords, by name and by content; they are not indexed by default.

By name only what is always a secret; by content only when the file is little else than secrets,
or has a structure that nothing else has, so that a note about keys is read.

The forms of tokens and files follow two kept sets of rules: those of gitleaks (MIT,
https://github.com/gitleaks/gitleaks, config/gitleaks.toml) and the plugins of detect-secrets
(Apache-2.0, https://github.com/Yelp/detect-secrets). Both look for single secrets in source code.
What is asked here is whether a whole file is one, so the tables are ours.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

__all__ = ["looks_secret", "secret_by_name"]


@cache
def _rules() -> tuple[Callable[[bytes, str], str | None], ...]:
    """Return what recognises a kind of secret by the beginning of a file and its name.

    Loaded with the first file that is read: few searches need it.
    """
    from .keys import key_kind
    from .lines import lines_kind
    from .phrases import phrase_kind
    from .structures import structure_kind
    from .tables import table_kind

    return (key_kind, structure_kind, table_kind, lines_kind, phrase_kind)


def secret_by_name(path: str) -> str | None:
    """Return why a file of this name is taken for a secret, or None.

    The folders before the name tell more, if there are any: `.docker/config.json` is a secret.
    """
    from .names import is_secret_name

    return _reason("by its name") if is_secret_name(path) else None


def looks_secret(data: bytes, name: str = "") -> str | None:
    """Return why a file with these bytes is taken for a secret, or None.

    The name may say what the content does not: twelve words are a wallet's if the file says so.
    """
    from .text import plain_head

    head = plain_head(data)
    if not head:
        return None
    kind = next(filter(None, (find(head, name) for find in _rules())), None)
    return _reason(kind) if kind else None


def _reason(what: str) -> str:
    return f"looks like a secret ({what}); use --include to index it anyway"
