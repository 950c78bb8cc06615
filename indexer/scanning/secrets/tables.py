"""Tables with a column of passwords, as password managers and browsers export them."""

from __future__ import annotations

import csv
import re

from .text import words

_HEADER_BYTES = 1_024
_HEADER_LINES = 4
_ROWS = 20
"""Looked at; what they hold tells a table of passwords from one about them."""
_HINTS = (b"pass", b"pwd", b"secret", b"login", b"kennwort", b"totp", b"otp", b"contrase", b"senha")
_PASSWORDS = words(
    "password passwort kennwort passwd pwd pass passcode loginpassword masterpassword motdepasse "
    "contraseña contrasena senha wachtwoord пароль 密码 パスワード secretaccesskey secretkey "
    "totp totpsecret otpauth otpsecret logintotp secret apikey accesstoken pin passphrase "
    "wifipassword parola hasło salasana lösenord"
)
_ACCOUNTS = words(
    "username user login loginname loginusername loginuri url uri website web site email "
    "emailaddress mail account benutzername benutzer konto host hostname server domain service "
    "app application accesskeyid accesskey issuer title ssid network netzwerk name utilisateur "
    "usuario usuário gebruikersnaam anmeldename webseite websiteaddress websiteurl matchurl "
    "identifiant system platform dienst логин 用户名 ユーザー名"
)
_NO_PASSWORD = re.compile(
    r"(?i)\A(?:|[-–—?]+|n/?a|none|null|string|str|text|varchar.*|char.*|yes|no|true|false|required"
    r"|optional|\*+|x+|•+|…|\.+|<.*>|\$?\{.*\}|password|passwort|secret|bool(?:ean)?|int(?:eger)?"
    r"|hashed?|encrypted|redacted|hidden|changeme|nan|pass(?:ed)?|fail(?:ed)?|ok)\Z"
)
_LONGEST_CELL = 200
_LEAST_ROWS_SHARE = 0.5


def table_kind(head: bytes, _name: str) -> str | None:
    """Tell whether a file is a table with passwords."""
    # A title may stand above the header.
    headers = head[:_HEADER_BYTES].split(b"\n", _HEADER_LINES)[:_HEADER_LINES]
    start = b"\n".join(headers).lower()
    if not any(hint in start for hint in _HINTS):
        return None
    for at, header in enumerate(headers):
        line = header.decode("utf-8", "replace").strip()
        if (delimiter := _delimiter(line)) and _columns(line, delimiter):
            lines = head.decode("utf-8", "replace").split("\n")[at : at + _ROWS + 3]
            filled = [line.strip() for line in lines if line.strip()]
            if _holds_passwords(filled, delimiter):
                return "password table"
    return None


def _delimiter(line: str) -> str | None:
    found = max(",;\t|", key=line.count)
    return found if found in line and len(line) < _HEADER_BYTES else None


def _columns(header: str, delimiter: str) -> list[str]:
    """Return the names of a table's columns; none unless some are of passwords and accounts."""
    columns = [_plain(cell) for cell in _cells([header], delimiter)[0]]
    fits = not _PASSWORDS.isdisjoint(columns) and not _ACCOUNTS.isdisjoint(columns)
    return columns if fits else []


def _holds_passwords(lines: list[str], delimiter: str) -> bool:
    columns = _columns(lines[0], delimiter)
    secret = [at for at, name in enumerate(columns) if name in _PASSWORDS]
    rows = [row for row in _cells(lines[1:], delimiter) if not _is_rule(row)]
    fitting = [row for row in rows if len(row) == len(columns)]
    if not fitting or len(fitting) < _LEAST_ROWS_SHARE * len(rows):
        return False
    filled = sum(any(_is_password(row[at]) for at in secret) for row in fitting)
    return filled >= _LEAST_ROWS_SHARE * len(fitting)


def _cells(lines: list[str], delimiter: str) -> list[list[str]]:
    """Split lines; csv refuses some, which are no table's then."""
    lines = [line.strip().strip("|") if delimiter == "|" else line for line in lines]
    try:
        return list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True)) or [[]]
    except csv.Error:
        return [[]]


def _plain(cell: str) -> str:
    return re.sub(r"[\s_*`\"'-]", "", cell).lower()


def _is_rule(row: list[str]) -> bool:
    """Tell whether a row is the line below a header in Markdown."""
    return all(set(cell.strip()) <= set("-:=") for cell in row)


def _is_password(cell: str) -> bool:
    cell = cell.strip().strip("`")
    return 0 < len(cell) <= _LONGEST_CELL and cell.count(" ") <= 1 and not _NO_PASSWORD.match(cell)
