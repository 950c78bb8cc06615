"""The command line: which commands, options and help texts there are. Imports nothing heavy."""

from __future__ import annotations

import argparse

from . import __version__
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
from .settings import KEYS
from .verbs import add_agents, add_answers, add_help, add_saved

MODES = ("hybrid", "semantic", "lexical", "exact", "regex")
SHELLS = ("bash", "zsh", "fish")
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
        _folders,
        _search,
        add_answers,
        add_saved,
        add_agents,
        add_help,
        _show,
        _state,
        add_model,
        _daemon,
        _config,
        _rest,
    ):
        add(commands)
    return parser


def _folders(commands: Commands) -> None:
    add = commands.add(
        "add",
        "index a folder, now and from then on",
        ["thimble add ~/notes", "thimble add ~/src/app --include '*.md' --exclude 'vendor/**'"],
    )
    add.add_argument("folder", metavar="DIR", help="the folder; its files are never changed")
    add.add_argument("--name", metavar="NAME", help="what to call it; default: the folder's name")
    add.add_argument("--include", metavar="GLOB", action="append", default=[], help=_INCLUDE)
    add.add_argument("--exclude", metavar="GLOB", action="append", default=[], help=_EXCLUDE)
    add.add_argument("--later", action="store_true", help="register only; 'thimble index' reads it")

    remove = commands.add(
        "remove",
        "forget a folder; its files stay as they are",
        ["thimble remove notes", "thimble remove -y ~/notes"],
    )
    remove.add_argument("folder", metavar="DIR", help="its name or its path")
    remove.add_argument("-y", "--yes", action="store_true", help="do not ask")
    remove.add_argument("--purge", action="store_true", help="leave no trace of it in the index")

    listing = commands.add("list", "list the folders")
    add_json(listing)

    index = commands.add("index", "read what is new or has changed; Ctrl-C loses nothing")
    index.add_argument("--compact", action="store_true", help="also give back all unused room")
    index.add_argument("--watch", action="store_true", help="stay, and index what changes")
    index.add_argument("-q", "--quiet", action="store_true", help="no progress and no summary")


_INCLUDE = "index only files that match (repeatable)"
_EXCLUDE = "leave out files that match (repeatable)"


def _search(commands: Commands) -> None:
    search = commands.add(
        "search",
        "find passages by meaning and by words",
        [
            "thimble search when do I get the deposit back",
            "thimble search --since 2w --type md,txt standup",
            "thimble search --mode exact 'def main(' --path '*/src/*'",
            "thimble search --mode regex 'INV-20\\d\\d-\\d+'",
            "thimble search -l invoice | xargs -d '\\n' ls -l",
            "thimble search --batch queries.jsonl > answers.jsonl",
        ],
    )
    search.add_argument("query", metavar="QUERY", nargs="*", help="words; - reads them from stdin")
    add_limit(search)
    search.add_argument("--mode", choices=MODES, default="hybrid", help=_MODE)
    search.add_argument("--budget", metavar="R", help="embeddings recomputed; 0 is fastest")
    add_filters(search)
    add_formats(search)
    search.add_argument("--recent", action="store_true", help=_RECENT)
    search.add_argument("--rank-model", metavar="MODEL", help="an added model, or its folder")
    search.add_argument("--explain", action="store_true", help="tell what the search did")
    search.add_argument(
        "--batch", metavar="FILE", help='JSON lines {"id", "query"}, one answer a line; - is stdin'
    )


_MODE = "what to match; default: hybrid"
_RECENT = "rank newer files a little higher"


def _show(commands: Commands) -> None:
    show = commands.add(
        "show",
        "print a document's text, without markup",
        [
            "thimble show ~/notes/trip.md",
            "thimble show ~/notes/trip.md:120",
            "thimble show '~/papers/lease.pdf#page=3'",
        ],
    )
    show.add_argument("file", metavar="FILE[:LINE|#PART]", help=_PART)

    opening = commands.add(
        "open",
        "open a document at a place: a text in the editor, anything else in a viewer",
        ["thimble open ~/notes/trip.md:120", "thimble open '~/papers/lease.pdf#page=3'"],
    )
    opening.add_argument("file", metavar="FILE[:LINE|#PART]", help="as a search prints it")


