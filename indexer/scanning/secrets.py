"""Files that hold keys and passwords, by name and by content; they are not indexed by default.

By name only what is always a secret; by content only when the file is little else than key
material, so that a note about keys is read.
"""

from __future__ import annotations

import re

_SUFFIXES = (
    *(".pem", ".key", ".p8", ".p12", ".pfx", ".ppk", ".pvk", ".jks", ".jceks", ".keystore"),
    *(".kdb", ".kdbx", ".psafe3", ".kwallet", ".keychain", ".keychain-db", ".1pif", ".1pux"),
    *(".agilekeychain", ".opvault", ".gpg", ".pgp", ".ovpn", ".tfstate", ".env"),
)
_NAME = re.compile(
    r"""
    id_(rsa|dsa|ecdsa|ed25519)(_sk)?                    # SSH
    | [._]netrc | \.pgpass | pgpass\.conf | \.my(login)?\.cnf | \.?htpasswd | \.git-credentials
    | \.(npmrc|pypirc|dockercfg|s3cfg|boto|envrc|vault_pass|vault-token) | kubeconfig
    | \.env(?!.*\.(example|sample|template|dist|defaults)$)(\..*)?
    | \.\w+_history                                     # of shells
    | credentials | application_default_credentials\.json
    | (credentials?|secrets?|client_secret.*|service[-_]account.*)
      \.(json|ya?ml|toml|ini|cfg|conf|properties|xml|csv|enc)
    | wallet\.dat | key[34]\.db | logins\.json          # coins, Firefox
    | (.*[ _-])?passwords\.(txt|csv|xlsx)
    | (bitwarden_export|lastpass|1password|keepass|dashlane).*\.(csv|json|xml|txt)
    """,
    re.VERBOSE | re.DOTALL,
)

_HEAD_BYTES = 65_536
_TOKEN_FILE_BYTES = 2_048
"""Longer files are not searched for tokens: hardly a file of tokens alone is longer."""
_PRIVATE_KEY = re.compile(
    rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    rb"(?:\s*[A-Za-z-]{3,20}: [^\n]*\n)*"  # headers of PEM and PGP
    rb"(?:\s|\\[nr])*[A-Za-z0-9+/]{40}[A-Za-z0-9+/=\s\\]*"  # a JSON string has \n for newline
    rb"(?:-----END [A-Z0-9 ]{0,40}-----)?"
    rb"|\APuTTY-User-Key-File-\d: ",
)
_KEY_MARKS = (b"PRIVATE KEY", b"PuTTY-User-Key-File-")
"""One of which every private key has."""
_SHORTEST_TOKEN = len("aws_access_key_id")
"""What the pattern of tokens matches has as long a word."""
_TOKEN = re.compile(
    rb"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,}|glpat-[\w-]{20,}"
    rb"|xox[abeprs]-[\w-]{20,}|xapp-[\w-]{20,}|AIza[\w-]{35}|AKIA[A-Z0-9]{16}|hf_[A-Za-z0-9]{30,}"
    rb"|sk-[\w-]{32,}|sk_live_\w{20,}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}"
    rb"|AGE-SECRET-KEY-1[A-Z0-9]{50,})"
    rb"|^[ \t]*aws_(?:access_key_id|secret_access_key|session_token)[ \t]*=[^\n]*",
    re.MULTILINE,
)


def secret_by_name(name: str) -> str | None:
    """Return why a file of this name (without its folder) is taken for a secret, or None."""
    lower = name.lower()
    if lower.endswith(_SUFFIXES) or _NAME.fullmatch(lower):
        return _reason("by its name")
    return None


def looks_secret(data: bytes) -> str | None:
    """Return why a file with these bytes is taken for a secret, or None.

    A file is one if it starts with a private key, or if at least half of it is key material.
    """
    head = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").strip()
    # What nearly all files lack is looked for first: the patterns are slow.
    if any(mark in head for mark in _KEY_MARKS) and (
        _PRIVATE_KEY.match(head) or _is_mostly(_PRIVATE_KEY, head)
    ):
        return _reason("private key")
    if (
        len(head) <= _TOKEN_FILE_BYTES
        and max(map(len, head.split()), default=0) >= _SHORTEST_TOKEN
        and _is_mostly(_TOKEN, head)
    ):
        return _reason("access token")
    return None


def _is_mostly(pattern: re.Pattern[bytes], data: bytes) -> bool:
    found = sum(len(match[0]) for match in pattern.finditer(data))
    return found > 0 and len(data) <= 2 * found


def _reason(what: str) -> str:
    return f"looks like a secret ({what}); use --include to index it anyway"
