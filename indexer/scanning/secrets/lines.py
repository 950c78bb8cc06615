"""Small files most of whose lines are credentials: `name = value`, addresses, hashes, commands."""

from __future__ import annotations

import re
from collections import Counter
from enum import Enum
from typing import NamedTuple

from .keys import SHORTEST_TOKEN, TOKEN
from .text import words

_MOST_BYTES = 8_192
"""Longer files are hardly little else than credentials, but for lists of hashes and addresses."""
_MOST_LINES = 400
_SEPARATORS = (b":", b"=", b"\t", b"|")
_HINTS_IN_SOURCE = (b"pass", b"secret", b"token", b"key", b"://")
_HINTS = (
    *(*_HINTS_IN_SOURCE, b"pwd", b"pw:", b"psk", b"pin", b"wort", b"otp", b"contrase", b"senha"),
    *(b"auth", b"@", b":$", b"::", b":{", b":*:", b":!:", b"true\t"),
)
_END_BYTES = 768
"""Of both ends, in which hints are looked for; what most lines are these are too."""
_LINES_PER_HINT = 4
"""Files with fewer hints have too few credentials in any case."""

_WORD = r"""(?:
    pass(?:word|wd|wort|phrase|code)? | pwd | pw | kennwort | mot\ de\ passe | contraseña | senha
    | wachtwoord | parola | hasło | пароль | 密码 | パスワード
    | secret(?:[_ -]?(?:key|token|access[_ -]?key))? | token | pat | credentials? | creds
    | (?:api|app|access|account|private|auth|client|encryption|signing|master|storage|session|shared
        |webhook|license|consumer|primary|secondary|subscription|admin|service|deploy|cookie
        |publish\w*|secret|hmac|jwt|preshared|pre-shared|security|network)[_ -]?key | apikey
    | client[_ -]?secret | pin | puk | cvv | psk | bearer | authorization | dsn
    | connection[_ -]?string | totp | otp | totp[_ -]?secret | seed | _auth | auth[_ -]?token
    | key[_ -]?base | passe
)"""
_SECRET_KEY = re.compile(
    rf"""(?:.*[^a-z]|.*(?=[A-Z])|[a-z]*(?=password|passwd|secret|token))?{_WORD}
    (?:[_ -]?(?:\d{{1,3}}|value|prod\w*|dev\w*|staging|test|live|main|base|old|new|b64|base64|hash
        |\(.{{1,30}}\)))*
    (?:\ (?:for|of|to|from|on|für|pour|de)\ .{{1,40}})?""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_PIN_KEY = re.compile(r"(?i).*\b(?:pin|puk|cvv|pass ?code|code)\b.*")
_PASSWORD_KEY = re.compile(r"(?i).*(?:pass|pwd|pw|wort|senha|contrase|парол).*")
_BESIDE = re.compile(
    r"(?i)(?:.*[^a-z])?(?:user(?:_?name)?|log-?in|account|konto|email|e-?mail|mail|host(?:name)?"
    r"|server|url|uri|site|website|port|database|db|dbname|name|region|endpoint|ssid|network|notes?"
    r"|type|service|app|domain|address|identifier|id|protocol|scheme|tenant|bucket|project|env|title"
    r"|mode|environment|debug|benutzer(?:name)?|usuario|utilisateur|site|key|provider|output|sslmode"
    r"|iban|card|bic|expires|expiry|created|updated|security question|answer|phone|kind|driver"
    r"|engine|schema|remote|registry|version|realm|org|machine|number)"
)
_PAIR = re.compile(
    r"""[\s"'>*+\-•{(,\[|`]*(?:export\s|set\s|setx\s|\$env:|const\s|let\s|var\s|ENV\s)?[\s"'`*_]*
    (?P<key>[^=:"'`]{1,60}?)[\s"'`*\])]*(?:=>|:=|[=:])[\s*`]*(?P<value>\S.*)?""",
    re.VERBOSE,
)
_QUOTED = re.compile(r"""(["'`])(?P<inner>.*?)\1\s*[,;)}\]]*\s*(?:(?:\#|//).*)?""")
_PLACEHOLDER = re.compile(
    r"""(?i)
    [<\[({].* | \$[A-Z_a-z({].* | .*\$\{.* | %.*% | .*\{\{.* | .*<[\w -]+>.* | \W*
    | x{3,}\W*x* | \*+ | .*\.\.\. | .*… | your?[\W_].* | my[_-].* | some[_-].* | .*x{6,}
    | (?:example|change|replace|insert|enter|fill|put|todo|tbd|fixme|none|null|nil|true|false|yes|no
      |required|optional|string|str|bytes|int|integer|bool|boolean|any|object|dict|list|text|empty
      |redacted|hidden|password|passwd|pass|secret|token|key|apikey|api[_-]key|dummy|placeholder
      |placeholder.*|unset|default|n/?a|see|ask|same|unknown|undefined|changeme|change[_-].*
      |replace[_-].*|insert[_-].*|enter[_-].*|auto|ref|env|file|prompt|random|float|type)
    | (?:self|this|os|process|config|settings|env|args|options|request|data|ctx|params|std|import)
      [.\[(:].*
    | .*[\w\]]\(.*\).* | [a-z_]\w*(?:\.[a-z_]\w*)+ | [~./\\][\w.~ /\\-]*[/.][\w./\\ -]* | https?://\S*
    | [\w/-]+\.(?:txt|pem|key|json|ya?ml|md|py|js|html|crt) | \d+(?:[.,]\d+)* (?:px|ms|s|em|%)?
    | (?:lambda|function|new|await|async|typeof|return|class|def)\b.* | 0x[0-9a-f]{1,8}
    | [A-Z][A-Za-z]*\[.*\] | \d{4}-\d\d-\d\d.* | /.*/[gimsuy]*
    """,
    re.VERBOSE | re.DOTALL,
)
_URL_LOGIN = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>]*:"
    r"(?!(?:pass(?:word|wd)?|secret|pwd|token|pw|\*+|x+|your[\w-]*|\.+)@)"
    r"(?![<$\[{%*])[^\s@/\"'<>{}]{3,}@[\w.\[-]",
    re.IGNORECASE,
)
_CONNECTION = re.compile(
    r"(?i)(?:[;\s\"'=:?&]|^)(?:pwd|password|AccountKey|SharedAccessKey)=(?![<${%*;\s&])[^;\s\"'&]{3,}"
)
_HASHED = re.compile(
    r"[\w.@ +-]{1,64}:(?:\$(?:apr1|1|2[abxy]?|5|6|y|7|gy|argon2\w*|pbkdf2\S*|scrypt\S*)\$\S+"
    r"|\{(?:S?SHA\d*|S?MD5|CRYPT|PBKDF2\S*|ARGON2)\}\S+)\S*"
    r"|[\w.$-]{1,64}:[!*x]{1,2}:\d{4,6}:\d*:\d*:\d*:\d*:\d*:\d*"
    r"|[\w.$ -]{1,64}:\d+:[0-9a-fA-F]{32}:[0-9a-fA-F]{32}:.*"
    r"|[\w.@-]{1,64}:[\w .@-]{1,64}:[0-9a-f]{32}"
    r"|[\w-]{1,32}:[!*]{1,2}:[\w,-]*:[\w,-]*"
)
_PGPASS = re.compile(r"[\w.*-]+:(?:\d{2,5}|\*):[\w*-]+:[\w.*-]+:\S{3,}")
_COMBO = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+\s?[:|]\s?(?P<value>[^\s:]{5,64})")
_NETRC = re.compile(
    r"(?:machine\s+\S+|login\s+\S+|password\s+\S+|account\s+\S+|default)"
    r"(?:\s+(?:login|password|account|port)\s+\S+)*",
    re.IGNORECASE,
)
_COOKIE = re.compile(
    r"(?:#HttpOnly_)?\.?[\w.-]+\t(?:TRUE|FALSE)\t/\S*\t(?:TRUE|FALSE)\t[\d.]+\t[^\t]*\t?.*"
)
_OTPAUTH = re.compile(r"[^\n]{0,80}\botpauth(?:-migration)?://\S+")
_SEALED = re.compile(
    r"(?i)\W*(?:unseal key(?: \d+)?|recovery key(?: \d+)?|initial root token)\W+\S{16,}"
)
_NPM = re.compile(r"\s*//\S+:(?:_authToken|_password|_auth)\s*=\s*(?![$<{])\S{6,}")
_SECTION = re.compile(
    r"\[[^\]]*\]|-{3,}|={3,}|[{}\[\]()]+[,;]?|(?:#|//|;|--|rem\b|<!--|\"\"\").*", re.I
)
_TITLE = re.compile(r"[^.!?:=]{1,40}:?")
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("password hashes", _HASHED),
    ("cookies", _COOKIE),
    ("netrc", _NETRC),
    ("database passwords", _PGPASS),
    ("TOTP seeds", _OTPAUTH),
    ("vault keys", _SEALED),
    ("registry token", _NPM),
)
_SOURCE = tuple(
    words(
        ".py .pyi .pyx .js .cjs .mjs .jsx .ts .tsx .java .kt .go .rs .c .h .cc .cpp .hpp .cs .rb "
        ".php .swift .scala .lua .pl .sql .vue .dart .ex .hs .r .css .scss .less .po .pot .f90 .s "
        ".asm .svg .proto .graphql"
    )
)
_EXAMPLE = re.compile(r"(?i).*(?:example|sample|template|\bdist\b|\.tmpl|\.j2|defaults).*")
_SPLIT_JSON = re.compile(rb"[,{}\n\[\]]")


