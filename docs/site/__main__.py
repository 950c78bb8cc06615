"""Build the site; every warning is an error."""

from __future__ import annotations

import sys

from docs.site import FOLDER, Problem, Undescribed, build


def main() -> None:
    """Build it and say where it is, or what is wrong."""
    try:
        site = build(FOLDER)
    except (Problem, Undescribed) as error:
        sys.exit(str(error))
    print(site / "index.html")


main()
