"""Reference: the settings, from the class that holds them."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

from app.cli.arguments import build_parser
from app.user.settings import KEYS, Settings
from docs.site.markup import attribute_descriptions, code, described, page, table

_ABOUT = """\
Settings are in `settings.toml`, a [TOML](https://toml.io) file that need not exist;
`thimble config path` prints where it is, `thimble config` shows what is in force and where each
value comes from. A command-line option beats a variable of the environment, which beats the file,
which beats the default. A name that is no setting is an error.

```toml
# settings.toml
threads = 2
max_file_mb = 64
```"""


def settings_page() -> str:
    """Return the page of all settings."""
    about = attribute_descriptions(Settings)
    defaults = {one.name: one for one in fields(Settings)}
    rows = []
    for key in KEYS:
        field = defaults[key]
        default = field.default if field.default is not MISSING else None
        rows.append(
            (
                code(key),
                _kind(str(field.type)),
                "–" if default is None else code(str(default)),
                described(f"the setting {key}", about.get(key)).replace("None", "unset"),
            )
        )
    others = [(code(key), code(f"THIMBLE_{key.upper()}"), code(_flag(key))) for key in KEYS]
    return page(
        "Settings",
        _ABOUT,
        table(("setting", "value", "default", ""), rows),
        "## For one run",
        "Paths in the file are relative to the file, in a variable to the current folder.",
        table(("setting", "variable", "option"), others),
    )


def _kind(annotation: str) -> str:
    """Return a type in a user's words."""
    words = {"int": "whole number", "str": "text", Path.__name__: "folder", "dict": "table"}
    name = re.match(r"\w+", annotation)
    return words[name[0]] if name else annotation


def _flag(key: str) -> str:
    """Return the option that sets it for one command, if there is one."""
    flag = f"--{key.replace('_', '-')}"
    return flag if flag in build_parser().format_help() + _help_of("search") else ""


def _help_of(command: str) -> str:
    for action in build_parser()._actions:
        if isinstance(action.choices, dict) and command in action.choices:
            return str(action.choices[command].format_help())
    return ""
