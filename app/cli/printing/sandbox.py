"""Which walls stand around documents while they are taken apart."""

from __future__ import annotations

from indexer import walls


def walls_sentence() -> str:
    """Return it for people; a worker is started to tell."""
    try:
        confinement = walls()
    except OSError as error:
        return f"documents that are no text cannot be read: {error}"
    sentence = f"documents are taken apart behind these walls: {confinement}"
    if confinement.missing:
        sentence += f"; missing here: {', '.join(confinement.missing)}"
    return sentence


def walls_fields() -> dict[str, object]:
    """Return it for programs; no wall stands where no worker starts."""
    try:
        confinement = walls()
    except OSError as error:
        return {"walls": [], "missing": [], "error": str(error)}
    return {"walls": [*confinement.standing], "missing": [*confinement.missing], "error": None}
