"""The command line of `thimble model`. Imports nothing heavy."""

from __future__ import annotations

from .parser import Commands, whole_number

POOLINGS = ("mean", "cls", "last", "max")
USES = ("rank", "index", "both")
_MODEL = "a folder, or a hub's name like BAAI/bge-small-en-v1.5, which is downloaded"
_DIMS = "use the first N dims only (of a model trained for that)"
_USE = "rank (the default) changes nothing in the index; index makes it anew; or both"


def add_model(commands: Commands) -> None:
    """Add `model` and what can be done with models."""
    model = commands.add(
        "model",
        "list, add and choose the models",
        [
            "thimble model",
            "thimble model use ~/models/bge-small --for rank",
            "thimble model add BAAI/bge-small-en-v1.5 --query-prefix 'query: '",
            "thimble model use bge-small-en-v1.5 --for both",
        ],
    )
    actions = Commands(model, "action")
    listing = actions.add("list", "list the models and what each is used for; the default")
    add = actions.add("add", "check a model and make it known")
    add.add_argument("model", metavar="MODEL", help=_MODEL)
    add.add_argument("--name", metavar="NAME", help="what to call it; default: its own name")
    add.add_argument("--dims", metavar="N", type=whole_number(1), help=_DIMS)
    add.add_argument("--pooling", choices=POOLINGS, help="instead of what its files say")
    add.add_argument("--query-prefix", metavar="TEXT", help="put before what is searched for")
    add.add_argument("--passage-prefix", metavar="TEXT", help="put before what is indexed")
    use = actions.add("use", "use a model, adding it first if it is not known")
    use.add_argument("model", metavar="MODEL", help=f"a name from the list, {_MODEL}")
    use.add_argument("--for", dest="role", choices=USES, default="rank", help=_USE)
    for one in (add, use):
        one.add_argument("--revision", metavar="R", help="branch, tag or commit on the hub")
        one.add_argument("--offline", action="store_true", help="fail rather than download")
    info = actions.add("info", "say all about a model")
    info.add_argument("model", metavar="MODEL", help="a name from the list")
    for one in (listing, info):
        one.add_argument("--json", action="store_true", help="one JSON object")
    remove = actions.add("remove", "forget a model, deleting what was downloaded for it")
    remove.add_argument("name", metavar="NAME", help="a name from the list")
