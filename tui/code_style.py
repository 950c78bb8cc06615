"""How code is coloured: quietly, by the classes in `tui.tcss`."""

from __future__ import annotations

from pygments.token import Token
from textual.content import Span
from textual.highlight import HighlightTheme, highlight


class _Quiet(HighlightTheme):
    """Four colours: what is said about the code, what is quoted, what is kept, what is named."""

    STYLES: dict[tuple[str, ...], str] = {  # noqa: RUF012 (as its base has it)
        Token.Comment: ".faint",
        Token.Keyword: ".keyword",
        Token.Operator.Word: ".keyword",
        Token.Literal: ".literal",
        Token.Name.Function: ".strong",
        Token.Name.Class: ".strong",
        Token.Name.Tag: ".keyword",
        Token.Name.Decorator: ".faint",
    }


def colours(text: str, language: str) -> list[Span]:
    """Return the styles of a text in a language that Pygments knows; none if it changes the text.

    `text` holds no tab, which Pygments would turn into spaces.
    """
    coloured = highlight(text, language=language, theme=_Quiet)
    if coloured.plain != text.rstrip("\n"):
        return []
    return [span for span in coloured.spans if str(span.style).startswith(".")]
