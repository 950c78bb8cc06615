"""Results in the format that was asked for."""

from __future__ import annotations

import argparse
import csv
import io
import re
from dataclasses import dataclass
from html import escape

from store import Hit, Results, safe_line, safe_text

from .context import Read, print_context
from .diagnostics import UsageError
from .hits import explain_fields, hit_fields, print_blocks, print_lines
from .output import Output

_CSV_FIELDS = ("rank", "score", "path", "line", "page", "title", "heading", "text")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!])")
_FORMULA = re.compile(r"^\s*[=+\-@]")


@dataclass(frozen=True, slots=True)
class Format:
    """How results are written."""

    name: str
    explain: bool = False
    nul: bool = False
    """File names end in a NUL byte, as `xargs -0` reads them."""
    before: int = 0
    after: int = 0
    """Lines of context."""

    @classmethod
    def of(cls, args: argparse.Namespace) -> Format:
        """Read the options. Raises UsageError for those that make no sense together."""
        before = args.before if args.before is not None else args.context
        after = args.after if args.after is not None else args.context
        if args.nul and args.format != "files":
            raise UsageError("-0 goes with -l: it ends file names with a NUL byte")
        if (before or after) and args.format != "text":
            raise UsageError("-A, -B and -C show lines of text; leave out the other format")
        explain = getattr(args, "explain", False)
        return cls(args.format, explain, args.nul, before or 0, after or 0)


def print_results(out: Output, results: Results, how: Format, read: Read) -> None:
    """Write an answer; `read` returns documents of which lines of context are shown."""
    hits = results.hits
    if how.name == "json":
        out.json({"schema": 1, "query": results.query.text, **results_fields(results, how.explain)})
    elif how.name == "jsonl":
        for hit in hits:
            out.json(hit_fields(hit), indent=None)
    elif how.name == "files":
        out.paths(dict.fromkeys(hit.path for hit in hits), nul=how.nul)
    elif how.name in _WRITERS:
        out.text(_WRITERS[how.name](results))
    elif how.before or how.after:
        print_context(out, hits, how.before, how.after, read)
    else:
        (print_blocks if out.is_terminal else print_lines)(out, hits)


def results_fields(results: Results, explain: bool) -> dict[str, object]:
    """Return the hits of an answer, and if wanted what the search did, as JSON fields."""
    fields: dict[str, object] = {"hits": [hit_fields(hit) for hit in results.hits]}
    return {**fields, "explain": explain_fields(results.explain)} if explain else fields


def _csv(results: Results) -> str:
    """Return a table with a header; no cell begins in a way that a spreadsheet would run."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(_CSV_FIELDS)
    for hit in results.hits:
        fields = hit_fields(hit)
        writer.writerow([_cell(fields[name]) for name in _CSV_FIELDS])
    return table.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def _markdown(results: Results) -> str:
    """Return a numbered list with links and quotations."""
    return "\n\n".join(_markdown_item(hit) for hit in results.hits)


def _markdown_item(hit: Hit) -> str:
    title = _MARKDOWN.sub(r"\\\1", safe_line(hit.title or hit.path.name))
    place = ", ".join(
        part for part in (f"line {hit.line}", _MARKDOWN.sub(r"\\\1", hit.heading)) if part
    )
    text = _MARKDOWN.sub(r"\\\1", safe_line(hit.text[slice(*hit.snippet)]))
    return f"{hit.rank}. [{title}]({hit.path.as_uri()}), {safe_line(place)}\n\n   > {text}"


def _xml(results: Results) -> str:
    hits = "\n".join(_xml_hit(hit) for hit in results.hits)
    query = escape(safe_line(results.query.text))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<results query="{query}">\n{hits}\n</results>'


def _xml_hit(hit: Hit) -> str:
    fields = hit_fields(hit)
    attributes = " ".join(
        f'{name}="{escape(safe_line(str(fields[name])))}"'
        for name in ("rank", "score", "path", "line", "page")
        if fields[name] is not None
    )
    parts = "".join(
        f"<{name}>{escape(safe_text(str(fields[name])))}</{name}>"
        for name in ("title", "heading", "text")
    )
    return f"  <hit {attributes}>{parts}</hit>"


_WRITERS = {"csv": _csv, "md": _markdown, "xml": _xml}
