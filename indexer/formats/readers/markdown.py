"""Markdown: front matter, headings, fenced code and paragraphs; to plain text without marks."""

from __future__ import annotations

import html
import re

from ..document import BlockKind
from . import text as plain_text
from .html import strip_tags
from .layout import Layout

_FRONT_MATTER = re.compile(
    r"\A\s*(?P<fence>---|\+\+\+)[ \t]*\n(?=[ \t]*(?:[\w\"'-]+[ \t]*[:=]|\#))"
    r"(?P<fields>(?s:.*?))\n(?:(?P=fence)|\.\.\.)[ \t]*(?:\n|\Z)"
)
_FIELD = re.compile(r"[\"']?(?P<name>[\w-]+)[\"']?[ \t]*[:=][ \t]*(?P<value>[^\n]*)")
_TITLE = re.compile(r"^[\"']?title[\"']?[ \t]*[:=][ \t]*[\"']?(?P<value>[^\n]*)", re.M | re.I)
_FOLDED = frozenset((">", "|", ">-", "|-"))
_KEPT_NAMES = (
    "title subtitle description summary abstract tags keywords aliases category categories"
    " author authors"
)
_KEPT_FIELDS = frozenset(_KEPT_NAMES.split())

_PARTS = re.compile(
    r"^[ \t]*(?P<code>(?P<fence>`{3,}|~{3,})(?![`~])[^`\n]*$"
    r"(?s:.*?)(?:\n[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z))"
    r"|^[ ]{0,3}(?:"
    r"<!--(?s:.*?)(?:-->|\Z)"
    r"|(?P<rule>[-*_])(?:[ \t]*(?P=rule)){2,200}[ \t]*$"
    r"|(?P<heading>"
    r"(?P<marks>\#{1,6})[ \t]+[^\n]+"
    r"|(?![-*+>|<\#]|\d+[.)])[^\n]{1,300}(?P<underline>\n[ ]{0,3}(?:={2,}|-{2,})[ \t]*$))"
    r")"
    r"|data:[\w/+.;=-]{0,99};base64,[A-Za-z0-9+/=]{200,}",
    re.M,
)

