"""Settings: the settings file, the environment and the command line become one frozen value.

A command-line flag beats a `THIMBLE_…` variable, which beats the file, which beats the default.
A key nobody knows is an error, because a misspelt setting that is ignored looks like a bug.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from store import make_private, write_private

from .paths import Paths

Value = int | str | Path | dict[str, str] | None
SANDBOX = ("best", "required")
ASK_SEARCH = ("plain", "rewrite", "rerank", "both")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user can choose. The field names are the keys of the settings file."""

    paths: Paths
    threads: int | None = None
    """Processor threads for indexing and search; None uses every core."""
    max_file_mb: int = 32
    """Larger files are skipped."""
    sandbox: str = "best"
    """`required` reads documents that are no text only if all walls of the sandbox stand here."""
    budget: int = 32
    """Embeddings recomputed for one search: more is slower and ranks better."""
    cache_percent: int = 1
    """Recomputed embeddings kept for later searches, in per cent of the text; 0 keeps none."""
    editor: str | None = None
    """Command that opens a hit; None uses `VISUAL` or `EDITOR`."""
    viewer: str | None = None
    """Command that opens a PDF at its page; None uses the program that the system has for it."""
    index_model: Path | None = None
    """Folder of the ONNX model that indexes; None is the built-in one."""
    rank_model: Path | None = None
    """Folder of the ONNX model that ranks; None is the built-in one."""
    device: str = "auto"
    """What other models than the built-in run on: `auto` takes an accelerator if there is one."""
    theme: str | None = None
    """Colours of the screen."""
    keys: dict[str, str] = field(default_factory=dict)
    """Keys of the screen: the name of a command to its keys, as in `open = "ctrl+o"`."""
    ask_server: str | None = None
    """Address of the model server that answers, or `none`; None asks no model."""
    ask_server_user: str | None = None
    """Who may run that server on this machine besides this user and root; `any` is anyone."""
    ask_model: str | None = None
    """The server's model; None takes the first that it names."""
    ask_search: str = "plain"
    """How a model helps the search for an answer, one of `ASK_SEARCH`."""
    ask_timeout_s: int = 120
    """Seconds that a model's answer may take."""
    battery_floor: int = 30
    """On battery, background indexing waits below so many per cent of charge; 0 never waits."""
    load_ceiling: int = 400
    """Background indexing waits while the load is above so many per cent a processor; 0: never."""

    @property
    def max_file_bytes(self) -> int:
        """Bytes of the largest text that is read."""
        return self.max_file_mb << 20

    @property
    def fingerprint(self) -> str:
        """What must be the same for two processes to give the same answers from one index."""
        shared = ("max_file_mb", "sandbox", "cache_percent", *MODEL_KEYS.values())
        return repr([getattr(self, key) for key in KEYS if key in shared or key[:4] == "ask_"])


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings, and for each key where its value came from, in words for people."""

    settings: Settings
    origins: dict[str, str]


def _number(minimum: int) -> Callable[[object], int]:
    def parse(value: object) -> int:
        try:
            number = int(str(value))
        except ValueError:
            raise ValueError("a whole number is expected") from None
        if number < minimum:
            raise ValueError(f"it must be {minimum} or more")
        return number

    return parse


def _text(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise ValueError("a text is expected")
    return text


def _folder(value: object) -> Path:
    return Path(os.path.expanduser(_text(value)))  # noqa: PTH111 (Path fails on `~nobody`)


def _one_of(*choices: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if value in choices:
            return str(value)
        raise ValueError(f"{', '.join(choices[:-1])} or {choices[-1]} is expected")

    return parse


def _keys(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise ValueError('a table is expected, as in [keys] with lines like open = "ctrl+o"')
    return value


_PARSERS: dict[str, Callable[[object], Value]] = {
    "threads": _number(1),
    "max_file_mb": _number(1),
    "sandbox": _one_of(*SANDBOX),
    "budget": _number(0),
    "cache_percent": _number(0),
    "editor": _text,
    "viewer": _text,
    "index_model": _folder,
    "rank_model": _folder,
    "device": _one_of("auto", "cpu"),
    "theme": _text,
    "keys": _keys,
    "ask_server": _text,
    "ask_server_user": _text,
    "ask_model": _text,
    "ask_search": _one_of(*ASK_SEARCH),
    "ask_timeout_s": _number(1),
    "battery_floor": _number(0),
    "load_ceiling": _number(0),
}
KEYS = tuple(_PARSERS)
MODEL_KEYS = {"index": "index_model", "rank": "rank_model"}
"""What a model is for → the setting that names it."""


@dataclass(frozen=True, slots=True)
class _Given:
    """A value that somebody set."""

    origin: str
    base: Path
    """The folder that a relative path starts from."""
    key: str
    value: object

    def parse(self) -> Value:
        _check_key(self.origin, self.key)
        try:
            parsed = _PARSERS[self.key](self.value)
        except ValueError as why:
            raise ValueError(f"{self.origin}: {self.key} cannot be {self.value!r}: {why}") from None
        return self.base / parsed if isinstance(parsed, Path) else parsed


def load(paths: Paths, environ: Mapping[str, str], flags: Mapping[str, object]) -> LoadedSettings:
    """Return the settings in force. Raises ValueError naming the place, the key and the cure."""
    values: dict[str, Value] = {}
    origins: dict[str, str] = dict.fromkeys(KEYS, "default")
    for given in _given(paths.settings, environ, flags):
        values[given.key] = _added_model(paths, given) or given.parse()
        origins[given.key] = given.origin
    return LoadedSettings(replace(Settings(paths), **values), origins)  # type: ignore[arg-type]


def _added_model(paths: Paths, given: _Given) -> Path | None:
    """Return the folder of an added model that is named by its name, not by its path."""
    if given.key not in MODEL_KEYS.values() or not isinstance(given.value, str):
        return None
    folder = paths.home / "models" / given.value
    is_name = Path(given.value).name == given.value and (folder / "model.toml").is_file()
    return folder if is_name else None


def write(path: Path, key: str, value: str | None) -> None:
    """Set a key of the settings file, or with None take it out; comments stay as they are.

    Raises ValueError if the key or the value is not one we know, OSError if writing fails.
    """
    import tomlkit  # only writing needs it

    in_file = _parse_file(path)
    document = tomlkit.parse(_read(path))
    if value is not None:
        parsed = _Given(str(path), Path.cwd(), key, value).parse()
        document[key] = parsed if isinstance(parsed, int) else str(parsed)
    elif key in in_file:
        del document[key]
    else:
        _check_key(str(path), key)
        return
    _replace(path, document.as_string())


def _check_key(origin: str, key: str) -> None:
    """Raise ValueError, naming the nearest key, if there is no setting called `key`."""
    if key in _PARSERS:
        return
    near = difflib.get_close_matches(key, KEYS, n=1, cutoff=0.5)
    cure = f"did you mean '{near[0]}'?" if near else f"the settings are {', '.join(KEYS)}"
    raise ValueError(f"{origin}: there is no setting '{key}'; {cure}")


def _given(file: Path, environ: Mapping[str, str], flags: Mapping[str, object]) -> Iterator[_Given]:
    """Yield all that was set, what wins last."""
    for key, value in _parse_file(file).items():
        yield _Given(str(file), file.parent, key, value)
    for key in KEYS:
        variable = f"THIMBLE_{key.upper()}"
        if value := environ.get(variable):
            yield _Given(variable, Path.cwd(), key, value)
    for key, value in flags.items():
        if value is not None:
            yield _Given(f"--{key}", Path.cwd(), key, value)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise ValueError(f"{file}: not UTF-8 text; save it as UTF-8 or delete it") from None


def _parse_file(file: Path) -> dict[str, object]:
    if not (text := _read(file)):
        return {}
    import tomllib  # most people have no settings file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file}: not valid TOML: {error}") from None


def _replace(path: Path, text: str) -> None:
    """Write beside the file and put it in place in one step: no crash leaves half a file."""
    target = path.resolve()  # a link, as in a folder of dot files, stays a link
    if not target.parent.is_dir():  # one that exists may hold the files of other programs
        make_private(target.parent)
    write_private(target, text.encode())
