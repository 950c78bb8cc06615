from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.scanning.globs import Patterns, parse_glob, parse_line


def matches(line: str, path: str) -> bool:
    pattern = parse_line(line)
    assert pattern is not None
    found = Patterns([pattern]).deciding(path.rstrip("/"), is_folder=path.endswith("/"))
    return found is not None


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("*.log", "a.log"),
        ("*.log", "deep/down/a.log"),
        ("*.log", "folder.log/"),
        ("build/", "x/build/"),
        ("/top.md", "top.md"),
        ("docs/*.md", "docs/a.md"),
        ("docs/**", "docs/a/b"),
        ("**/draft", "a/b/draft"),
        ("**/draft", "draft"),
        ("a/**/z", "a/z"),
        ("a/**/z", "a/b/c/z"),
        ("**", "anything/at/all"),
        ("/**", "anything/at/all"),
        ("**/", "folder/"),
        ("a**z", "abcz"),
        ("?.md", "é.md"),
        ("[a-c]x", "bx"),
        ("[!a-c]x", "dx"),
        ("[^a-c]x", "dx"),
        ("[]]x", "]x"),
        ("[a-]x", "-x"),
        ("[[:digit:]]x", "7x"),
        (r"[\]]x", "]x"),
        (r"docs\/a", "docs/a"),
        (r"a\\/b", "a\\/b"),
        (r"\!important", "!important"),
        (r"\#tag", "#tag"),
        ("name\\ ", "name "),
        ("name  ", "name"),
        ("two\nlines", "two\nlines"),
        ("*.md", "two\nlines.md"),
        ("b", "two\nlines/b"),
        ("a/**/**/b", "a/b"),
        ("*a*b*", "xxaxxbxx"),
        ("**/a/**/a/b", "a/x/a/a/b"),
    ],
)
def test_patterns_that_match(line: str, path: str) -> None:
    assert matches(line, path)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("*.log", "a.logs"),
        ("build/", "build"),
        ("/top.md", "below/top.md"),
        ("docs/*.md", "docs/a/b.md"),
        ("docs/*.md", "x/docs/a.md"),
        ("docs/**", "docs/"),
        ("docs/**/", "docs/a.md"),
        ("**/", "file"),
        ("a?z", "a/z"),
        ("a[/]z", "a/z"),
        ("a[!b]z", "a/z"),
        ("a//b", "a/b"),
        ("/", "a"),
        ("[a-", "a"),
        ("[z-a]", "m"),
        ("[]", "]"),
        ("[[:nonsense:]]", "n"),
        ("trailing\\", "trailing"),
        ("name", "name "),
        ("name", "name\n"),
        ("!", "a"),
    ],
)
def test_patterns_that_do_not_match(line: str, path: str) -> None:
    assert not matches(line, path)


@pytest.mark.parametrize("line", ["", "   ", "# a comment"])
def test_blank_lines_and_comments_are_no_patterns(line: str) -> None:
    assert parse_line(line) is None


def test_a_glob_of_the_user_has_no_comments_and_no_negation() -> None:
    globs = Patterns([parse_glob("#inbox"), parse_glob("!urgent")])
    assert globs.deciding("#inbox", is_folder=False)
    assert globs.deciding("!urgent", is_folder=False)
    assert not globs.deciding("other", is_folder=False)


def test_a_malformed_glob_matches_nothing_rather_than_everything() -> None:
    globs = Patterns([parse_glob("[a-")])
    assert globs
    assert globs.deciding("a", is_folder=False) is None


def test_the_last_matching_line_decides() -> None:
    lines = ["*.md", "!a.md", "/x/**/*.md", "a.md/", "nothing"]
    patterns = Patterns(p for line in lines if (p := parse_line(line)))

    def deciding(path: str, *, is_folder: bool = False) -> str | None:
        pattern = patterns.deciding(path, is_folder=is_folder)
        return pattern.text if pattern else None

    assert deciding("b.md") == "*.md"
    assert deciding("a.md") == "!a.md"
    assert deciding("x/a.md") == "/x/**/*.md"
    assert deciding("a.md", is_folder=True) == "a.md/"
    assert deciding("a.txt") is None


@given(st.text(alphabet="ab*?/[]!^-\\ #:.\n"), st.text(alphabet="ab/-]\n", min_size=1))
def test_every_line_is_either_a_pattern_or_nothing(line: str, path: str) -> None:
    pattern = parse_line(line)
    if pattern:
        Patterns([pattern]).deciding(path, is_folder=False)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("*a" * 60 + "*b", "a" * 250),
        ("**/a/" * 60 + "b", "a/" * 1000 + "c"),
        ("?*" * 60 + "b", "a" * 250),
        ("**/*a*a/" * 30 + "b", "aaaa/" * 400 + "c"),
    ],
)
def test_a_hostile_pattern_takes_no_time(line: str, path: str) -> None:
    started = time.monotonic()
    assert not matches(line, path)
    assert time.monotonic() - started < 0.5
