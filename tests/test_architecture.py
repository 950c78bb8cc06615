"""The shape of the program: what may import what, what ships, what the papers say."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import app
import indexer
import store
import tui

ROOT = Path(__file__).parent.parent
PACKAGES = {"app", "indexer", "store", "tui"}
MODULES = [path for name in sorted(PACKAGES) for path in sorted((ROOT / name).rglob("*.py"))]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_other_packages_are_imported_by_their_root(module: Path) -> None:
    own = module.relative_to(ROOT).parts[0]
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            package, _, inside = node.module.partition(".")
            assert package not in PACKAGES or not inside, f"{node.module} is not a root"
            assert package != own, "inside a package imports are relative"


MOST_LINES = 50
"""Of a function, its docstring included."""
MIGRATIONS = ROOT / "store" / "database" / "schema.py"
"""Nothing but SQL in the order in which it ran."""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_stay_short(module: Path) -> None:
    if module == MIGRATIONS:
        return
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MOST_LINES, f"{node.name} has {length} lines"


@pytest.mark.parametrize("package", [store, indexer, tui])
def test_public_names_exist_and_are_sorted(package: object) -> None:
    names = package.__all__  # type: ignore[attr-defined]
    assert all(hasattr(package, name) for name in names)
    # As ruff sorts: constants, classes, functions.
    assert names == sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name))


def test_the_four_packages_sit_side_by_side() -> None:
    places = {Path(str(package.__file__)).parent.parent for package in (app, indexer, store, tui)}
    assert places == {ROOT}


def test_the_wheel_holds_the_four_packages_and_the_models(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    ours = [name for name in names if ".dist-info/" not in name and ".data/" not in name]
    assert {name.split("/")[0] for name in ours} == PACKAGES
    assert any(name.endswith(".data/data/share/man/man1/thimble.1") for name in names)
    models = "indexer/models/"
    for file in ("model.onnx", "tokenizer.json", "model.toml", "README.md"):
        assert f"{models}thimble-index/{file}" in names
        assert f"{models}thimble-rank/{file}" in names
    assert f"{models}thimble-index/projection.npz" in names
    assert "tui/tui.tcss" in names


def test_every_command_is_in_the_papers() -> None:
    papers = "".join(path.read_text() for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")])
    commands = {path.stem for path in (ROOT / "app" / "cli" / "commands").glob("[a-z]*.py")}
    assert len(commands) >= 12
    commands.discard("tui")  # the same as no command
    assert {name for name in commands if name not in papers} == set()
