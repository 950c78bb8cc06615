"""Lists of recovery codes and passwords, words of a wallet, and what was typed into a shell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .lines import is_password, is_source
from .text import words

_MOST_BYTES = 4_096
_LABEL_CHARS = 300
"""Where a text says what it is about."""
_WALLET = re.compile(
    r"(?i)(?:\b|_)(?:seed|mnemonic|wallet|bip-?39|recovery[ _-]?(?:phrase|words)|ledger|trezor"
    r"|metamask|secret[ _-]?phrase|backup[ _-]?phrase|passphrase|bitcoin|electrum)(?:\b|_|s\b)"
)
_NUMBERING = re.compile(r"(?:^[^:\n]{0,40}:\s)|\b\d{1,2}[.):]?\s|[,;\"'`*•-]+(?=\s|$)|^[\"'`*-]\s?")
_SEED_LINE = re.compile(r"(?:[a-z]{3,8}\s+)*[a-z]{3,8}")
_MOST_WALLET_LINES = 60
_LENGTHS = (12, 15, 18, 21, 24)
_NO_SEED_WORDS = words("the and for are was were has had not with from they you")
_CODES = re.compile(
    r"(?i)(?:\b|_)(?:(?:recovery|backup|rescue|scratch|emergency|2fa|mfa|two-?factor"
    r"|one-?time|otp|verification|wiederherstellungs|reserve)[ _-]*(?:codes?|keys?)|"
    r"(?:backup|recovery) (?:verification|2fa) codes?|2-step)"
)
_CODE = r"[A-Za-z0-9]{3,12}(?:-[A-Za-z0-9]{3,8}){0,5}"
_CODE_LINE = re.compile(
    rf"(?:[-*•☐\[\] ]{{0,8}}|\(?\d{{1,2}}[.):]\s{{0,4}}){_CODE}(?:[\s,;|]{{1,8}}{_CODE}){{0,40}}"
    r"[,;|]?"
)
_SURE_CODE = re.compile(rb"(?=\S*\d)(?=\S*[a-z])[0-9a-z]{5}-[0-9a-z]{5}")
_FEWEST_CODES = 4
_FEWEST_SURE_CODES = 8
_PASSWORDS = re.compile(
    r"(?i)(?:.*[\W_])?(?:passwords?|passw[oö]rter|logins?|credentials|creds|secrets?|pins"
    r"|zugangsdaten|kennw[oö]rter|contraseñas|mots de passe|senhas|pw|pwds?"
    r"|(?:api|private)[ _-]?keys?|tokens"
    r"|totp|2fa)(?:[\W_].*)?"
)
_TITLE_WORDS = 4
_LABEL_WORDS = tuple(
    words(
        "seed mnemonic wallet bip39 phrase ledger trezor recovery backup rescue scratch emergency "
        "2fa mfa factor otp 2-step wiederherst passw login cred secret pins zugangs kennw contrase "
        "mots senhas pwd api_key api-key tokens private"
    )
)
"""One of which each label has."""
_COMMANDS = words(
    "ls cd git sudo ssh scp cat vim vi nano apt apt-get brew npm yarn pip pip3 python python3 "
    "docker kubectl curl wget mysql psql export echo rm cp mv mkdir grep find tail less top "
    "htop ps kill systemctl make aws gcloud az terraform helm history exit clear chmod chown tar "
    "journalctl sshpass rsync openssl source man which df du ping ll pwd touch node go cargo mongo "
    "redis-cli ansible ansible-playbook vault gh gpg whoami dig nslookup telnet nmap screen tmux "
    "env heroku ldapsearch smbclient mount net runas cls dir type set code open conda jupyter svn"
)
_COMMAND_SECRET = re.compile(
    r"(?im)\b(?:sshpass -p\s*\S|curl\b.* (?:-u|--user) ?\S+:\S"
    r"|authorization: ?(?:bearer|basic) ?\S{6}"
    r"|mysql(?:dump)?\b.* -p[^\s=-]\S{2}|\S*(?:password|passwd|token|secret|api_?key|access_key)"
    r"[\"']?[= ]+[\"']?(?![<$\[{])[^\s\"']{5,}|docker login .*-p ?\S"
    r"|PGPASSWORD=\S|redis-cli.* -a \S"
    r"|://[^\s/:@]+:(?![<$\[{])[^\s/@]{3,}@)"
)
_LONGEST_COMMAND = 20
_FEWEST_COMMANDS = 4
_COMMANDS_SHARE = 0.7


def phrase_kind(head: bytes, name: str) -> str | None:
    """Tell whether a small file lists codes, passwords, the words of a wallet or commands."""
    if len(head) > _MOST_BYTES or is_source(name):
        return None
    label = f"{name}\n{head[:_LABEL_CHARS].decode('utf-8', 'replace')}".lower()
    first_word = head[:_LONGEST_COMMAND].split(None, 1)[0]
    # What nearly all files lack is looked for first.
    if not (
        first_word.decode("ascii", "replace") in _COMMANDS
        or _SURE_CODE.match(head)
        or any(word in label for word in _LABEL_WORDS)
    ):
        return None
    return _labelled_kind(head.decode("utf-8", "replace"), name, label)


def _labelled_kind(text: str, name: str, label: str) -> str | None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if _is_history(lines, text):
        return "shell history"
    if len(lines) <= _MOST_WALLET_LINES and _WALLET.search(label) and _is_mostly_phrase(lines):
        return "wallet"
    is_labelled = _CODES.search(label) is not None
    if (is_labelled or _SURE_CODE.search(text.encode())) and _is_code_list(
        lines, is_labelled=is_labelled
    ):
        return "recovery codes"
    stem = name.rpartition(".")[0] or name
    return "password list" if _is_password_list(lines, stem) else None


def _is_history(lines: list[str], text: str) -> bool:
    firsts = [line.split(None, 1)[0] for line in lines[:200]]
    if len(lines) < _FEWEST_COMMANDS or firsts[0] not in _COMMANDS:
        return False
    known = sum(word in _COMMANDS for word in firsts)
    return known >= _COMMANDS_SHARE * len(firsts) and _COMMAND_SECRET.search(text) is not None


def _is_mostly_phrase(lines: list[str]) -> bool:
    """Tell whether lines of a wallet's words are a third of the text or more."""
    plain = [" ".join(_NUMBERING.sub(" ", line).split()) for line in lines]
    whole = sum(map(len, plain))
    return any(3 * len(found) >= whole for found in _phrases(plain))


