"""Whose process listens on a port of this machine: passages go to nobody else's."""

from __future__ import annotations

import os
import pwd
from ipaddress import ip_address
from pathlib import Path
from socket import ntohl

ANYONE = "any"
"""Value of the setting `ask_server_user` that trusts whoever listens."""
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENS = "0A"
_ROOT = 0


def trusted_users(name: str | None) -> frozenset[int] | None:
    """Return the ids of the users who may run a model server here; None for anyone.

    They are this user, root, who can read everything anyway, and the one that the setting names.
    """
    if name == ANYONE:
        return None
    users = {os.getuid(), _ROOT}
    if name is not None:
        try:
            users.add(pwd.getpwnam(name).pw_uid)
        except KeyError:
            raise ValueError(f"ask_server_user: there is no user '{name}'") from None
    return frozenset(users)


def why_not_trusted(host: str, port: int, trusted: frozenset[int] | None) -> str | None:
    """Return why a connected server is not to be told anything; None if it is trusted.

    `host` is the address that was connected to. Another machine is trusted if the user named it,
    and so is this one where its system does not tell whose a socket is.
    """
    if trusted is None or not ip_address(host.partition("%")[0]).is_loopback:
        return None
    owners = _owners(port)
    if owners is None or (owners and owners <= trusted):
        return None
    names = ", ".join(sorted(_name(owner) for owner in owners - trusted))
    if not names:
        return f"runs as a user that cannot be told; {_hint(ANYONE)}"
    return f"runs as another user ({names}); {_hint(names)}"


def _hint(user: str) -> str:
    return f"if you trust it: thimble config set ask_server_user {user}"


def _owners(port: int) -> frozenset[int] | None:
    """Return the users with a socket that listens on a port; None where that is not told."""
    owners: set[int] = set()
    for table in _TABLES:
        try:
            rows = table.read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            _, local, _, state, _, _, _, owner, *_ = row.split()
            address, _, listened = local.partition(":")
            if state == _LISTENS and int(listened, 16) == port and _is_reached(address):
                owners.add(int(owner))
    return frozenset(owners) if any(table.exists() for table in _TABLES) else None


def _is_reached(address: str) -> bool:
    """Tell whether a listener at an address, words in the machine's order, hears loopback."""
    words = (int(address[at : at + 8], 16) for at in range(0, len(address), 8))
    packed = b"".join(ntohl(word).to_bytes(4, "big") for word in words)
    listening = ip_address(packed)
    inner = getattr(listening, "ipv4_mapped", None) or listening
    return bool(inner.is_loopback or inner.is_unspecified)


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