# What follows turns marks into nothing. Code is set aside meanwhile, as a number between
# characters that `text.plain` has made sure do not occur.
_ASIDE = re.compile("\ud800([0-9]+)\ud801")
_CODE = re.compile(
    r"(?P<fence>`{3,}|~{3,})(?![`~])[^`\n]*"
    r"(?:\n(?P<block>(?s:.*?))(?:\n[ \t>]*(?P=fence)[`~]*(?=\s|\Z)|\Z)|\Z)"
    r"|(?P<tick>`{1,2})(?P<span>[^`\n]+)(?P=tick)"
)
_FENCE_LINE = re.compile(r"(?:\A|\n)[ \t]*(?:`{3,}|~{3,})[ \t]*(?P<language>[^\s`]*)")
_LINE = re.compile(
    r"\n[ \t]*(?:"
    r"\#{1,6}[ \t]+(?P<words>[^\n]+)"
    r"|(?P<quote>>)[> \t]*(?:\[![\w-]+\][-+]?[ \t]*)?"
    r"|\[(?!\^)[^\]\n]+\]:[ \t]+[^\n]*"
    r"|(?:={2,}|[|:-][|: \t-]+|\*[* \t]{2,}|_[_ \t]{2,})(?=\n|\Z)"
    r")"
)
_IMAGE_OR_LINK = re.compile(
    r"!?\[(?P<text>[^\[\]]*)\](?:"
    r"\((?:<[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?[ \t]*\)"
    r"|\[[^\[\]\n]*\])"
)
_WIKI_LINK = re.compile(r"!?\[\[(?P<target>[^\[\]|\n]*)(?:\|(?P<text>[^\[\]\n]*))?\]\]")
_CUT_LINK = re.compile(r"\]\([^()\s]*\)")
_ADDRESS = re.compile(r"<((?:https?|ftp|mailto):[^<>\s]*)>")
_PAIRS = re.compile(
    r"\*\*(?P<strong>[^\s*](?:[^*\n]*[^\s*])?)\*\*"
    r"|~~(?P<struck>[^\s~](?:[^~\n]*[^\s~])?)~~"
    r"|==(?P<marked>[^\s=](?:[^=\n]*[^\s=])?)=="
)
_EMPHASIS = re.compile(  # the first mark leads, so that the search can leap to it
    r"[*_](?:(?<![\w\\][*_])[*_]{0,2}(?=[^\s*_])|(?<=[^\s*_\\][*_])[*_]{0,2}(?![\w*_]))"
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def read(text: str) -> Layout:
    """Lay out Markdown."""
    layout = Layout(text)
    layout.fill(_PARTS, _add_front_matter(layout), _heading)
    return layout


def plain(fragment: str) -> str:
    """Return the readable text: no marks, link targets, comments or unknown front matter."""
    text = "\n" + _front_matter_text(plain_text.plain(fragment))
    has_code = "`" in text or "~~~" in text
    text = _plain_around_code(text) if has_code else _plain_prose(text)
    return plain_text.squeeze(text).strip("\n")


def _add_front_matter(layout: Layout) -> int:
    """Add the front matter if it says something; return where it ends."""
    fence = _FRONT_MATTER.match(layout.text)
    if not fence:
        return 0
    title = _TITLE.search(layout.text, *fence.span("fields"))
    if title and title["value"].strip() not in _FOLDED:
        value = title["value"].rstrip(" \t\"'")
        layout.add_title(title.start("value"), title.start("value") + len(value))
    if _kept_fields(fence["fields"]):
        layout.add(fence.start("fence"), fence.end(), BlockKind.CODE)
    return fence.end()


def _heading(match: re.Match[str]) -> tuple[int, int, int]:
    start, end = match.span("heading")
    if match["marks"] is None:
        return start, match.start("underline"), 1 if "=" in match["underline"] else 2
    level = len(match["marks"])
    return start + level, end - len(match["heading"]) + len(_unclosed(match["heading"])), level


def _unclosed(heading: str) -> str:
    """Drop the marks that may close a heading, as in `## Words ##`, but not those of `C#`."""
    body = heading.rstrip()
    bare = body.rstrip("#")
    return bare.rstrip() if bare.endswith((" ", "\t")) else body


def _front_matter_text(text: str) -> str:
    if not text.startswith(("---\n", "+++\n")):
        return text
    found = _FRONT_MATTER.match(text)
    return _kept_fields(found["fields"]) + "\n\n" + text[found.end() :] if found else text


def _kept_fields(fields: str) -> str:
    """Return the fields that describe the document, the title without its name."""
    kept: list[str] = []
    is_kept = False
    for line in fields.split("\n"):
        field = _FIELD.match(line)
        if field:
            name, value = field["name"].lower(), field["value"].strip().strip("\"'[]")
            is_kept = name in _KEPT_FIELDS and value not in _FOLDED
            if is_kept:
                kept.append(value if name == "title" else f"{name}: {value}")
        elif is_kept and line[:1] in (" ", "\t", "-"):
            kept[-1] += " " + line.strip().removeprefix("- ")
    return "\n".join(line.replace(":  ", ": ") for line in kept)


def _plain_around_code(text: str) -> str:
    """Turn the prose to plain text and leave the code between as it is."""
    fences = _FENCE_LINE.findall(text)
    if len(fences) % 2 and not fences[0]:  # the fragment begins inside a fenced block
        text = f"\n{'~~~' if '~~~' in text and '```' not in text else '```'}{text}"
    codes: list[str] = []

    def set_aside(found: re.Match[str]) -> str:
        codes.append(found["span"] or found["block"] or "")
        return f"\ud800{len(codes) - 1}\ud801"

    prose = _plain_prose(_CODE.sub(set_aside, text))
    return _ASIDE.sub(lambda found: codes[int(found[1])], prose)


def _plain_prose(text: str) -> str:
    """Take the marks out of prose. `text` begins with a line end."""
    if "-->" in text:
        text = plain_text.without_comments(text)
    text = _LINE.sub(_plain_line, text)
    if "[" in text or "](" in text:
        text = _plain_links(text)
    if "<" in text:
        text = strip_tags(_ADDRESS.sub(r"\1", text))
    if "**" in text or "~~" in text or "==" in text:
        text = _PAIRS.sub(lambda found: found[found.lastgroup or 0], text)
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub("", text)
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    return html.unescape(text) if "&" in text else text


def _plain_line(line: re.Match[str]) -> str:
    if line["words"]:
        return "\n" + _unclosed(line["words"])
    return "\n" if line["quote"] else ""


def _plain_links(text: str) -> str:
    if "[[" in text:
        text = _WIKI_LINK.sub(lambda found: found["text"] or found["target"], text)
    text = _IMAGE_OR_LINK.sub(r"\g<text>", text)
    if "](" in text or "][" in text:  # an image inside a link has become the link's text
        text = _CUT_LINK.sub("", _IMAGE_OR_LINK.sub(r"\g<text>", text))
    return text
