"""The command line of `thimble model`. Imports nothing heavy."""

from __future__ import annotations

from .parser import Commands, Parser, add_json, whole_number

POOLINGS = ("mean", "cls", "last", "max")
USES = ("rank", "index", "both")
_MODEL = "a folder, or a hub's name like BAAI/bge-small-en-v1.5, which is downloaded"
_DIMS = "use the first N dims only (of a model trained for that)"
_FOR = "rank (the default) changes nothing in the index; index makes it anew; or both"


def add_model(commands: Commands) -> None:
    """Add `model`."""
    commands.add(
        "model",
        "list, add and choose the models",
        _model,
        [
            "thimble model",
            "thimble model use ~/models/bge-small --for rank",
            "thimble model add BAAI/bge-small-en-v1.5 --query-prefix 'query: '",
            "thimble model use bge-small-en-v1.5 --for both",
        ],
    )


def _model(parser: Parser) -> None:
    actions = Commands(parser, "action")
    actions.add("list", "list the models and what each is used for; the default", add_json)
    actions.add("add", "check a model and make it known", _add)
    actions.add("use", "use a model, adding it first if it is not known", _use)
    actions.add("info", "say all about a model", _info)
    actions.add("remove", "forget a model, deleting what was downloaded for it", _remove)


def _add(parser: Parser) -> None:
    parser.add_argument("model", metavar="MODEL", help=_MODEL)
    parser.add_argument("--name", metavar="NAME", help="what to call it; default: its own name")
    parser.add_argument("--dims", metavar="N", type=whole_number(1), help=_DIMS)
    parser.add_argument("--pooling", choices=POOLINGS, help="instead of what its files say")
    parser.add_argument("--query-prefix", metavar="TEXT", help="put before what is searched for")
    parser.add_argument("--passage-prefix", metavar="TEXT", help="put before what is indexed")
    _add_hub(parser)


def _use(parser: Parser) -> None:
    parser.add_argument("model", metavar="MODEL", help=f"a name from the list, {_MODEL}")
    parser.add_argument("--for", dest="role", choices=USES, default="rank", help=_FOR)
    _add_hub(parser)


def _add_hub(parser: Parser) -> None:
    parser.add_argument("--revision", metavar="R", help="branch, tag or commit on the hub")
    parser.add_argument("--offline", action="store_true", help="fail rather than download")


def _info(parser: Parser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a name from the list")
    add_json(parser)


def _remove(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="a name from the list")
