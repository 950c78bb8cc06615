"""The command line: which commands, options and help texts there are. Imports nothing heavy."""

from __future__ import annotations

import argparse

from .. import __version__
from .model_arguments import add_model
from .parser import (
    Commands,
    Parser,
    add_filters,
    add_formats,
    add_global_options,
    add_json,
    add_limit,
    whole_number,
)
from .upkeep_arguments import add_config, add_daemon, add_shell
from .verbs import add_agents, add_answers, add_help, add_saved

MODES = ("hybrid", "semantic", "lexical", "exact", "regex")
FLAGS = ("threads", "budget", "rank_model", "ask_search")
"""Settings that an option of a command gives for once."""

_ABOUT = """\
Private search over your own documents, on your own machine.

Without a command, thimble opens its screen. Your files are read, never changed, and nothing
leaves this machine."""

_EPILOG = """\
examples:
  thimble add ~/notes                      index a folder
  thimble search when is the rent due      find passages by meaning and by words
  thimble search -l --type md deposit      only the names of the files
  thimble COMMAND --help                   all about one command

exit codes:
  0 found or done, 1 nothing found, 2 error, 130 stopped with Ctrl-C, 141 output pipe closed

environment:
  THIMBLE_HOME       one folder for index and settings, instead of the system's places
  THIMBLE_THREADS, THIMBLE_BUDGET, …   a setting for this run; see 'thimble config'
  THIMBLE_DEBUG=1    show where an error happened
  NO_COLOR, CLICOLOR_FORCE             colour never, colour also in a pipe
"""


def build_parser() -> Parser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="thimble",
        description=_ABOUT,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"thimble {__version__}")
    add_global_options(parser, "auto", None)
    commands = Commands(parser, "command")
    for add in (
        _add_folders,
        _add_search,
        add_answers,
        add_saved,
        add_agents,
        add_help,
        _add_documents,
        _add_state,
        add_model,
        add_daemon,
        add_config,
        add_shell,
    ):
        add(commands)
    return parser


def _add_folders(commands: Commands) -> None:
    commands.add(
        "add",
        "index a folder, now and from then on",
        _add,
        ["thimble add ~/notes", "thimble add ~/src/app --include '*.md' --exclude 'vendor/**'"],
    )
    commands.add(
        "remove",
        "forget a folder; its files stay as they are",
        _remove,
        ["thimble remove notes", "thimble remove -y ~/notes"],
    )
    commands.add("list", "list the folders", add_json)
    commands.add("index", "read what is new or has changed; Ctrl-C loses nothing", _index)


def _add(parser: Parser) -> None:
    parser.add_argument("folder", metavar="DIR", help="the folder; its files are never changed")
    parser.add_argument("--name", metavar="NAME", help=_NAME)
    parser.add_argument("--include", metavar="GLOB", action="append", default=[], help=_INCLUDE)
    parser.add_argument("--exclude", metavar="GLOB", action="append", default=[], help=_EXCLUDE)
    parser.add_argument("--later", action="store_true", help=_AFTERWARDS)


_NAME = "what to call it; default: the folder's name"
_INCLUDE = "index only files that match (repeatable)"
_EXCLUDE = "leave out files that match (repeatable)"
_AFTERWARDS = "register only; 'thimble index' reads it"


def _remove(parser: Parser) -> None:
    parser.add_argument("folder", metavar="DIR", help="its name or its path")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument("--purge", action="store_true", help="leave no trace of it in the index")


def _index(parser: Parser) -> None:
    parser.add_argument("--compact", action="store_true", help="also give back all unused room")
    parser.add_argument("--watch", action="store_true", help="stay, and index what changes")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress and no summary")


def _add_search(commands: Commands) -> None:
    commands.add(
        "search",
        "find passages by meaning and by words",
        _search,
        [
            "thimble search when do I get the deposit back",
            "thimble search --since 2w --type md,txt standup",
            "thimble search --mode exact 'def main(' --path '*/src/*'",
            "thimble search --mode regex 'INV-20\\d\\d-\\d+'",
            "thimble search -l invoice | xargs -d '\\n' ls -l",
            "thimble search --batch queries.jsonl > answers.jsonl",
        ],
    )


def _search(parser: Parser) -> None:
    parser.add_argument("query", metavar="QUERY", nargs="*", help="words; - reads them from stdin")
    add_limit(parser)
    parser.add_argument("--mode", choices=MODES, default="hybrid", help=_MODE)
    parser.add_argument("--budget", metavar="R", help="embeddings recomputed; 0 is fastest")
    add_filters(parser)
    add_formats(parser)
    parser.add_argument("--recent", action="store_true", help=_RECENT)
    parser.add_argument("--rank-model", metavar="MODEL", help="an added model, or its folder")
    parser.add_argument("--explain", action="store_true", help="tell what the search did")
    parser.add_argument(
        "--batch", metavar="FILE", help='JSON lines {"id", "query"}, one answer a line; - is stdin'
    )


_MODE = "what to match; default: hybrid"
_RECENT = "rank newer files a little higher"


def _add_documents(commands: Commands) -> None:
    commands.add(
        "show",
        "print a document's text, without markup",
        _show,
        [
            "thimble show ~/notes/trip.md",
            "thimble show ~/notes/trip.md:120",
            "thimble show '~/papers/lease.pdf#page=3'",
        ],
    )
    commands.add(
        "open",
        "open a document at a place: a text in the editor, anything else in a viewer",
        _open,
        ["thimble open ~/notes/trip.md:120", "thimble open '~/papers/lease.pdf#page=3'"],
    )


def _show(parser: Parser) -> None:
    parser.add_argument("file", metavar=_PLACE, help=_PART)


def _open(parser: Parser) -> None:
    parser.add_argument("file", metavar=_PLACE, help="as a search prints it")


_PLACE = "FILE[:LINE|#PART]"
_PART = "with a line: only what is around it; with page=3, slide=2, sheet=NAME, …: only that part"


def _add_state(commands: Commands) -> None:
    commands.add("status", "say what the index holds", _status)
    commands.add("why", "say why a file is indexed or not", _why, ["thimble why ~/notes/old.bin"])
    commands.add("size", "say how much disk the index takes", add_json)
    commands.add("bench", "compare searches of your own index with exact search", _bench)
    commands.add("doctor", "look for damage in the index and repair it from your files", _doctor)


def _status(parser: Parser) -> None:
    parser.add_argument("--skipped", action="store_true", help="also list skipped files, and why")
    add_json(parser)


def _why(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE", help="a file, indexed or not")


def _bench(parser: Parser) -> None:
    parser.add_argument("--queries", metavar="N", type=whole_number(1), default=50, help=_QUERIES)
    parser.add_argument("--limit-s", metavar="S", type=whole_number(1), default=120, help=_LIMIT)
    add_json(parser)


_QUERIES = "sentences of your documents to search for; default: 50"
_LIMIT = "most seconds of exact search, after which it takes part of the files; default: 120"


def _doctor(parser: Parser) -> None:
    parser.add_argument("--check", action="store_true", help="only look; exit code 1 if damaged")
