"""Starting the daemon with the session: a systemd user unit, or a launchd agent on macOS."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..user.paths import Paths
from .control import command

LABEL = "thimble"
_AGENT = "io.thimble.daemon"


@dataclass(frozen=True, slots=True)
class Installed:
    """What became of installing or taking away."""

    path: Path
    """The file that was written or removed."""
    manager: str | None
    """The program that was told, None if this system has none: then it counts from next login."""
    trouble: str = ""
    """What the manager said if it could not do it."""


def unit_path(environ: Mapping[str, str]) -> Path:
    """Return where the file belongs on this system."""
    home = Path(environ.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return home / "Library" / "LaunchAgents" / f"{_AGENT}.plist"
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return config / "systemd" / "user" / f"{LABEL}.service"


def install(paths: Paths, environ: Mapping[str, str]) -> Installed:
    """Write the file and start what it describes. Raises OSError."""
    path = unit_path(environ)
    path.parent.mkdir(parents=True, exist_ok=True)
    variables = {"THIMBLE_HOME": str(paths.home)} if environ.get("THIMBLE_HOME") else {}
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(_agent(variables) if sys.platform == "darwin" else _unit(variables))
    temporary.replace(path)
    if sys.platform == "darwin":
        return _tell(path, ["launchctl", "bootstrap", f"gui/{os.getuid()}", str(path)])
    reloaded = _tell(path, ["systemctl", "--user", "daemon-reload"])
    if reloaded.manager is None or reloaded.trouble:
        return reloaded
    return _tell(path, ["systemctl", "--user", "enable", "--now", path.name])


def uninstall(environ: Mapping[str, str]) -> Installed | None:
    """Stop it and remove the file; None if there is none. Raises OSError."""
    path = unit_path(environ)
    if not path.exists():
        return None
    if sys.platform == "darwin":
        done = _tell(path, ["launchctl", "bootout", f"gui/{os.getuid()}/{_AGENT}"])
    else:
        done = _tell(path, ["systemctl", "--user", "disable", "--now", path.name])
    path.unlink()
    if sys.platform != "darwin" and done.manager is not None:
        _tell(path, ["systemctl", "--user", "daemon-reload"])
    return done


def is_active(environ: Mapping[str, str]) -> bool | None:
    """Return whether the manager says that it runs, None if there is no manager to ask."""
    if sys.platform == "darwin":
        done = _tell(unit_path(environ), ["launchctl", "print", f"gui/{os.getuid()}/{_AGENT}"])
    else:
        name = f"{LABEL}.service"
        done = _tell(unit_path(environ), ["systemctl", "--user", "is-active", "--quiet", name])
    return None if done.manager is None else not done.trouble


def _tell(path: Path, words: list[str]) -> Installed:
    if shutil.which(words[0]) is None:
        return Installed(path, None)
    done = subprocess.run(words, capture_output=True, text=True)
    said = done.stderr.strip() or f"exit code {done.returncode}"
    return Installed(path, words[0], said if done.returncode else "")


def _unit(variables: Mapping[str, str]) -> bytes:
    """Return a systemd unit that may do what the daemon needs and nothing else."""
    environment = "".join(f"Environment={_quoted(f'{k}={v}')}\n" for k, v in variables.items())
    start = " ".join(map(_quoted, command()))
    return f"""\
[Unit]
Description=thimble: search over your own documents

[Service]
ExecStart={start}
{environment}Restart=on-failure
RestartSec=5
UMask=0077
Nice=5
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LimitCORE=0
TimeoutStopSec=10

[Install]
WantedBy=default.target
""".encode("utf-8", "surrogateescape")


def _agent(variables: Mapping[str, str]) -> bytes:
    return plistlib.dumps(
        {
            "Label": _AGENT,
            "ProgramArguments": command(),
            "EnvironmentVariables": dict(variables),
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ProcessType": "Background",
            "Umask": 0o077,
            "HardResourceLimits": {"Core": 0},
        }
    )


def _quoted(word: str) -> str:
    """Quote a word for systemd: no word of it is a variable or a specifier (systemd.syntax(7))."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
