"""Files whose structure is used for nothing but secrets: what programs write them for."""

from __future__ import annotations

import re
from typing import NamedTuple


class _Structure(NamedTuple):
    """What is recognised by literals that all must be there, and by a value if there is one."""

    kind: str
    marks: tuple[bytes, ...]
    """What fewest files hold comes first."""
    value: re.Pattern[bytes] | None = None
    longest: int = 65_536


class _Opened(NamedTuple):
    """What is recognised by its first line that is no comment, and by a value further down."""

    kind: str
    first_line: re.Pattern[bytes]
    value: re.Pattern[bytes] | None = None
    marks: tuple[bytes, ...] = ()


def _json(names: bytes, least: int = 6) -> re.Pattern[bytes]:
    """Return what matches a field of one of these names (`a|b`) with a text that long."""
    return re.compile(rb'"(?:%b)"\s*:\s*"(?![<$\[{*])[^"\s]{%d,}"' % (names, least), re.IGNORECASE)


def _xml(names: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"<(?:%b)(?:\s[^<>]*)?>\s*(?![$\[{*])[^<\s]" % names, re.IGNORECASE)


def _line(keys: bytes, least: int = 4) -> re.Pattern[bytes]:
    """Return what matches a line `key = value` or `key: value` with a value that long."""
    return re.compile(
        rb"^[ \t\"'-]*(?:%b)[\"']?[ \t]*[=:][ \t]*[\"']?(?![<$\[{*])[^\s\"'<]{%d,}" % (keys, least),
        re.MULTILINE | re.IGNORECASE,
    )