_PART = "with a line: only what is around it; with page=3, slide=2, sheet=NAME, …: only that part"


def _state(commands: Commands) -> None:
    status = commands.add("status", "say what the index holds")
    status.add_argument("--skipped", action="store_true", help="also list skipped files, and why")
    add_json(status)
    why = commands.add("why", "say why a file is indexed or not", ["thimble why ~/notes/old.bin"])
    why.add_argument("file", metavar="FILE", help="a file, indexed or not")
    add_json(commands.add("size", "say how much disk the index takes"))
    bench = commands.add("bench", "compare searches of your own index with exact search")
    bench.add_argument("--queries", metavar="N", type=whole_number(1), default=50, help=_QUERIES)
    bench.add_argument("--limit-s", metavar="S", type=whole_number(1), default=120, help=_LIMIT)
    add_json(bench)
    doctor = commands.add("doctor", "look for damage in the index and repair it from your files")
    doctor.add_argument("--check", action="store_true", help="only look; exit code 1 if damaged")


_QUERIES = "sentences of your documents to search for; default: 50"
_LIMIT = "most seconds of exact search, after which it takes part of the files; default: 120"


def _daemon(commands: Commands) -> None:
    daemon = commands.add(
        "daemon",
        "keep the index up to date in the background, and answer at once",
        ["thimble daemon start", "thimble daemon status", "thimble daemon pause"],
    )
    actions = Commands(daemon, "action")
    actions.add("start", "start it, unless it runs")
    actions.add("stop", "stop it; nothing is lost")
    add_json(actions.add("status", "say what it does; the default"))
    logs = actions.add("logs", "print the end of its log, which holds no text of yours")
    logs.add_argument("-n", "--lines", metavar="N", type=whole_number(1), default=50, help=_LINES)
    actions.add("pause", "index nothing in the background until 'resume'")
    actions.add("resume", "go on indexing")
    actions.add("run", "be the daemon, in the foreground; for service managers")
    service = commands.add("service", "have the daemon started with your session")
    actions = Commands(service, "action")
    actions.add("install", "write a systemd user unit, or a launchd agent on macOS, and start it")
    actions.add("uninstall", "stop it and take that file away")
    actions.add("status", "say whether it is installed and runs; the default")


_LINES = "how many lines; default: 50"


def _config(commands: Commands) -> None:
    config = commands.add(
        "config",
        "show or change the settings",
        ["thimble config", "thimble config set max_file_mb 64", "thimble config unset editor"],
    )
    actions = Commands(config, "action")
    actions.add("show", "show all settings and where each comes from; the default")
    actions.add("path", "print the path of the settings file")
    keys = ", ".join(KEYS)
    get = actions.add("get", "print a setting; exit code 1 if it has no value")
    get.add_argument("key", metavar="KEY", choices=KEYS, help=keys)
    change = actions.add("set", "change a setting")
    change.add_argument("key", metavar="KEY", choices=KEYS, help=keys)
    change.add_argument("value", metavar="VALUE", help="what it is to be")
    unset = actions.add("unset", "take a setting out of the file")
    unset.add_argument("key", metavar="KEY", help="a setting of the file")


def _rest(commands: Commands) -> None:
    commands.add("tui", "open the screen, as 'thimble' alone does")
    completion = commands.add(
        "completion",
        "print a script that completes commands in a shell",
        [
            "thimble completion bash > ~/.local/share/bash-completion/completions/thimble",
            "thimble completion zsh > ~/.zfunc/_thimble",
            "thimble completion fish > ~/.config/fish/completions/thimble.fish",
        ],
    )
    completion.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
