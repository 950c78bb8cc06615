"""The command line of the daemon, the settings, the screen and the shell. Imports nothing heavy."""

from __future__ import annotations

from .parser import Commands, Parser, add_json, whole_number

SHELLS = ("bash", "zsh", "fish")


def add_daemon(commands: Commands) -> None:
    """Add `daemon` and `service`."""
    commands.add(
        "daemon",
        "keep the index up to date in the background, and answer at once",
        _daemon,
        ["thimble daemon start", "thimble daemon status", "thimble daemon pause"],
    )
    commands.add("service", "have the daemon started with your session", _service)


def _daemon(parser: Parser) -> None:
    actions = Commands(parser, "action")
    actions.add("start", "start it, unless it runs")
    actions.add("stop", "stop it; nothing is lost")
    actions.add("status", "say what it does; the default", add_json)
    actions.add("logs", "print the end of its log, which holds no text of yours", _logs)
    actions.add("pause", "index nothing in the background until 'resume'")
    actions.add("resume", "go on indexing")
    actions.add("run", "be the daemon, in the foreground; for service managers")


def _logs(parser: Parser) -> None:
    parser.add_argument("-n", "--lines", metavar="N", type=whole_number(1), default=50, help=_LINES)


_LINES = "how many lines; default: 50"


def _service(parser: Parser) -> None:
    actions = Commands(parser, "action")
    actions.add("install", "write a systemd user unit, or a launchd agent on macOS, and start it")
    actions.add("uninstall", "stop it and take that file away")
    actions.add("status", "say whether it is installed and runs; the default")


def add_config(commands: Commands) -> None:
    """Add `config`."""
    commands.add(
        "config",
        "show or change the settings",
        _config,
        ["thimble config", "thimble config set max_file_mb 64", "thimble config unset editor"],
    )


def _config(parser: Parser) -> None:
    actions = Commands(parser, "action")
    actions.add("show", "show all settings and where each comes from; the default")
    actions.add("path", "print the path of the settings file")
    actions.add("get", "print a setting; exit code 1 if it has no value", _a_setting)
    actions.add("set", "change a setting", _set)
    actions.add("unset", "take a setting out of the file", _unset)


def _a_setting(parser: Parser) -> None:
    from ..user.settings import KEYS  # a help text needs none of them

    parser.add_argument("key", metavar="KEY", choices=KEYS, help=", ".join(KEYS))


def _set(parser: Parser) -> None:
    _a_setting(parser)
    parser.add_argument("value", metavar="VALUE", help="what it is to be")


def _unset(parser: Parser) -> None:
    parser.add_argument("key", metavar="KEY", help="a setting of the file")


def add_shell(commands: Commands) -> None:
    """Add `tui` and `completion`."""
    commands.add("tui", "open the screen, as 'thimble' alone does")
    commands.add(
        "completion",
        "print a script that completes commands in a shell",
        _completion,
        [
            "thimble completion bash > ~/.local/share/bash-completion/completions/thimble",
            "thimble completion zsh > ~/.zfunc/_thimble",
            "thimble completion fish > ~/.config/fish/completions/thimble.fish",
        ],
    )


def _completion(parser: Parser) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