_JSON = (
    _Structure("service account", (b'"service_account"', b'"private_key"')),
    _Structure(
        "Google credentials",
        (b'"refresh_token"', b'"client_secret"'),
        _json(b"refresh_token"),
    ),
    _Structure(
        "OAuth client", (b'"client_secret"', b'"client_id"', b"_uri"), _json(b"client_secret", 12)
    ),
    _Structure("Docker configuration", (b'"auths"',), _json(b"auth|identitytoken|password", 8)),
    _Structure(
        "Composer credentials",
        (b"{",),
        re.compile(
            rb'\A\{\s*"(?:http-basic|github-oauth|gitlab-(?:oauth|token)|bitbucket-oauth|bearer)"'
            rb'\s*:\s*\{\s*"'
        ),
        8_192,
    ),
    _Structure("Bitwarden export", (b'"encrypted"', b'"items"')),
    _Structure("Bitwarden export", (b'"encrypted"', b'"encKeyValidation_DO_NOT_EDIT"')),
    _Structure("1Password export", (b'"vaults"', b'"loginFields"')),
    _Structure("1Password export", (b'"securityLevel"', b'"secureContents"')),
    _Structure("Proton Pass export", (b'"vaults"', b'"items"'), _json(b"password", 1)),
    _Structure("Enpass export", (b'"sensitive"', b'"fields"', b'"items"')),
    _Structure("Dashlane export", (b'"AUTHENTIFIANT"',)),
    _Structure(
        "password export",
        (b'"password"',),
        re.compile(rb'(?s)\A.{0,60}?"(?:logins|passwords|credentials|authentifiant)"\s*:\s*\['),
    ),
    _Structure("Firefox passwords", (b'"encryptedPassword"', b'"encryptedUsername"')),
    _Structure("Aegis vault", (b'"slots"', b'"db"', b'"header"')),
    _Structure("TOTP seeds", (b'"secret"', b'"issuer"'), _json(b"secret", 8)),
    _Structure("TOTP seeds", (b'"secret"', b'"digits"'), _json(b"secret", 8)),
    _Structure("TOTP seeds", (b'"servicesEncrypted"',)),
    _Structure("TOTP seeds", (b'"tokenOrder"', b'"tokens"')),
    _Structure("TOTP seeds", (b'"decrypted_seed"',)),
    _Structure("TOTP seeds", (b'"encrypted_seed"',)),
    _Structure("TOTP seeds", (b"otpauth://", b'"otpauth')),
    _Structure("Steam authenticator", (b'"shared_secret"', b'"identity_secret"')),
    _Structure("wallet", (b'"ciphertext"', b'"kdf"')),
    _Structure("wallet", (b'"seed_version"', b'"keystore"')),
    _Structure("wallet", (b'"KeyringController"',)),
    _Structure("wallet", (b'"mnemonic"',), _json(b"mnemonic", 0)),
    _Structure("wallet", (b'"mnemonic"',), re.compile(rb'"mnemonic"\s*:\s*"(?:[a-z]{3,8} ){11}')),
    _Structure("wallet", (b'"xprv',)),
    _Structure(
        "wallet", (b'"salt"', b'"iv"'), re.compile(rb'(?s)\A\{[^{}]*"data"\s*:[^{}]*\}\Z'), 16_384
    ),
    _Structure("wallet", (b"[",), re.compile(rb"\A\[\s*(?:\d{1,3}\s*,\s*){63}\d{1,3}\s*\]\Z"), 512),
    _Structure("Terraform state", (b'"terraform_version"', b'"lineage"')),
    _Structure("Terraform state", (b'"terraform_version"', b'"resources"', b'"serial"')),
    _Structure("vault keys", (b'"root_token"',), _json(b"root_token", 8)),
    _Structure("vault keys", (b'"unseal_keys_b64"',)),
    _Structure("vault keys", (b'"client_token"', b'"lease_duration"'), _json(b"client_token")),
    _Structure("private key", (b'"kty"', b'"d"'), _json(b"d|k", 20), 16_384),
    _Structure("private key", (b'"kty"', b'"oct"', b'"k"'), _json(b"k", 16), 16_384),
    _Structure("cookies", (b'"httpOnly"', b'"domain"', b'"hostOnly"')),
    _Structure(
        "cookies", (b'"httpOnly"', b'"domain"'), re.compile(rb'\A(?:\[\s*\{\s*"|\{\s*"cookies")')
    ),
    _Structure("cookies", (b'"Host raw"', b'"Content raw"')),
    _Structure("AWS keys", (b'"SecretAccessKey"', b'"AccessKeyId"'), _json(b"SecretAccessKey", 16)),
    _Structure("access token", (b'"accessToken"',), _json(b"accessToken", 16), 4_096),
    _Structure("access token", (b'"AccessToken"', b'"RefreshToken"'), _json(b"secret", 16)),
    _Structure("access token", (b'"access_token"',), _json(b"access_token", 16), 4_096),
    _Structure("access token", (b'"refresh_token"',), _json(b"refresh_token", 16), 4_096),
    _Structure("Azure credentials", (b'"clientSecret"',), _json(b"clientSecret", 12), 4_096),
    _Structure("Azure credentials", (b'"tenant"', b'"appId"'), _json(b"password", 8), 4_096),
    _Structure("Kubernetes configuration", (b'"Config"', b'"users"', b'"clusters"')),
    _Structure("Kubernetes secret", (b'"Secret"', b'"apiVersion"'), _json(b"kind", 6), 32_768),
    _Structure("Postman secrets", (b'"_postman_variable_scope"', b'"secret"')),
    _Structure("tunnel credentials", (b'"TunnelSecret"', b'"AccountTag"')),
)
_XML = (
    _Structure("KeePass export", (b"<KeePassFile",)),
    _Structure("KeePass export", (b"<pwlist>", b"<pwentry>")),
    _Structure("password export", (b"<wallet name=", b"<password")),
    _Structure("FileZilla sites", (b"<FileZilla3",), _xml(b"Pass")),
    _Structure("Maven settings", (b"<settings",), _xml(b"password|passphrase")),
    _Structure("Maven settings", (b"<settingsSecurity>",), _xml(b"master")),
    _Structure(
        "NuGet credentials",
        (b"<packageSourceCredentials",),
        re.compile(rb'key="(?:ClearText)?Password"\s+value="(?!%)[^"]', re.IGNORECASE),
    ),
    _Structure(
        "NuGet credentials",
        (b"<apikeys",),
        re.compile(rb'<add key="[^"]+"\s+value="[^"]'),
    ),
    _Structure(
        "Jenkins credentials",
        (b"plugins.credentials",),
        re.compile(rb"<(?:password|secret|privateKey|apiToken|passphrase|secretBytes)>[^<\s]"),
    ),
    _Structure("Wi-Fi profile", (b"<WLANProfile", b"<keyMaterial>")),
    _Structure("Wi-Fi profile", (b"com.apple.wifi.managed", b"<key>Password</key>")),
    _Structure("Windows setup with passwords", (b"<unattend", b"assword>"), _xml(b"Value")),
    _Structure("Tomcat users", (b"<tomcat-users",), re.compile(rb"<user [^>]*password=\"[^\"$]")),
    _Structure("chat accounts", (b"<account", b"<protocol>"), _xml(b"password")),
    _Structure("private key", (b"<RSAKeyValue>", b"<D>")),
    _Structure("remote sessions", (b"Connections", b"Protocol="), re.compile(rb'Password="[^"]')),
    _Structure("remote sessions", (b"<RDCMan",), _xml(b"password")),
    _Structure(
        "Windows policy with passwords", (b"cpassword=",), re.compile(rb'cpassword="[\w/+]')
    ),
    _Structure("publishing credentials", (b"<publishData", b"userPWD=")),
    _Structure("stored credential", (b"PSCredential", b"<SS N=")),
    _Structure("sync keys", (b"<configuration", b"<apikey>", b"<device id=")),
    _Structure("OpenVPN configuration", (b"<ca>", b"<key>")),
    _Structure(
        "WordPress configuration",
        (b"DB_PASSWORD",),
        re.compile(
            rb"define\(\s*['\"]DB_PASSWORD['\"]\s*,\s*['\"]"
            rb"(?!password_here|your|['\"<{])[^'\"]+['\"]\s*\)"
        ),
        16_384,
    ),
)
_SQLITE = (
    _Structure("cookies", (b"moz_cookies",)),
    _Structure("cookies", (b"TABLE cookies",)),
    _Structure("browser passwords", (b"TABLE logins",)),
    _Structure("browser passwords", (b"moz_logins",)),
    _Structure("browser passwords", (b"nssPrivate",)),
    _Structure("credentials", (b"access_tokens",)),
    _Structure("credentials", (b'"credentials"', b"account_id")),
    _Structure("shell history", (b"TABLE history", b"command", b"session", b"cwd")),
)
_BEGINNINGS = {
    b"$ANSIBLE_VAULT;": "Ansible vault",
    b"PuTTY-User-Key-File-": "private key",
    b"untrusted comment: minisign encrypted secret key": "private key",
    b"untrusted comment: minisign secret key": "private key",
    b"untrusted comment: rsign encrypted secret key": "private key",
    b"untrusted comment: signify secret key": "private key",
    b"# Netscape HTTP Cookie File": "cookies",
    b"# HTTP Cookie File": "cookies",
    b"#LWP-Cookies-": "cookies",
    b"_HiStOrY_V2_": "shell history",
    b"Private-key-format: v1": "private key",
    b"== ed25519v1-secret": "private key",
    b"***5642bee8-a5ff-11dc-8314-0800200c9a66***": "1Password export",
    b"-----BEGIN OpenVPN Static key": "private key",
    b"-----BEGIN OpenVPN tls-crypt": "private key",
    b"Key: (private-key": "private key",
    b"Key: (protected-private-key": "private key",
    b"(11:private-key": "private key",
    b"(21:protected-private-key": "private key",
    b'keychain: "': "keychain",
    b"\x03\xd9\xa2\x9a": "KeePass database",
    b"\xfe\xed\xfe\xed": "key store",
    b"\xce\xce\xce\xce": "key store",
    b"openssh-key-v1\0": "private key",
    b"# This file was automatically generated by the `cargo login`": "access token",
}
_PAGES = (b"<svg", b"<html", b"<!doctype html", b"<!DOCTYPE html")
_ANY_BEGINNING = tuple(_BEGINNINGS)
_OPENED = tuple(
    _Opened(kind, re.compile(first_line, re.IGNORECASE | re.MULTILINE), value, marks)
    for kind, first_line, value, marks in (
        (
            "Kubernetes configuration",
            rb"(?:apiVersion|kind|clusters|users|contexts|current-context|preferences):",
            _line(rb"token|client-key-data|password|client-key|id-token|refresh-token|command", 3),
            (b"kind: Config", b"users:"),
        ),
        (
            "Kubernetes secret",
            rb"(?:apiVersion|kind|data|stringData|metadata|type):",
            re.compile(rb"^(?:data|stringData):\s*\n\s+[\w.-]+:\s*(?![<$\[{*])\S", re.MULTILINE),
            (b"kind: Secret\n",),
        ),
        (
            "WireGuard configuration",
            rb"\[(?:Interface|Peer|NetDev|WireGuard)\]",
            _line(rb"PrivateKey", 20),
            (),
        ),
        (
            "OpenVPN configuration",
            rb"(?:client|dev|remote|proto|tls-client|tls-server|setenv|port|mode|local|server"
            rb"|auth-user-pass|nobind|verb|persist-(?:key|tun)|resolv-retry|cipher|<ca>|<key>)"
            rb"(?:[ \t][^\n]{0,80})?\r?$",
            re.compile(rb"<(?:key|secret|tls-auth|tls-crypt(?:-v2)?|pkcs12|auth-user-pass)>\s*\S"),
            (),
        ),
        (
            "rclone configuration",
            rb"\[[^\]\n]+\]\s*\n\s*type\s*=\s*\w+",
            _line(
                rb"token|pass2?|password2?|(?:\w+_)?(?:secret|key|credentials)|secret_access_key"
                rb"|bearer_token|api_key|access_token",
                6,
            ),
            (),
        ),
        (
            "WinSCP sessions",
            rb"\[(?:Configuration|Sessions|SshHostKeys)",
            _line(rb"Password(?:Plain)?"),
            (b"[Sessions\\",),
        ),
        (
            "Wi-Fi profile",
            rb"\[(?:connection|wifi|wifi-security|Security|Settings|802-1x)\]",
            _line(rb"psk|password|wep-key\d|leap-password|Passphrase|PreSharedKey|EAP-\S+assword"),
            (),
        ),
        (
            "Wi-Fi profile",
            rb"(?:ctrl_interface|network\s*=\s*\{|update_config|country=|ap_scan|eapol_version)",
            _line(rb"psk|password|wep_key\d|private_key_passwd"),
            (b"network",),
        ),
        (
            "Wi-Fi profile",
            rb"(?:interface|driver|ssid|hw_mode|channel|country_code|bridge)=",
            _line(rb"wpa_passphrase|wpa_psk"),
            (b"wpa_",),
        ),
        (
            "access token",
            rb"\[[^\]\n]+\]",
            _line(
                rb"aws_secret_access_key|aws_session_token|secret_key|gs_secret_access_key"
                rb"|gs_oauth2_refresh_token",
                12,
            ),
            (),
        ),
        ("stored passwords", rb"\[[^\]\n]+\]", None, (b"[keyring]", b"secret=")),
        (
            "MySQL configuration",
            rb"\[(?:client|mysql|mysqldump|mysqladmin|client-\w+)\]",
            _line(rb"password", 1),
            (),
        ),
        ("shell history", rb": \d{9,11}:\d+;", None, ()),
        ("shell history", rb"- cmd: [^\n]*\r?\n\s+when: \d+", None, ()),
        ("vault keys", rb"(?:Unseal|Recovery) Key \d+:\s*\S{20,}", None, ()),
        ("vault keys", rb"Key\s+Value\s*\n---\s+-----", _line(rb"token\s+\S{8,}|x"), (b"token",)),
        (
            "netrc",
            rb"(?:machine\s+\S+|default)\s+(?:login\s+\S+\s+)?(?:account\s+\S+\s+)?"
            rb"(?:password|login)\s+\S+\s*(?:$|password|machine|account|port)",
            None,
            (),
        ),
        ("remote desktop", rb"[\w ]{3,40}:[isb]:", re.compile(rb"^password 51:b:\w", re.M), ()),
        (
            "LDAP passwords",
            rb"(?:dn: |version: 1\b)",
            re.compile(rb"^userPassword::? *\S", re.M),
            (),
        ),
        ("hosts with passwords", rb"\w[\w.-]*:\s*\n", _line(rb"oauth_token", 12), ()),
        ("IPsec secrets", rb"[^\n#]{0,80}: (?:PSK|XAUTH|EAP) \"[^\"\n]+\"", None, ()),
        (
            "PPP secrets",
            rb"[\"\w][^\n]{0,60}[ \t]+(?:\*|\S+)[ \t]+\"[^\"\n]+\"[ \t]+\*\s*$",
            None,
            (),
        ),
        ("shell history", rb"#?\+?\d{10}\r?\n[a-z./][^\n]*\n#\d{10}\r?$", None, ()),
    )
)
_ANY_FIRST_LINE = re.compile(
    b"|".join(b"(?:%b)" % opened.first_line.pattern for opened in _OPENED),
    re.IGNORECASE | re.MULTILINE,
)
_TIMED_HISTORY = re.compile(rb"(?:#\d{10}\r?\n[^#\n][^\n]*(?:\n|\Z)){1,}")
_XML_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_COMMENTS = re.compile(rb"(?:[ \t\r\n]++|---[ \t]*\r?\n|\{\}\n|(?:[#;]|//)[^\n]*+\n)*+")
_PROSE = re.compile(
    rb"^(?:[-*>] )?[A-Z][a-z]*(?:,? [\w`'\"().-]+){6,}[.:!?,]?[ \t]*\r?$|^```", re.MULTILINE
)
"""A sentence, or a sample in Markdown: what it is in tells about the structure."""
_PROSE_BYTES = 4_096