class _Part(Enum):
    """What a line is to a list of credentials."""

    SECRET = 1
    WEAK = 2
    """A password that might be a word of a text."""
    BESIDE = 3
    """What stands next to passwords: a user, an address, a title."""
    NOTHING = 4
    OTHER = 5


class _Line(NamedTuple):
    part: _Part
    kind: str = "credentials"


def lines_kind(head: bytes, name: str) -> str | None:
    """Tell which kind of credentials most lines of a small file are."""
    if len(head) > _MOST_BYTES or head.startswith(b"<"):
        return None
    quoted = is_source(name)
    if not _has_hints(head, quoted=quoted) or _EXAMPLE.fullmatch(name):
        return None
    is_json = head[:1] in (b"{", b"[") and head[-1:] in (b"}", b"]")
    split = _SPLIT_JSON.split(head) if is_json else head.split(b"\n")
    if len(split) > _MOST_LINES:
        return None
    texts = (line.decode("utf-8", "replace").strip() for line in split)
    return _judge([_part_of(text, quoted=quoted) for text in texts if text])


def _has_hints(head: bytes, *, quoted: bool) -> bool:
    ends = head if len(head) <= 2 * _END_BYTES else head[:_END_BYTES] + head[-_END_BYTES:]
    lines = ends.count(b"\n")
    if _LINES_PER_HINT * sum(map(ends.count, _SEPARATORS)) <= lines:
        return False
    hints = _HINTS_IN_SOURCE if quoted else _HINTS
    return _LINES_PER_HINT * sum(map(ends.lower().count, hints)) > lines


