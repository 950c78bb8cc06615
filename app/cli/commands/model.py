"""`thimble model`: which models there are, and which are used."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from indexer import Choices, Model, ModelError, Pooling

from ...engine.known_models import KnownModels, Request
from ...engine.models import Models, folder_for, has_made
from ...user.settings import MODEL_KEYS, Settings, write
from ..printing.diagnostics import Diagnostics, ExitCode, UsageError
from ..printing.layout import print_table
from ..printing.output import path_fields
from ..printing.quantities import count, percent, size
from . import Context
from .status import migration_sentence

ROLES = ("index", "rank")


def run(args: argparse.Namespace, context: Context) -> ExitCode:
    """Do what was asked with the models; without a word, list them."""
    known = KnownModels(context.paths.home)
    if args.action == "add":
        _say_added(known.add(_request(args), _Download(context.diagnostics).report), context)
    elif args.action == "use":
        _use(args, known, context)
    elif args.action == "info":
        _info(known.get(args.model), args, context)
    elif args.action == "remove":
        _remove(args.name, known, context)
    else:
        _list(known, args, context)
    return ExitCode.FOUND


def _request(args: argparse.Namespace) -> Request:
    choices = Choices(
        name=getattr(args, "name", None),
        dims=getattr(args, "dims", None),
        pooling=Pooling(args.pooling) if getattr(args, "pooling", None) else None,
        query_prefix=getattr(args, "query_prefix", None),
        passage_prefix=getattr(args, "passage_prefix", None),
    )
    return Request(args.model, choices, args.revision, args.offline)


def _say_added(model: Model, context: Context) -> None:
    context.diagnostics.say(
        f"added '{model.name}' ({model.dims} dims, {model.max_tokens} tokens, "
        f"licence {model.licence or 'not stated'}); to use it: thimble model use {model.name}"
    )


def _use(args: argparse.Namespace, known: KnownModels, context: Context) -> None:
    roles = ROLES if args.role == "both" else (args.role,)
    settings = context.load_settings().settings
    model = known.find(args.model)
    if model is None:
        model = known.add(_request(args), _Download(context.diagnostics).report)
        _say_added(model, context)
    wanted = settings
    for role in roles:
        wanted = _with(wanted, role, model.folder)
    Models(wanted, notify=context.diagnostics.say).embedder(model.folder).check()
    for role in roles:
        folder = getattr(wanted, MODEL_KEYS[role])
        write(context.paths.settings, MODEL_KEYS[role], None if folder is None else str(folder))
    _say_used(model, roles, context)
    if "index" in roles:
        _say_what_follows(model, context)


def _with(settings: Settings, role: str, folder: Path | None) -> Settings:
    """Return settings under which a model plays a role; the default is not spelled out."""
    if folder is not None and folder_for(role, _with(settings, role, None)) == folder:
        folder = None
    if role == "index":
        return replace(settings, index_model=folder)
    return replace(settings, rank_model=folder)


def _say_used(model: Model, roles: Sequence[str], context: Context) -> None:
    say = context.diagnostics.say
    say(f"'{model.name}' is the {' and the '.join(roles)} model now")
    loaded = context.load_settings()
    for role in roles:
        if folder_for(role, loaded.settings) != model.folder:
            say(f"but {loaded.origins[MODEL_KEYS[role]]} says otherwise, and goes before it")


def _say_what_follows(chosen: Model, context: Context) -> None:
    with context.engine() as engine:
        made_with = engine.status().made_with
    if made_with is not None and not has_made(chosen, made_with):
        context.diagnostics.say(
            "the present index answers until a new one is made; "
            "to make it: thimble index (Ctrl-C loses nothing)"
        )


def _remove(name: str, known: KnownModels, context: Context) -> None:
    folder = known.get(name).folder
    settings = context.load_settings().settings
    if roles := [role for role in ROLES if folder_for(role, settings) == folder]:
        raise UsageError(
            f"'{name}' is the {' and the '.join(roles)} model; choose another one first: "
            "thimble model use"
        )
    with context.engine() as engine:
        made_with = engine.status().made_with
        if made_with is not None and made_with.folder == folder:
            raise UsageError(f"the index is still '{name}''s; first run: thimble index")
    known.remove(name)
    context.diagnostics.say(f"removed '{name}'")


def _list(known: KnownModels, args: argparse.Namespace, context: Context) -> None:
    settings = context.load_settings().settings
    roles = _roles(settings)
    models = known.all()
    found = {one.folder for one in models if isinstance(one, Model)}
    others = [Model.load(folder) for folder in roles if folder not in found and folder.is_dir()]
    with context.engine() as engine:
        migration = engine.status().migration
    sound = [one for one in (*models, *others) if isinstance(one, Model)]
    if getattr(args, "json", False):
        fields = [_fields(one, roles.get(one.folder, [])) for one in sound]
        context.out.json({"schema": 1, "models": fields})
        return
    header = ("name", "used for", ">dims", ">tokens", ">size", "licence", "from")
    rows = [_row(one, roles.get(one.folder, [])) for one in sound]
    print_table(context.out, header, rows)
    for error in (one for one in models if isinstance(one, ModelError)):
        context.diagnostics.say(str(error))
    if migration is not None:
        context.out.line(migration_sentence(migration))


def _roles(settings: Settings) -> dict[Path, list[str]]:
    """Return the folder of each model in use → what it is used for."""
    roles: dict[Path, list[str]] = {}
    for role in ROLES:
        roles.setdefault(folder_for(role, settings), []).append(role)
    return roles


def _row(model: Model, roles: Sequence[str]) -> list[str]:
    return [
        model.name,
        ", ".join(roles) or "–",
        count(model.dims),
        count(model.max_tokens),
        size(_bytes(model)),
        model.licence or "–",
        model.source or "built in",
    ]


def _bytes(model: Model) -> int:
    return sum(path.stat().st_size for path in (*model.weights, model.tokenizer))


def _info(model: Model, args: argparse.Namespace, context: Context) -> None:
    roles = _roles(context.load_settings().settings).get(model.folder, [])
    fields = _fields(model, roles)
    if args.json:
        context.out.json({"schema": 1, **fields})
        return
    print_table(context.out, ("", ""), [[key, _text(value)] for key, value in fields.items()])


def _text(value: object) -> str:
    return ", ".join(map(str, value)) or "–" if isinstance(value, list) else str(value) or "–"


def _fields(model: Model, roles: Sequence[str]) -> dict[str, object]:
    return {
        "name": model.name,
        "used_for": list(roles),
        "dims": model.dims,
        "max_tokens": model.max_tokens,
        "bytes": _bytes(model),
        "licence": model.licence,
        "source": model.source,
        "pooling": str(model.pooling),
        "query_prefix": model.query_prefix,
        "passage_prefix": model.passage_prefix,
        "sha256": model.sha256,
        **path_fields(model.graph),
    }


class _Download:
    """Shows how far a download is: on a terminal a line that is redrawn, else one at its start."""

    def __init__(self, diagnostics: Diagnostics) -> None:
        self._diagnostics = diagnostics
        self._told = False

    def report(self, name: str, here: int, total: int) -> None:
        """Show it."""
        if self._diagnostics.is_terminal:
            line = f"{percent(here, total)} of {size(total)}  {name}"
            self._diagnostics.draw(line[: self._diagnostics.width - 1])
        elif not self._told:
            self._diagnostics.say(f"downloading {size(total)}")
        self._told = True
