"""HTML: the text between block-level tags; scripts, styles and comments are left out."""

from __future__ import annotations

import html
import re

from ..document import BlockKind
from . import text as plain_text
from .layout import Layout

_BLOCK_NAMES = (
    "address article aside blockquote body br button caption center dd details dialog dir div dl dt"
    " fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr"
    " html iframe legend li link main menu meta nav ol optgroup option p pre section select summary"
    " table tbody td textarea tfoot th thead title tr ul"
)
_INLINE_NAMES = (
    "a abbr acronym audio b base basefont bdi bdo big cite code col colgroup data del dfn em embed"
    " font i img input ins kbd label map mark meter noscript object output picture progress q rp rt"
    " ruby s samp small source span strike strong sub sup time tt u var video wbr"
)
_BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())
_INLINE_TAGS = frozenset(_INLINE_NAMES.split())
_HIDDEN_TAGS = frozenset(("script", "style", "template", "svg", "math", "canvas"))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LONGEST_INLINE_TAG_CHARS = 500
"""A longer tag carries data rather than style and is kept out of the blocks."""

_OPENING = re.compile(r"<(?:(?P<comment>!--)|(?P<slash>/?)(?P<name>[a-zA-Z][\w:.-]*)|[!?/])")
_TAG = re.compile(r"<(?:/?(?P<name>[a-zA-Z][\w:.-]*)[^<>]*|[!?/][^<>]*)(?:>|\Z)")
_HIDDEN = re.compile(
    rf"<(?P<name>{'|'.join(sorted(_HIDDEN_TAGS))})\b[^>]*>(?s:.*?)(?:</(?P=name)\s*>|\Z)", re.I
)
_HIDDEN_ENDS = {name: re.compile(rf"</{name}\b[^>]*(?:>|\Z)", re.I) for name in _HIDDEN_TAGS}
_LEADING = re.compile(r"(?:\s|<[^<>]*>|&nbsp;|&\#160;){1,999}")
_TRAILING_TAG = re.compile(r"<[^<>]{1,200}>\s*\Z")


def read(text: str) -> Layout:
    """Lay out HTML."""
    scan = _Scan(text)
    scan.run()
    return scan.layout


def plain(fragment: str) -> str:
    """Return the text without tags, with characters in place of entities."""
    text = plain_text.plain(fragment)
    if "<" in text:
        text = _HIDDEN.sub("", plain_text.without_comments(text))
        text = _TAG.sub(_tag_text, text)
    text = (html.unescape(text) if "&" in text else text).replace("\xa0", " ")
    return plain_text.squeeze(text) if "<pre" in fragment else plain_text.close_up(text)


def strip_tags(text: str) -> str:
    """Take the tags that HTML knows out of a text that may have other things in angle brackets."""
    return _TAG.sub(_known_tag_text, text)


def _tag_text(tag: re.Match[str]) -> str:
    name = (tag["name"] or "").lower()
    return " " if name in ("td", "th") else "\n" if name in _BLOCK_TAGS else ""


def _known_tag_text(tag: re.Match[str]) -> str:
    name = (tag["name"] or "").lower()
    if name in _BLOCK_TAGS:
        return " "
    return "" if name in _INLINE_TAGS else tag[0]


class _Scan:
    """One pass over the tags: text since the last block-level tag is a block."""

    def __init__(self, text: str) -> None:
        self.layout = Layout(text)
        self.text = text
        self.since = 0
        """Where the text that is no block yet begins."""
        self.within = ""
        """The heading or title whose text follows, or the `pre` that the text is in."""
        self.title: tuple[int, int] | None = None

    def run(self) -> None:
        at = 0
        while opening := _OPENING.search(self.text, at):
            at = self._take(opening)
        self._flush(len(self.text))
        if self.title and not self.layout.blocks:
            self.layout.add(*self.title)

    def _take(self, opening: re.Match[str]) -> int:
        """Take in one tag or comment; return where it ends."""
        start = opening.start()
        if opening["comment"]:
            return self._skip(start, self._after("-->", opening.end()))
        name = (opening["name"] or "").lower()
        end = self._after(">", opening.end())
        if name in _HIDDEN_TAGS and not opening["slash"]:
            if self.text[end - 2] == "/":
                return self._skip(start, end)
            closing = _HIDDEN_ENDS[name].search(self.text, end)
            return self._skip(start, closing.end() if closing else len(self.text))
        if name not in _BLOCK_TAGS and end - start <= _LONGEST_INLINE_TAG_CHARS:
            return end
        self._skip(start, end)
        if name in _HEADINGS or name in ("title", "pre"):
            self.within = "" if opening["slash"] else name
        return end

    def _after(self, mark: str, at: int) -> int:
        found = self.text.find(mark, at)
        return found + len(mark) if found >= 0 else len(self.text)

    def _skip(self, start: int, end: int) -> int:
        self._flush(start)
        self.since = end
        return end

    def _flush(self, end: int) -> None:
        start, end = self._visible(self.since, end)
        if start >= end:
            return
        if self.within == "title":
            self.title = self.title or (start, end)
            self.layout.add_title(start, end)
        elif self.within in _HEADINGS:
            self.layout.add_heading(start, end, _HEADINGS[self.within])
        else:
            self.layout.add(start, end, BlockKind.CODE if self.within else BlockKind.PARAGRAPH)
            return
        self.within = ""

    def _visible(self, start: int, end: int) -> tuple[int, int]:
        """Return the range without white space and inline tags around the text."""
        leading = _LEADING.match(self.text, start, end)
        start = leading.end() if leading else start
        while trailing := _TRAILING_TAG.search(self.text, max(start, end - 200), end):
            end = trailing.start()
        return start, end
