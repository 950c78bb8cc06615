"""Whatever the papers name is there, and whatever users and developers meet is named in them."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from app.cli.arguments import build_parser
from app.cli.describe import describe
from app.cli.printing.diagnostics import ExitCode
from app.user.settings import KEYS
from store.database import schema

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("app", "indexer", "store", "tui")
CODE = (*PACKAGES, "bench", "training", "tests", "docs")
PAPERS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
HISTORY = ROOT / "docs" / "experiments.md"
"""Also names what is not used."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
_INLINE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(rf"(?:{'|'.join(CODE)})/[\w./-]*")
_FILE = re.compile(r"\w+\.py")
_MODULE = re.compile(rf"python (?:-I )?-m ((?:{'|'.join(CODE)})\b[\w.]*)")
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_NAME = re.compile(r"[a-z]\w*(?:_\w+)+|[A-Z]\w*[a-z][A-Z]\w*|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
"""`snake_case`, `CamelCase` or `dotted.name`: what is likely to be a name in the code."""
_WORD = re.compile(r"[A-Za-z_]\w*")
_EXIT_CODES = re.compile(r"[Ee]xit codes?(?: is|:)? (\d[^.;)\n]*)")
_FOREIGN = {"F_FULLFSYNC"}
"""Not ours, as a name of the system."""


@cache
def words() -> frozenset[str]:
    """Every word in the code."""
    texts = [
        path.read_text(encoding="utf-8")
        for name in CODE
        if name != "docs"
        for kind in ("*.py", "*.toml", "*.tcss")
        for path in (ROOT / name).rglob(kind)
        if path != Path(__file__) and "corpus" not in path.parts and "out" not in path.parts
    ]
    return frozenset(_WORD.findall("\n".join(texts)))


@cache
def files() -> frozenset[str]:
    """The name of every module."""
    return frozenset(path.name for name in CODE for path in (ROOT / name).rglob("*.py"))


def inline(paper: Path) -> list[str]:
    return _INLINE.findall(_FENCE.sub("", paper.read_text(encoding="utf-8")))


@cache
def all_papers() -> str:
    return "\n".join(paper.read_text(encoding="utf-8") for paper in PAPERS)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_every_path_and_module_that_is_named_exists(paper: Path) -> None:
    pieces = inline(paper)
    paths = {piece for piece in pieces if _PATH.fullmatch(piece)}
    assert {path for path in paths if not (ROOT / path).exists()} == set()
    assert {piece for piece in pieces if _FILE.fullmatch(piece)} - files() == set()
    modules = {name for piece in pieces for name in _MODULE.findall(piece)}
    places = {name: ROOT / name.replace(".", "/") for name in modules}
    there = {name for name, at in places.items() if at.is_dir() or at.with_suffix(".py").is_file()}
    assert modules - there == set()


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_every_name_of_the_code_that_is_named_exists(paper: Path) -> None:
    if paper == HISTORY:
        return
    named = {piece for piece in inline(paper) if _NAME.fullmatch(piece)}
    named -= {piece for piece in named if re.search(r"\.(\w{2,5}|sqlite)$", piece)}  # files
    unknown = {one for one in named if not words().issuperset(one.split("."))}
    assert unknown - _FOREIGN == set()


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_every_variable_of_the_environment_that_is_named_exists(paper: Path) -> None:
    settings = {f"THIMBLE_{key.upper()}" for key in KEYS}
    named = set(_VARIABLE.findall(paper.read_text(encoding="utf-8")))
    assert named - settings - words() - _FOREIGN == set()


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_every_exit_code_that_is_named_exists(paper: Path) -> None:
    found = _EXIT_CODES.findall(" ".join(paper.read_text(encoding="utf-8").split()))
    named = {int(number) for one in found for number in re.findall(r"\d+", one)}
    assert named <= {int(code) for code in ExitCode}


def test_every_json_field_that_is_described_is_written() -> None:
    fields = tomllib.loads((ROOT / "docs" / "site" / "fields.toml").read_text(encoding="utf-8"))
    written: set[str] = set()
    for path in (*(ROOT / "app").rglob("*.py"), *(ROOT / "store" / "values").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                written.add(node.target.id)
            elif isinstance(node, ast.keyword) and node.arg:
                written.add(node.arg)
    described = {key for kind in fields.values() for key in kind}
    assert described - written == set()


def test_every_command_is_named() -> None:
    top = describe(build_parser())
    commands = {" ".join(one.words) for one in top.walk() if len(one.words) == 1}
    assert {one for one in commands if f"thimble {one}" not in all_papers()} == set()


def test_every_setting_is_named() -> None:
    named = set(_INLINE.findall(all_papers()))
    assert {key for key in KEYS if key not in named} == set()


def test_every_variable_of_the_environment_is_named() -> None:
    epilog = (build_parser().epilog or "").partition("environment:\n")[2]
    read = set(_VARIABLE.findall(epilog))
    assert {name for name in read if name not in all_papers()} == set()


def test_every_exit_code_is_named_on_the_first_page() -> None:
    (found,) = _EXIT_CODES.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {int(number) for number in re.findall(r"\d+", found)} >= {
        int(code) for code in ExitCode if code is not ExitCode.PIPE_CLOSED
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_is_on_the_map(package: str) -> None:
    named = set(inline(ROOT / "docs" / "architecture.md"))
    rooms = {f"{package}/{path.parent.name}" for path in (ROOT / package).glob("*/__init__.py")}
    assert rooms
    assert rooms - named == set()


def test_every_table_of_the_index_is_on_the_page_of_what_is_on_disk() -> None:
    named = set(inline(ROOT / "docs" / "on-disk.md"))
    source = Path(schema.__file__).read_text(encoding="utf-8")
    tables = set(re.findall(r"CREATE (?:VIRTUAL )?TABLE (\w+)", source))
    assert tables - named == set()


def test_every_tool_of_agents_is_on_their_page() -> None:
    tree = ast.parse((ROOT / "app" / "agents" / "server.py").read_text(encoding="utf-8"))
    tools = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(one, ast.Name) and one.id == "tool" for one in node.decorator_list)
    }
    assert len(tools) > 3
    assert tools - set(inline(ROOT / "docs" / "agents.md")) == set()


def test_the_glossary_explains_each_term_once() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+?) \|", glossary, re.M)
    terms = [one.strip() for row in rows for one in row.split(",") if row not in ("term", "---")]
    assert len(terms) > 40
    assert sorted(terms) == sorted(set(terms))
