"""The command line of answers, saved searches and agents. Imports nothing heavy."""

from __future__ import annotations

from .parser import Commands, Parser, add_filters, add_formats, add_json, add_limit


def add_answers(commands: Commands) -> None:
    """Add `ask`, `similar` and `map`."""
    commands.add(
        "ask",
        "answer a question from your documents, with citations",
        _ask,
        [
            "thimble ask when do I get the deposit back",
            "thimble ask --folder notes --chat",
            "thimble ask --json 'who repaired the boiler?' | jq .sentences",
            "thimble ask --search both who wrote it  the model that answers also helps to search",
            "thimble config set ask_server 127.0.0.1:8080   a language model may answer",
        ],
    )
    commands.add(
        "similar",
        "find documents like a document",
        _similar,
        ["thimble similar ~/notes/trip.md", "thimble similar -l ~/notes/trip.md:120"],
    )
    commands.add("map", "say what the documents are about: topics by how many there are", add_json)


def _ask(parser: Parser) -> None:
    from ..user.settings import ASK_SEARCH  # a help text needs no settings

    parser.add_argument("question", metavar="QUESTION", nargs="*", help="- reads it from stdin")
    parser.add_argument("--chat", action="store_true", help="go on with questions; Ctrl-D ends")
    parser.add_argument(
        "--search",
        metavar="HOW",
        choices=ASK_SEARCH,
        dest="ask_search",
        help=f"how the model helps the search: {', '.join(ASK_SEARCH)}; default: plain",
    )
    add_filters(parser)
    add_json(parser)


def _similar(parser: Parser) -> None:
    parser.add_argument("file", metavar="FILE[:LINE]", help="with a line: like that passage")
    add_limit(parser)
    add_formats(parser)


def add_saved(commands: Commands) -> None:
    """Add `saved`."""
    commands.add(
        "saved",
        "keep searches, and say what is new for them",
        _saved,
        [
            "thimble saved add rent 'rent indexation letter' --type md,pdf",
            "thimble saved run        what is new for all of them",
        ],
    )


def _saved(parser: Parser) -> None:
    actions = Commands(parser, "action")
    actions.add("list", "list the saved searches; the default", add_json)
    actions.add("add", "save a search; what it finds now is not new", _save)
    actions.add("run", "write what is new since the last run; exit code 1 if nothing is", _run)
    actions.add("remove", "forget a saved search", _remove)


def _save(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="what to call it")
    parser.add_argument("query", metavar="QUERY", nargs="+", help="what to search for")
    add_filters(parser)


def _run(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="*", help="default: all")
    add_json(parser)


def _remove(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="its name")


def add_help(commands: Commands) -> None:
    """Add `help`."""
    commands.add("help", "explain a command, or list them all", _help, ["thimble help search"])


def _help(parser: Parser) -> None:
    parser.add_argument("words", metavar="COMMAND", nargs="*", help="as in: daemon start")


def add_agents(commands: Commands) -> None:
    """Add `mcp`."""
    commands.add(
        "mcp",
        "let an agent search: the Model Context Protocol over stdin and stdout",
        examples=["claude mcp add thimble -- thimble mcp", "codex mcp add thimble -- thimble mcp"],
    )
