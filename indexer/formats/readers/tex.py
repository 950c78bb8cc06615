"""TeX and LaTeX: sectioning commands make headings; the preamble and comments are left out."""

from __future__ import annotations

import re

from . import text as plain_text
from .layout import Layout

_BRACED = r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}"
_LEVELS = {"part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4}
_BODY = re.compile(r"\\begin\{document\}")
_TITLE = re.compile(rf"\\title(?:\[[^\[\]]*\])?(?P<braced>{_BRACED})")
_VERBATIM = "verbatim|lstlisting|minted|equation|align|table|tabular|algorithm"
_PARTS = re.compile(
    rf"\\(?P<marks>part|chapter|(?:sub){{0,2}}section)\*?(?:\[[^\[\]\n]*\])?(?P<heading>{_BRACED})"
    rf"|(?P<code>\\begin\{{(?P<name>(?:{_VERBATIM})\*?)\}}(?s:.*?)(?:\\end\{{(?P=name)\}}|\Z))"
    r"|^[ \t]*%[^\n]*$"
    r"|\\end\{document\}(?s:.*)"
    rf"|\\title(?={_BRACED})",
    re.M,
)

_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_REFERENCE = re.compile(
    r"[ ~]?\\(?:label|ref|eqref|cite[a-z]*|includegraphics|input|usepackage|begin|end"
    r"|bibliography\w*)\*?(?:\[[^\[\]\n]*\])*(?:\{[^{}]*\})?"
)
_COMMAND = re.compile(r"\\[a-zA-Z]+\*?(?:\[[^\[\]\n]*\])?[ \t]?")
_ESCAPED = re.compile(r"\\([%&_#$ ,;])")


def read(text: str) -> Layout:
    """Lay out TeX."""
    layout = Layout(text)
    title = _TITLE.search(text)
    if title:
        layout.add_title(title.start("braced") + 1, title.end("braced") - 1)
    body = _BODY.search(text)
    layout.fill(_PARTS, body.end() if body else 0, _heading)
    return layout


def plain(fragment: str) -> str:
    """Return the readable text: the words in commands' braces, but not the commands."""
    text = plain_text.plain(fragment)
    text = _COMMENT.sub("", text) if "%" in text else text
    if "\\" in text:
        text = _REFERENCE.sub("", text.replace("\\\\", "\n"))
        text = _COMMAND.sub("", _ESCAPED.sub(r"\1", text))
    return plain_text.squeeze(text.replace("{", "").replace("}", "").replace("~", " ")).strip()


def _heading(match: re.Match[str]) -> tuple[int, int, int]:
    start, end = match.span("heading")
    return start + 1, end - 1, _LEVELS[match["marks"]]