def _judge(lines: list[_Line]) -> str | None:
    parts = Counter(line.part for line in lines)
    whole = len(lines) - parts[_Part.NOTHING]
    secrets, beside = parts[_Part.SECRET], parts[_Part.BESIDE]
    together = secrets + beside + parts[_Part.WEAK]
    if not secrets:
        # A weak password counts where a user's name and nothing else stands with it.
        if not (
            parts[_Part.WEAK] and beside and together == whole and 3 * parts[_Part.WEAK] >= whole
        ):
            return None
    elif 2 * secrets < whole and not (4 * secrets >= whole and 5 * together >= 4 * whole):
        return None
    kinds = Counter(line.kind for line in lines if line.part in (_Part.SECRET, _Part.WEAK))
    return kinds.most_common(1)[0][0]


def _part_of(text: str, *, quoted: bool) -> _Line:
    for kind, form in _FORMS:
        if form.fullmatch(text):
            return _Line(_Part.SECRET, kind)
    if "@" in text and _URL_LOGIN.search(text):
        return _Line(_Part.SECRET if _is_short(text) else _Part.OTHER, "address with a password")
    if "=" in text and _CONNECTION.search(text):
        return _Line(_Part.SECRET if _is_short(text) else _Part.OTHER, "address with a password")
    if (combo := _COMBO.fullmatch(text)) and _is_strong(combo["value"]):
        return _Line(_Part.SECRET, "password list")
    if _SECTION.fullmatch(text):
        return _Line(_Part.NOTHING)
    if _has_token(text):
        return _Line(_Part.SECRET, "access token")
    return _pair(text, quoted=quoted)


