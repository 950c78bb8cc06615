"""The command line of answers, saved searches and agents. Imports nothing heavy."""

from __future__ import annotations

from .parser import Commands, add_filters, add_formats, add_json, add_limit
from .settings import ASK_SEARCH


def add_answers(commands: Commands) -> None:
    """Add `ask`, `similar` and `map`."""
    ask = commands.add(
        "ask",
        "answer a question from your documents, with citations",
        [
            "thimble ask when do I get the deposit back",
            "thimble ask --folder notes --chat",
            "thimble ask --json 'who repaired the boiler?' | jq .sentences",
            "thimble ask --search both who wrote it  the model that answers also helps to search",
            "thimble config set ask_server none      no language model, even if one runs here",
        ],
    )
    ask.add_argument("question", metavar="QUESTION", nargs="*", help="- reads it from stdin")
    ask.add_argument("--chat", action="store_true", help="go on with questions; Ctrl-D ends")
    ask.add_argument(
        "--search",
        metavar="HOW",
        choices=ASK_SEARCH,
        dest="ask_search",
        help=f"how the model helps the search: {', '.join(ASK_SEARCH)}; default: plain",
    )
    add_filters(ask)
    add_json(ask)

    similar = commands.add(
        "similar",
        "find documents like a document",
        ["thimble similar ~/notes/trip.md", "thimble similar -l ~/notes/trip.md:120"],
    )
    similar.add_argument("file", metavar="FILE[:LINE]", help="with a line: like that passage")
    add_limit(similar)
    add_formats(similar)

    add_json(commands.add("map", "say what the documents are about: topics by how many there are"))


def add_saved(commands: Commands) -> None:
    """Add `saved` with its actions."""
    saved = commands.add(
        "saved",
        "keep searches, and say what is new for them",
        [
            "thimble saved add rent 'rent indexation letter' --type md,pdf",
            "thimble saved run        what is new for all of them",
        ],
    )
    actions = Commands(saved, "action")
    add_json(actions.add("list", "list the saved searches; the default"))
    add = actions.add("add", "save a search; what it finds now is not new")
    add.add_argument("name", metavar="NAME", help="what to call it")
    add.add_argument("query", metavar="QUERY", nargs="+", help="what to search for")
    add_filters(add)
    run = actions.add("run", "write what is new since the last run; exit code 1 if nothing is")
    run.add_argument("name", metavar="NAME", nargs="*", help="default: all")
    add_json(run)
    remove = actions.add("remove", "forget a saved search")
    remove.add_argument("name", metavar="NAME", help="its name")


def add_help(commands: Commands) -> None:
    """Add `help`."""
    explained = commands.add("help", "explain a command, or list them all", ["thimble help search"])
    explained.add_argument("words", metavar="COMMAND", nargs="*", help="as in: daemon start")


def add_agents(commands: Commands) -> None:
    """Add `mcp`."""
    commands.add(
        "mcp",
        "let an agent search: the Model Context Protocol over stdin and stdout",
        ["claude mcp add thimble -- thimble mcp", "codex mcp add thimble -- thimble mcp"],
    )
