"""Private keys, and tokens whose form alone tells what they are."""

from __future__ import annotations

import re

_TOKEN_FILE_BYTES = 2_048
"""Longer files are not searched for tokens: hardly a file of tokens alone is longer."""
_PRIVATE_KEY = re.compile(
    rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    rb"(?:\s*[A-Za-z-]{3,20}: [^\n]*\n)*"  # headers of PEM and PGP
    rb"(?:\s|\\[nr])*[A-Za-z0-9+/]{40}[A-Za-z0-9+/=\s\\]*"  # a JSON string has \n for newline
    rb"(?:-----END [A-Z0-9 ]{0,40}-----)?"
    rb"|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----\s*"
    rb"(?:[\w+/=.-]{8,100}\s*\n){1,400}-----END "  # a short one, in lines without spaces
    rb"|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----[^-]*"
)
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----[^-]{40,}-----END [A-Z0-9 ]{1,40}-----")
_KEY_MARK = b"PRIVATE KEY"
_BASE64_PEM = b"LS0tLS1CRUdJTi"
"""The Base64 of a key file, which begins with five hyphens and BEGIN."""
_BASE64_KEY = re.compile(
    _BASE64_PEM + rb"(?:BQUklWQVRF|BSU0EgUFJJVkFURS|BFQyBQUklWQVRF|BPUEVOU1NI|BFTkNSWVBURUQ|BQR1)"
    rb"[\w+/=\s]*"
)

_TOKEN_FORMS = (
    rb"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{40,}",
    rb"gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|oas|ffct)-[\w-]{20,}|GR1348941[\w-]{20}",
    rb"xox[abceoprs]-[\w-]{20,}|xapp-[\w-]{20,}",
    rb"https://hooks\.slack\.com/(?:services|workflows)/[\w/]{20,}",
    rb"AIza[\w-]{35}|ya29\.[\w-]{30,}|GOCSPX-[\w-]{20,}|1//0[\w-]{40,}",
    rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",
    rb"hf_[A-Za-z0-9]{30,}|api_org_[A-Za-z]{34}|r8_\w{35,}|gsk_\w{40,}|xai-\w{60,}|pplx-\w{40,}",
    rb"sk-[\w-]{32,}|nvapi-[\w-]{60,}|fw_\w{24}|jina_\w{50,}|csk-\w{40,}",
    rb"[srp]k_(?:live|test|prod)_\w{20,}|whsec_[\w+/=]{30,}",
    rb"npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}|rubygems_[0-9a-f]{48}|oy2[a-z0-9]{43}",
    rb"dckr_(?:pat|oat)_[\w-]{20,}|cio\w{32}",
    rb"AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{50,}|AGE-PLUGIN-[A-Z0-9-]{3,}1[A-Z0-9]{20,}",
    rb"\d{8,10}:AA[\w-]{32,34}",  # Telegram
    rb"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}|mfa\.[\w-]{60,}",  # Discord
    rb"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d+/[\w-]{40,}",
    rb"https://[\w.-]+\.webhook\.office\.com/\S{40,}",
    rb"SG\.[\w-]{16,}\.[\w-]{32,}|xkeysib-[0-9a-f]{64}-\w{16}",
    rb"(?:SK|AC)[0-9a-f]{32}|key-[0-9a-zA-Z]{32}|[0-9a-f]{32}-us\d{1,2}",
    rb"[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}",  # Mailgun, newer
    rb"shp(?:at|ca|pa|ss|tka)_[0-9a-fA-F]{32}|sq0(?:atp|csp|idp)-[\w-]{22,}|EAAA[\w-]{60}",
    rb"do[opr]_v1_[0-9a-f]{64}|dapi[0-9a-f]{32}|dp\.(?:pt|st|ct|sa|scim)\.\w{40,}",
    rb"lin_(?:api|oauth)_\w{32,}|ntn_\w{40,}|secret_[A-Za-z0-9]{43}|figd_[\w-]{38,}",
    rb"AT(?:ATT|CTT|BB|STT)[A-Za-z0-9][\w=+-]{20,}|sl\.[\w-]{120,}|pat\w{14}\.[0-9a-f]{64}",
    rb"gl(?:sa|c)_[\w+/=]{32,}|eyJrIjoi[\w=]{40,}|HRKU-[\w-]{36,}|NRAK-[A-Z0-9]{27}",
    rb"hv[sbr]\.[\w-]{24,}|[\w]{14}\.atlasv1\.[\w=-]{60,}|s\.[A-Za-z0-9]{24}",
    rb"pscale_(?:tkn|pw|oauth)_[\w=.-]{32,}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|pul-[0-9a-f]{40}",
    rb"sntry[su]_[\w+/=]{40,}|sb[pr]_[0-9a-f]{40}|sb_secret_[\w-]{20,}|tskey-[a-z]+-[\w-]{20,}",
    rb"fm[12][ar]?_[\w+/=,]{60,}|fo1_[\w-]{43}|nfp_\w{36}|vercel_\w{24}|rnd_\w{28}|phx_\w{40,}",
    rb"\w{3}[78]Q~[\w.~-]{31,34}|AccountKey=[\w+/]{80,}={0,2}|SharedAccessKey=[\w+/]{40,}={0,2}",
    rb"EAA[A-Za-z0-9]{80,}|A{20}[\w%]{60,}|PVEAPIToken=\S{40,}|ops_eyJ[\w=-]{60,}",
    rb"[xyz]prv[1-9A-HJ-NP-Za-km-z]{100,}|[5KL][1-9A-HJ-NP-Za-km-z]{50,51}|nsec1[a-z0-9]{58}",
    rb"RWRTY0Iy[\w+/=]{60,}|RWRCS[\w+/=]{90,}",  # minisign, signify
    rb"eyJ[\w-]{8,}={0,2}\.[\w-]{8,}={0,2}\.(?:[\w-]{8,})?(?:\.[\w-]+){0,2}",  # JWT
    rb"[\w+/]{40,}={0,2}--[\w+/]{16}={0,2}--[\w+/]{22}==",  # Rails
)
TOKEN = re.compile(rb"(?<![\w+])(?:" + rb"|".join(_TOKEN_FORMS) + rb")")
"""What is a token by its form alone."""
SHORTEST_TOKEN = 16
"""No token has fewer characters."""


def key_kind(head: bytes, _name: str) -> str | None:
    """Tell whether a file is a private key, or little else than keys or tokens."""
    if _KEY_MARK in head and _is_key(head):
        return "private key"
    if _BASE64_PEM in head and _is_mostly(_BASE64_KEY, head):
        return "private key"
    if len(head) <= _TOKEN_FILE_BYTES and _is_mostly_tokens(head):
        return "access token"
    return None


def _is_key(head: bytes) -> bool:
    if _PRIVATE_KEY.match(head) or _is_mostly(_PRIVATE_KEY, head):
        return True
    # A key after its certificates.
    return any(_KEY_MARK in match[1] for match in _PEM.finditer(head)) and _is_mostly(_PEM, head)


def _is_mostly(pattern: re.Pattern[bytes], data: bytes) -> bool:
    found = sum(len(match[0]) for match in pattern.finditer(data))
    return found > 0 and len(data) <= 2 * found


def _is_mostly_tokens(head: bytes) -> bool:
    # The pattern is slow, so only the few words that are long enough are looked at.
    long = [word for word in head.split() if len(word) >= SHORTEST_TOKEN]
    if 2 * sum(map(len, long)) < len(head):
        return False
    found = sum(len(match[0]) for word in long for match in TOKEN.finditer(word))
    return found > 0 and len(head) <= 2 * found