def _has_token(text: str) -> bool:
    """Tell whether a third of a line or more is a token."""
    long = [word for word in text.split() if len(word) >= SHORTEST_TOKEN]
    found = (TOKEN.search(word.encode()) for word in long)
    return any(token and 3 * len(token[0]) >= len(text) for token in found)


def _is_short(text: str) -> bool:
    """Tell whether a line is hardly more than an address: no sentence has so few words."""
    return len(text.split()) <= 6


def _pair(text: str, *, quoted: bool) -> _Line:
    pair = _PAIR.fullmatch(text) if len(text) < 2_000 else None
    if pair is None:
        is_title = _TITLE.fullmatch(text) and len(text.split()) <= 4
        return _Line(_Part.BESIDE if is_title else _Part.OTHER)
    key, value = pair["key"].strip(), _unquoted(pair["value"] or "", must=quoted)
    if not _SECRET_KEY.fullmatch(key):
        return _Line(_Part.BESIDE if _BESIDE.fullmatch(key) else _Part.OTHER)
    if _PIN_KEY.fullmatch(key) and re.fullmatch(r"\d{3,8}", value):
        return _Line(_Part.SECRET, "password list")
    kind = "password list" if _PASSWORD_KEY.fullmatch(key) else "credentials"
    if not value or " " in value or _PLACEHOLDER.fullmatch(value):
        return _Line(_Part.OTHER)
    if _is_strong(value):
        return _Line(_Part.SECRET, kind)
    is_weak = kind == "password list" and len(value) >= 4 and not quoted
    return _Line(_Part.WEAK if is_weak else _Part.OTHER, kind)


def _unquoted(value: str, *, must: bool) -> str:
    """Return a value without its quotes and what follows them; nothing if it must have some."""
    if quoted := _QUOTED.fullmatch(value):
        return quoted["inner"]
    if must:
        return ""
    value = re.sub(r"\s+(?:#|//|\().*", "", value).rstrip(",;")
    return value.removesuffix("<br>").strip("\"'`* ")


def _is_strong(value: str) -> bool:
    """Tell whether this is rather a password or key than a word or a number."""
    if len(value) < 5 or _PLACEHOLDER.fullmatch(value):
        return False
    has_letter, has_digit = re.search(r"[^\W\d_]", value), re.search(r"\d", value)
    if has_digit and (has_letter or len(value) >= 12):
        return True
    if re.search(r"[!@#$%^&*+=?~|]", value) and has_letter:
        return True
    return len(value) >= 12 and bool(re.fullmatch(r"[\w+/=.-]+", value))


def is_source(name: str) -> bool:
    """Tell whether a name is one of source code, in which passwords are quoted."""
    return name.lower().endswith(_SOURCE)


def is_password(value: str) -> bool:
    """Tell whether a word that stands alone is rather a password than a word, number or date."""
    return (
        6 <= len(value) <= 64
        and _is_strong(value)
        and bool(re.search(r"[a-zA-Z]", value))
        and bool(re.search(r"[\d!@#$%^&*]", value))
        and not re.fullmatch(r"[\w.-]+@[\w.-]+|\d+[a-zA-Z]{1,3}|\W*\d[\d.,:/-]*\W*|\W.*\W", value)
    )
