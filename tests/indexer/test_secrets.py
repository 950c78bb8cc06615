from __future__ import annotations

import base64
import random
import time

import pytest

from indexer.scanning.secrets import looks_secret, secret_by_name


def key(kind: str = "RSA PRIVATE KEY", size: int = 1200, *, headers: str = "") -> str:
    """Return a key block with random bytes in it."""
    body = base64.encodebytes(random.Random(1).randbytes(size)).decode()
    return f"-----BEGIN {kind}-----\n{headers}{body}-----END {kind}-----\n"


PROSE = "A key file is a text file, and what stands between its two marked lines is the key.\n"


@pytest.mark.parametrize(
    "name",
    [
        *("id_rsa", "id_ed25519", "ID_RSA", "server.pem", "server.KEY", "cert.p12", "cert.pfx"),
        *("store.jks", "AuthKey_ABC.p8", "putty.ppk", "vault.kdbx", "login.keychain-db"),
        *(".env", ".env.local", ".env.production", "prod.env", ".netrc", "_netrc", ".pgpass"),
        *(".git-credentials", ".npmrc", ".pypirc", ".htpasswd", "kubeconfig", ".bash_history"),
        *("credentials", "credentials.json", "secrets.yml", "secret.yaml", "secrets.toml"),
        *("client_secret_123.apps.json", "service-account-prod.json", "wallet.dat", "key4.db"),
        *("passwords.csv", "Chrome Passwords.csv", "bitwarden_export_2026.json", "backup.gpg"),
        *("terraform.tfstate", "home.ovpn"),
    ],
)
def test_names_that_only_secrets_have(name: str) -> None:
    told = "looks like a secret (by its name); use --include to index it anyway"
    assert secret_by_name(name) == told


@pytest.mark.parametrize(
    "name",
    [
        *("keynote.md", "keys.md", "id_rsa.pub", "id_rsa_explained.md", "secrets.py", "secret.md"),
        *("secrets-of-the-sea.txt", "credentials.md", "password policy.md", "environment.md"),
        *(".env.example", ".env.sample", ".env.local.template", "env", "pem.md", "wallet.md"),
        *("monkey.txt", "key.txt", "passwords.md", "lastpass review.md", "signature.asc"),
        *("caf\udce9.md", "a\nb.md", ""),
    ],
)
def test_names_that_notes_may_have(name: str) -> None:
    assert secret_by_name(name) is None


@pytest.mark.parametrize(
    "text",
    [
        key(),
        key("PRIVATE KEY", 48),
        key("OPENSSH PRIVATE KEY"),
        key("ENCRYPTED PRIVATE KEY"),
        key("EC PRIVATE KEY", headers="Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB12\n\n"),
        key("PGP PRIVATE KEY BLOCK", headers="Version: GnuPG v2\n\n"),
        key().replace("\n", "\r\n"),
        "\ufeff" + key(),
        "\n  " + key(),
        key("PRIVATE KEY") + key("CERTIFICATE") * 5,
        "Bag Attributes\n    localKeyID: 01 02\nKey Attributes: <No Attributes>\n" + key(),
        '{"type": "service_account", "private_key": "' + key().replace("\n", "\\n") + '"}',
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
    ],
)
def test_files_that_are_private_keys(text: str) -> None:
    told = "looks like a secret (private key); use --include to index it anyway"
    assert looks_secret(text.encode()) == told


@pytest.mark.parametrize(
    "text",
    [
        "ghp_" + "a1B2" * 9 + "\n",
        "AKIA" + "ABCD" * 4,
        "xoxb-1234567890-abcdefghijklmnop",
        "# created: 2026-01-01\nAGE-SECRET-KEY-1" + "QPZRY9X8" * 7,
        "[default]\naws_access_key_id = " + "A" * 20 + "\naws_secret_access_key = " + "b" * 40,
    ],
)
def test_files_that_are_access_tokens(text: str) -> None:
    told = "looks like a secret (access token); use --include to index it anyway"
    assert looks_secret(text.encode()) == told


@pytest.mark.parametrize(
    "text",
    [
        "",
        PROSE * 20,
        "# Keys\n\nA key file starts with `-----BEGIN RSA PRIVATE KEY-----`.\n",
        "-----BEGIN PRIVATE KEY-----\nis the line with which every file of this kind begins\n",
        PROSE * 30 + key() + PROSE * 30,
        PROSE + "ghp_" + "a1B2" * 9 + "\n" + PROSE,
        key("CERTIFICATE"),
        key("PUBLIC KEY"),
        "aws_access_key_id = …\n" + PROSE,
        "PuTTY writes its keys with a first line PuTTY-User-Key-File-3: and the kind.\n",
        "AKIAHABARA",
        "ssh-rsa AAAAB3NzaC1yc2E" + "A" * 300 + " me@home",
    ],
)
def test_notes_about_keys_and_public_keys_are_not_secrets(text: str) -> None:
    assert looks_secret(text.encode()) is None


@pytest.mark.parametrize(
    "data",
    [
        b"-----BEGIN RSA PRIVATE KEY-----" * 100_000,
        b"-----BEGIN PRIVATE KEY-----\n" + b"a: b\n" * 100_000,
        b"-----BEGIN PRIVATE KEY-----" + b"\\n" * 100_000,
        b"-----BEGIN PRIVATE KEY-----\n \n" * 100_000,
        bytes(range(256)) * 10_000,
    ],
)
def test_looking_for_secrets_takes_no_time(data: bytes) -> None:
    started = time.monotonic()
    looks_secret(data)
    assert time.monotonic() - started < 0.5