def structure_kind(head: bytes, _name: str) -> str | None:
    """Tell which kind of secret has this structure."""
    if head.startswith(_ANY_BEGINNING):
        kind = next(kind for start, kind in _BEGINNINGS.items() if head.startswith(start))
        return None if _is_prose(head) else kind
    first = head[:1]
    if first in (b"{", b"["):
        found = _marked(_JSON, head)
        return found or (_opened(head) if first == b"[" else None)
    if head.startswith(_PAGES):
        return None
    if first == b"<":
        found = _marked(_XML, head)
        return found and _marked(_XML, _XML_COMMENT.sub(b"", head))  # a sample is no password
    if head.startswith(b"SQLite format 3\0"):
        return _marked(_SQLITE, head)
    return _opened(head)


def _marked(structures: tuple[_Structure, ...], head: bytes) -> str | None:
    for kind, marks, value, longest in structures:
        if (
            marks[0] in head
            and len(head) <= longest
            and all(mark in head for mark in marks)
            and (value is None or value.search(head))
        ):
            return kind
    return None


def _opened(head: bytes) -> str | None:
    if head.startswith(b"#") and _TIMED_HISTORY.match(head):
        return "shell history"
    comments = _COMMENTS.match(head)
    at = comments.end() if comments else 0
    if not _ANY_FIRST_LINE.match(head, at):
        return None
    kind = _opened_at(head, at)
    return None if kind and _is_prose(head) else kind


def _opened_at(head: bytes, at: int) -> str | None:
    for kind, first_line, value, marks in _OPENED:
        if (
            first_line.match(head, at)
            and all(mark in head for mark in marks)
            and (value is None or value.search(head, at))
        ):
            return kind
    return None


def _is_prose(head: bytes) -> bool:
    return _PROSE.search(head[:_PROSE_BYTES]) is not None
