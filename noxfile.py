"""The test command on every Python that thimble runs on: `make matrix`, or `nox -s tests-3.12`.

Pythons that are not installed are named and skipped; in CI (`CI` is set) they are an error.
"""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""Those that pyproject.toml names."""


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Install what is locked, and run the tests as `make test` does."""
    session.install("--require-hashes", "-r", "requirements-dev.lock")
    session.install("--no-deps", "--no-build-isolation", "--editable", ".")
    session.run("pytest", *session.posargs)
