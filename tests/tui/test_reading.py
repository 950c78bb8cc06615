"""How passages are styled and shaded."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from indexer import text_style
from store import TextStyle, safe_text
from tui.sentence_highlight import sentence_highlights, sentences
from tui.text_styling import styled

PATHS = [Path(f"a{suffix}") for suffix in (".md", ".py", ".txt", ".json", ".html", ".zzz", "")]


def parts_in(content: Content, style: str) -> list[str]:
    return [content.plain[s.start : s.end] for s in content.spans if s.style == style]


def test_prose_shows_its_headings_and_lists() -> None:
    text = "Rye bread\nOne loaf.\n\nEvening before\n- flour\n- water\n\n1. Stir. It is done.\n"
    content = styled(text, Path("bread.md"), TextStyle.PROSE)
    assert parts_in(content, ".heading") == ["Rye bread", "Evening before"]
    assert parts_in(content, ".bullet") == ["-", "-", "1."]


def test_code_is_coloured_by_its_language() -> None:
    content = styled('def f():  # why\n    return "x"\n', Path("a.py"), TextStyle.CODE)
    assert parts_in(content, ".keyword") == ["def", "return"]
    assert parts_in(content, ".faint") == ["# why"]
    assert '"x"' in "".join(parts_in(content, ".literal"))


def test_a_table_stays_as_it_is() -> None:
    assert styled("Short line\n\n- 3", Path("a.csv"), TextStyle.PLAIN).spans == []


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.sampled_from(PATHS))
def test_styling_keeps_every_character(text: str, path: Path) -> None:
    assert styled(text, path, text_style(path.name)).plain == safe_text(text)


def test_sentences_are_found_in_prose_and_lines_in_code() -> None:
    text = "One is 3.5 m. Two? 三つ。\nfour = 4"
    assert [text[a:b] for a, b in sentences(text)] == [
        "One is 3.5 m.",
        "Two?",
        "三つ。",
        "four = 4",
    ]


def test_the_sentence_with_most_of_the_words_is_the_hottest() -> None:
    text = "The rent. The deposit and the rent come back. Nothing here."
    words = [(4, 8), (14, 21), (30, 34)]
    shades = sentence_highlights(text, (0, len(text)), words, (0, 0))
    assert [(text[a:b], style) for a, b, style in shades] == [
        ("The rent.", ".warm"),
        ("The deposit and the rent come back.", ".hot"),
    ]


def test_without_matched_words_nothing_is_shaded() -> None:
    assert sentence_highlights("By meaning alone.", (0, 17), (), (0, 17)) == []