def _phrases(lines: list[str]) -> Iterator[str]:
    """Yield each run of lines with equally many words that are as many as a wallet has."""
    for first, line in enumerate(lines):
        each = len(line.split())
        for length in _LENGTHS:
            found = lines[first : first + -(-length // each)] if each else []
            text = " ".join(found).split()
            if (
                len(text) == length
                and all(map(_SEED_LINE.fullmatch, found))
                and _NO_SEED_WORDS.isdisjoint(text)
            ):
                yield " ".join(found)


def _is_code_list(lines: list[str], *, is_labelled: bool) -> bool:
    codes = [line for line in lines if _CODE_LINE.fullmatch(line) and _has_digits(line)]
    if 2 * len(codes) < len(lines):
        return False
    if not is_labelled:
        return sum(len(_SURE_CODE.findall(line.encode())) for line in codes) >= _FEWEST_SURE_CODES
    found = sum(len(re.findall(r"[A-Za-z0-9-]{4,}", line)) for line in codes)
    return found >= _FEWEST_CODES


def _has_digits(line: str) -> bool:
    """Tell whether most words of a line have digits, as codes do."""
    found = re.findall(r"\w{3,}", line)
    return 2 * sum(any(c.isdigit() for c in word) for word in found) >= len(found) > 0


def _is_password_list(lines: list[str], stem: str) -> bool:
    """Tell whether most lines under a title or name about passwords end with one."""
    if not lines or lines[0].startswith("-----"):
        return False  # nothing, or a public key
    is_titled = len(lines[0].split()) <= _TITLE_WORDS and _PASSWORDS.fullmatch(lines[0])
    if not is_titled and not _PASSWORDS.fullmatch(stem):
        return False
    rest = lines[1:] if is_titled else lines
    found = sum(is_password(re.split(r"[\s/|,;=:]+", line.rstrip("|* "))[-1]) for line in rest)
    return found > 0 and 2 * found >= len(rest)
