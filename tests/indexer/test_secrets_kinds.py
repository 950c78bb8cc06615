"""A hundred kinds of files that are secrets, and as many ordinary ones that look like them.

All values are made up and composed here, so that scanners for secrets find nothing in this file.
"""

from __future__ import annotations

import base64
import json
import random
import time

import pytest

from indexer.scanning.ignore import is_usual
from indexer.scanning.secrets import looks_secret, secret_by_name

CHANCE = random.Random(7)
LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
PW = "hunt" + "er2-Fake"


def fake(length: int, letters: str = LETTERS) -> str:
    return "".join(CHANCE.choices(letters, k=length))


def hexed(length: int) -> str:
    return fake(length, "0123456789abcdef")


def b64(size: int) -> str:
    return base64.b64encode(CHANCE.randbytes(size)).decode()


def pem(kind: str, size: int = 600) -> str:
    body = base64.encodebytes(CHANCE.randbytes(size)).decode()
    return f"-----BEGIN {kind}-----\n{body}-----END {kind}-----\n"


KEY = "PRIVATE" + " KEY"
KUBE = f"""apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {b64(900)}
    server: https://10.0.0.1:6443
  name: home
contexts:
- context: {{cluster: home, user: admin}}
  name: home
current-context: home
kind: Config
preferences: {{}}
users:
- name: admin
  user:
    client-certificate-data: {b64(300)}
    client-key-data: {b64(300)}
"""
SERVICE = json.dumps(
    {"type": "service" + "_account", "project_id": "p", "private_key": pem(KEY), "client_id": "1"}
)
WIREGUARD = f"[Interface]\nPrivateKey = {b64(32)}\nAddress = 10.0.0.2/32\n\n[Peer]\nPublicKey = x\n"
OPENVPN = f"client\ndev tun\nremote vpn.example.org 1194\n<ca>\n{pem('CERTIFICATE')}</ca>\n<key>\n"
SEED = "abandon ability able about above absent absorb abstract absurd abuse access accident"
TFSTATE = json.dumps({"version": 4, "terraform_version": "1.9.0", "serial": 3, "resources": []})
HISTORY = "cd work\nls -la\ngit pull\nmysql -u root -pFake99x shop\ndocker ps\nexit\n"
WEAK = "aaaa"

TOKENS = {
    "github": "gh" + "p_" + fake(36),
    "github fine": "github" + "_pat_" + fake(60),
    "gitlab": "gl" + "pat-" + fake(20),
    "aws": "AK" + "IA" + fake(16, "ABCDEFGHIJ234567"),
    "stripe": "sk" + "_live_" + fake(24),
    "slack": "xo" + "xb-" + fake(12, "0123456789") + "-" + fake(24),
    "slack hook": "https://hooks." + "slack.com/services/T000/B000/" + fake(24),
    "discord": "M" + fake(23) + "." + fake(6) + "." + fake(27),
    "telegram": fake(9, "123456789") + ":AA" + fake(33),
    "npm": "np" + "m_" + fake(36),
    "pypi": "py" + "pi-AgEIcHlwaS5vcmc" + fake(60),
    "openai": "sk" + "-proj-" + fake(48),
    "anthropic": "sk" + "-ant-api03-" + fake(80),
    "hugging face": "h" + "f_" + fake(34),
    "sendgrid": "S" + "G." + fake(22) + "." + fake(43),
    "twilio": "S" + "K" + hexed(32),
    "mailgun": "key" + "-" + hexed(32),
    "google api": "AI" + "za" + fake(35),
    "google oauth": "GOC" + "SPX-" + fake(28),
    "azure storage": "DefaultEndpointsProtocol=https;AccountName=x;Account" + f"Key={b64(64)}",
    "digitalocean": "do" + "p_v1_" + hexed(64),
    "vault": "hv" + "s." + fake(24),
    "jwt": "ey" + "J" + fake(30) + ".ey" + "J" + fake(60) + "." + fake(43),
    "age": "AGE-SECRET" + "-KEY-1" + fake(58, "QPZRY9X8GF2TVDW0"),
    "shopify": "shp" + "at_" + hexed(32),
    "docker hub": "dckr" + "_pat_" + fake(27),
    "groq": "gs" + "k_" + fake(52),
    "wallet key": "xpr" + "v" + fake(107),
}

SECRETS: list[tuple[str, str | bytes, str]] = [
    # keys
    ("notes.txt", pem(f"RSA {KEY}"), "private key"),
    ("notes.txt", pem(f"OPENSSH {KEY}").encode("utf-16"), "private key"),
    ("notes.txt", pem(KEY).encode("utf-16-le"), "private key"),
    ("notes.txt", pem(KEY).encode("utf-16-be"), "private key"),
    ("me.asc", pem(f"PGP {KEY} BLOCK"), "private key"),
    ("haproxy.txt", pem("CERTIFICATE") * 3 + pem(KEY), "private key"),
    ("x.txt", f"-----BEGIN {KEY}-----\nFAKEFAKEFAKE\n-----END {KEY}-----", "private key"),
    ("x.b64", base64.b64encode(pem(KEY).encode()), "private key"),
    ("x.txt", "PuTTY-User-Key" + "-File-3: ssh-ed25519\nEncryption: none\n", "private key"),
    ("m.txt", "untrusted comment: minisign encrypted secret key\nRWR" + fake(99), "private key"),
    ("k.json", json.dumps({"kty": "EC", "crv": "P-256", "d": fake(43)}), "private key"),
    ("k.xml", f"<RSAKeyValue><Modulus>x</Modulus><D>{b64(64)}</D></RSAKeyValue>", "private key"),
    ("ssh2.txt", f"---- BEGIN SSH2 ENCRYPTED {KEY} ----\n{b64(90)}\n", "private key"),
    ("ta.txt", "-----BEGIN OpenVPN Static key V1-----\n" + hexed(32) + "\n", "private key"),
    *((f"{kind}.txt", token + "\n", "") for kind, token in TOKENS.items()),
    # configurations of programs
    ("cluster.txt", KUBE, "Kubernetes configuration"),
    ("s.yaml", f"apiVersion: v1\nkind: Secret\ndata:\n  password: {b64(9)}\n", "Kubernetes secret"),
    ("docker.json", json.dumps({"auths": {"ghcr.io": {"auth": b64(20)}}}), "Docker configuration"),
    ("gcp.txt", SERVICE, "private key"),
    (
        "adc.txt",
        json.dumps({"client_secret": fake(24), "refresh_token": "1//" + fake(30), "type": "x"}),
        "Google credentials",
    ),
    ("n.txt", f"machine example.org\n  login bob\n  password {PW}\n", "netrc"),
    ("n.txt", f"machine example.org login bob password {PW}\n" * 3, "netrc"),
    ("users.txt", "bob:$apr1$" + fake(8) + "$" + fake(22) + "\n", "password hashes"),
    ("users.txt", "bob:$2y$05$" + fake(53) + "\neve:{SHA}" + b64(20), "password hashes"),
    ("s.txt", f"root:$6${fake(8)}${fake(86)}:19000:0:99999:7:::\nbin:*:19000:0:99999:7:::\n", ""),
    ("g.txt", "root:*::\nsudo:!::bob\nadm:*::syslog,bob\n", "password hashes"),
    ("wg.txt", WIREGUARD, "WireGuard configuration"),
    ("office.txt", OPENVPN + "TUlJ\n</key>\n", "OpenVPN configuration"),
    ("r.txt", f"[drive]\ntype = drive\nscope = drive\npass = {fake(30)}\n", "rclone configuration"),
    ("state.json", TFSTATE, "Terraform state"),
    ("v.txt", f"Unseal Key 1: {b64(33)}\nInitial Root Token: hvs.{fake(24)}\n", "vault keys"),
    ("init.json", json.dumps({"unseal_keys_b64": [b64(33)], "root_token": "x"}), "vault keys"),
    ("vars.yml", "$ANSIBLE_VAULT;1.1;AES256\n" + hexed(80) + "\n", "Ansible vault"),
    ("w.nm", f"[connection]\nid=Home\ntype=wifi\n\n[wifi-security]\npsk={PW}\n", "Wi-Fi profile"),
    ("w.txt", f'ctrl_interface=/run/x\nnetwork={{\n ssid="h"\n psk="{PW}"\n}}\n', "Wi-Fi profile"),
    (
        "w.xml",
        f"<?xml version='1.0'?><WLANProfile><keyMaterial>{PW}</keyMaterial></WLANProfile>",
        "Wi-Fi profile",
    ),
    ("a.json", json.dumps({"http-basic": {"x.org": {"password": PW}}}), "Composer credentials"),
    ("m.xml", f"<settings><server><password>{PW}</password></server></settings>", "Maven settings"),
    (
        "n.config",
        "<configuration><packageSourceCredentials><x>"
        f'<add key="ClearTextPassword" value="{PW}" /></x></packageSourceCredentials>',
        "NuGet credentials",
    ),
    (
        "f.xml",
        f"<FileZilla3><Server><Pass>{b64(9)}</Pass></Server></FileZilla3>",
        "FileZilla sites",
    ),
    ("w.txt", f"[Sessions\\bob@x]\nHostName=x\nPassword={hexed(40)}\n", "WinSCP sessions"),
    (
        "pc.txt",
        f"screen mode id:i:2\nfull address:s:x\npassword 51:b:{hexed(40)}\n",
        "remote desktop",
    ),
    (
        "j.xml",
        "<com.cloudbees.plugins.credentials.SystemCredentialsProvider>"
        f"<password>{{{b64(20)}}}</password>",
        "Jenkins credentials",
    ),
    ("my.txt", f"[client]\nuser=root\npassword={PW}\n", "MySQL configuration"),
    (
        "s3.txt",
        f"[default]\nbucket = x\nsecret_key = {fake(40)}\nuse_https = True\n",
        "access token",
    ),
    ("npm.txt", f"//registry.npmjs.org/:_authToken={fake(36)}\n", "registry token"),
    ("gh.txt", f"github.com:\n    user: bob\n    oauth_token: gho_{fake(36)}\n", ""),
    ("cargo.txt", f'[registry]\ntoken = "cio{fake(32)}"\n', ""),
    ("wp.txt", f"<?php\ndefine('DB_PASSWORD', '{PW}');\n", "WordPress configuration"),
    ("rails.enc", f"{b64(60)}--{b64(12)}--{b64(16)}", "access token"),
    ("pg.txt", f"localhost:5432:shop:bob:{PW}\n*:*:*:eve:{PW}\n", "database passwords"),
    ("git.txt", f"https://bob:{fake(20)}@example.org\n", "address with a password"),
    ("db.txt", f"postgresql://bob:{PW}@db.example.org/shop\n", "address with a password"),
    ("db.txt", f"Server=x;Database=shop;User Id=sa;Password={PW};\n", "address with a password"),
    ("conf.txt", f"DB_HOST=x\nDB_USER=bob\nDB_PASSWORD={PW}\nAPI_KEY={fake(24)}\n", ""),
    ("conf.json", json.dumps({"user": "bob", "password": PW}), "password list"),
    ("pw.reg", f'password = "{PW}"\n', "password list"),
    # exports of password managers
    ("x.json", json.dumps({"encrypted": False, "items": [{"login": {}}]}), "Bitwarden export"),
    ("x.csv", f"name,url,username,password\nX,https://x.org,bob,{PW}\n", "password table"),
    ("x.csv", f'"url","username","password","httpRealm"\n"h","bob","{PW}",""\n', "password table"),
    ("x.csv", f"Title,URL,Username,Password,Notes,OTPAuth\nX,h,bob,{PW},,\n", "password table"),
    ("x.csv", f"url,username,password,totp,extra,name,grouping,fav\nh,b,{PW},,,,,0\n", ""),
    ("x.csv", f'"Account","Login Name","Password","Web Site"\n"X","bob","{PW}","h"\n', ""),
    ("x.csv", f"username,username2,title,password,note,url\nbob,,X,{PW},,h\n", "password table"),
    ("x.csv", f"folder,name,login_uri,login_username,login_password\n,X,h,bob,{PW}\n", ""),
    ("x.tsv", f"site\tuser\tpassword\nx.org\tbob\t{PW}\n", "password table"),
    ("x.md", f"# Logins\n\n| Site | User | Password |\n|---|---|---|\n| x | bob | {PW} |\n", ""),
    ("x.xml", "<?xml version='1.0'?>\n<KeePassFile><Root/></KeePassFile>", "KeePass export"),
    ("x.json", json.dumps({"AUTHENTIFIANT": [{"password": PW}]}), "Dashlane export"),
    ("x.json", json.dumps({"vaults": [{"loginFields": []}]}), "1Password export"),
    ("x.json", json.dumps({"encryptedUsername": "x", "encryptedPassword": "x"}), ""),
    # second factors
    ("t.txt", "otpauth" + "://totp/X:bob?secret=" + fake(32, "ABCDEFGH234567"), "TOTP seeds"),
    ("t.json", json.dumps({"version": 1, "header": {"slots": None}, "db": {}}), "Aegis vault"),
    ("t.json", json.dumps([{"secret": fake(32, "ABCDEFG234"), "issuer": "X", "digits": 6}]), ""),
    ("t.json", json.dumps({"services": [], "servicesEncrypted": "x"}), "TOTP seeds"),
    ("r.txt", "Backup codes\n\n" + "\n".join(hexed(8) for _ in range(10)), "recovery codes"),
    ("r.txt", "\n".join(f"{i}a{hexed(3)}-{hexed(4)}{i}" for i in range(10)), "recovery codes"),
    ("github recovery.md", "# Recovery codes\n\n" + "- 1a2b3-4c5d6\n" * 8, "recovery codes"),
    # cookies, histories, wallets
    ("c.txt", "# Netscape HTTP Cookie File\n\n.x.org\tTRUE\t/\tTRUE\t0\tsid\tx\n", "cookies"),
    ("c.txt", f".x.org\tTRUE\t/\tTRUE\t1790000000\tsid\t{fake(20)}\n" * 3, "cookies"),
    ("c.json", json.dumps([{"domain": ".x.org", "hostOnly": True, "httpOnly": True}]), "cookies"),
    ("c", b"SQLite format 3\0" + b"\0" * 84 + b"CREATE TABLE moz_cookies(id)", "cookies"),
    ("h.txt", ": 1700000000:0;ls\n: 1700000001:0;cd /\n", "shell history"),
    ("h.txt", "- cmd: ls\n  when: 1700000000\n", "shell history"),
    ("h.txt", "#1700000000\nls\n#1700000001\ncd /\n", "shell history"),
    ("h.txt", "_HiStOrY_V2_\nselect\\0401;\n", "shell history"),
    ("old commands.txt", HISTORY, "shell history"),
    ("s.txt", f"My wallet\n\n{SEED}\n", "wallet"),
    ("seed.txt", "\n".join(f"{i}. {w}" for i, w in enumerate(SEED.split(), 1)), "wallet"),
    ("ledger seed phrase.md", SEED + "\n", "wallet"),
    ("k", json.dumps({"version": 3, "crypto": {"ciphertext": "x", "kdf": "scrypt"}}), "wallet"),
    ("id.json", json.dumps([CHANCE.randrange(256) for _ in range(64)]), "wallet"),
    # lists of passwords
    ("p.txt", f"Gmail\nuser: bob@x.org\npass: {PW}\n\nBank\nuser: bob\npass: {fake(9)}1\n", ""),
    ("p.txt", f"WLAN Name: Home\nPasswort: {PW}\n", "password list"),
    ("p.txt", f"bob@x.org:{PW}\neve@x.org:{fake(9)}7\n", "password list"),
    ("passwords.md", f"# Passwords\n\n- netflix bob {PW}\n- bank / bob / x9{fake(8)}\n", ""),
    ("p.txt", "user: admin\npassword: letmein\n", "password list"),
    ("cards.txt", "Visa PIN: 0000\nSIM PIN = 1111\n", "password list"),
]

SECRET_NAMES = """
env.production .env.staging .env.local prod.env env.local .env-prod app.env.local dotenv
.docker/config.json .kube/config home/.kube/prod gcloud/credentials.db .aws/credentials
.config/rclone/rclone.conf .ssh/work gh/hosts.yml .cargo/credentials.toml .m2/settings.xml
.gnupg/trustdb composer/auth.json huggingface/token .gem/credentials
bash_history .zsh_history fish_history .python_history .psql_history .node_repl_history
.bash_history-2024 .sqlite_history ConsoleHost_history.txt .viminfo
id_rsa.bak id_ed25519_work id_rsa.old server.key.bak ssh_host_ed25519_key private.key
terraform.tfstate.backup prod.tfvars secrets.auto.tfvars terraform.tfstate.1700000000.backup
passwords.txt my-passwords.xlsx passwords-backup.csv password_list.txt Passwords_old.txt
backup-codes.txt recovery_codes.txt github-recovery-codes.txt google-backup-codes.txt
seed-phrase.txt wallet_backup_phrase.txt mnemonic.txt
bitwarden_export_20260101.json bitwarden_encrypted_export_2026.json lastpass_export.csv
1password_export.csv keepass_export.xml dashlane.csv aegis-export.json andotp-backup.json
Login+Data cookies.sqlite Cookies shadow gshadow shadow- shadow.bak
master.key credentials.yml.enc wp-config.php wp-config.php.bak .pgpass .my.cnf .mongorc.js
.s3cfg .boto sitemanager.xml recentservers.xml WinSCP.ini Home.nmconnection wpa_supplicant.conf
UTC--2026-01-01T00-00-00.000Z--fake credentials.xml hudson.util.Secret app-firebase-adminsdk-x.json
application_default_credentials.json .netrc.old credentials.csv secrets.prod.yaml .vault-token
krb5.keytab client.ovpn me.kdbx.bak
"""


@pytest.mark.parametrize(
    ("name", "content", "kind"), SECRETS, ids=[f"{n}-{i}" for i, (n, *_) in enumerate(SECRETS)]
)
def test_secrets_are_recognised(name: str, content: str | bytes, kind: str) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    reason = looks_secret(data, name)
    assert reason is not None
    assert kind in reason
    # A name that tells nothing is no help.
    assert kind == "" or looks_secret(data, name) == (
        f"looks like a secret ({kind}); use --include to index it anyway"
    )


@pytest.mark.parametrize("name", [name.replace("+", " ") for name in SECRET_NAMES.split()])
def test_names_of_secrets_are_recognised(name: str) -> None:
    assert not is_usual(name.rpartition("/")[2])
    assert secret_by_name(name) is not None


PROSE = (
    "A key file is a text file, and what stands between its two marked lines is the key. "
    "Whoever has it can log in, so it stays on the machine where it was made.\n\n"
)
ORDINARY: list[tuple[str, str]] = [
    (
        "ssh.md",
        "# SSH keys\n\n" + PROSE * 6 + "```\n" + pem(f"OPENSSH {KEY}", 200) + "```\n" + PROSE * 6,
    ),
    ("keys.md", "# Keys\n\nC major has no sharps. G major has one. The key of D has two.\n"),
    ("history.md", "# History\n\nThe town was founded in 1450.\n"),
    ("history.txt", "1450 the town is founded\n1622 the town burns\n"),
    ("python history.txt", "Python began in 1989.\nVersion 1.0 came in 1994.\n"),
    (
        "cookies recipe.txt",
        "Cookies\n200 g flour\n100 g butter\n1 egg\nbake at 180 C for 12 minutes\n",
    ),
    ("cookies.txt", "Oat cookies\n\n100 g oats\n80 g sugar\n2 eggs\n"),
    (
        "shadow.txt",
        "Shadow\n\nMy shadow follows me all day,\nand leaves me when the lamp is out.\n",
    ),
    ("env.md", "# The environment\n\nRivers and woods, and what we do with them.\n"),
    (
        "password policy.md",
        "# Password policy\n\nPasswords have 12 characters or more.\n- no names\n",
    ),
    (
        "passwords.md",
        "# Passwords\n\nUse a manager.\nNever write them down.\nChange leaked ones.\n",
    ),
    ("choosing good passwords.txt", "Take four words that do not belong together.\n"),
    (
        "minutes.md",
        "# Minutes\n\nPresent: Ann, Bob\nWi-Fi password: ask Bob\nNext meeting: Monday\n",
    ),
    ("p.csv", "system,password policy,owner\nERP,12 characters,Ann\nCRM,16 characters,Bob\n"),
    ("fields.csv", "field,username,password\ntype,string,string\nrequired,yes,yes\n"),
    ("p.csv", "user,name,password changed\nbob,Bob,2026-01-01\n"),
    ("fields.md", "| field | type |\n|---|---|\n| username | string |\n| password | string |\n"),
    ("config.json", json.dumps({"compilerOptions": {"strict": True}, "files": ["a.ts"]})),
    ("config.json", json.dumps({"auths": {}, "credsStore": "desktop"})),
    ("tokens.json", json.dumps({"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "[UNK]"})),
    ("tokenizer_config.json", json.dumps({"bos_token": "<|im_start|>", "max_tokens": 4096})),
    ("client.py", "import os\n\nTOKEN = os.environ['TOKEN']\nAPI_KEY = os.getenv('API_KEY')\n"),
    ("client.py", 'API_KEY = "your-api-key"\nclient = Client(api_key=API_KEY)\n'),
    ("auth.py", "def check(user, password):\n    token = make_token(user)\n    return token\n"),
    ("lexer.py", "TOKEN_PLUS = 1\nTOKEN_MINUS = 2\nTOKEN_STAR = 3\n"),
    ("forms.py", "password = forms.CharField()\nusername = forms.CharField()\n"),
    (
        "compose.yml",
        "services:\n  db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: ${PW}\n",
    ),
    ("values.yaml", 'password: ""\ntoken: ""\nsecretName: my-secret-1\n'),
    ("settings.ini", "[server]\nhost = localhost\nport = 80\npassword = <your password>\n"),
    (".env.example", "DB_PASSWORD=secret\nAPI_KEY=changeme\n"),
    (
        "wg.md",
        "# WireGuard\n\nThe file has two parts, and the first one holds a key of its own.\n\n"
        + WIREGUARD,
    ),
    ("kube.md", PROSE + "```yaml\n" + KUBE + "```\n"),
    ("deploy.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n"),
    ("map.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  color: blue\n"),
    ("netrc.md", "# netrc\n\nA line reads `machine host login user password word` in that file.\n"),
    ("htpasswd.md", PROSE + "The line then is `bob:$apr1$abcd$efgh`.\n" + PROSE),
    ("ansible.md", "# Vault\n\nSuch files begin with $ANSIBLE_VAULT; and a version.\n" + PROSE),
    ("jwt.md", PROSE + TOKENS["jwt"] + "\n\n" + PROSE * 2),
    ("aws.md", PROSE + "AKIAIOSFODNN7EXAMPLE\n\n" + PROSE),
    (
        "urls.md",
        "# Links\n\nhttps://example.org/a\nhttps://example.org:8080/b\nhttps://example.com/c\n",
    ),
    ("db.md", "Connect with postgres://user:password@localhost/db or by the socket.\n"),
    ("mails.csv", "name,email\nBob,bob@example.org\nEve,eve@example.org\n"),
    ("phones.txt", "Ann 0171 1234567\nBob 0172 7654321\nEve +49 30 123456\n"),
    ("isbn.txt", "978-3-16-148410-0\n978-0-306-40615-7\n978-1-4028-9462-6\n978-0-545-01022-1\n"),
    ("serials.txt", "Serial numbers\nA1234-B5678\nC1234-D5678\n"),
    ("sums.txt", f"{hexed(64)}  a.iso\n{hexed(64)}  b.iso\n"),
    ("uuid.txt", "123e4567-e89b-12d3-a456-426614174000\n"),
    ("shopping.txt", "milk bread butter eggs cheese apples pears plums rice beans tea salt\n"),
    ("seeds.txt", "Seeds\n\ntomato: March\npepper: February\nbeans: May\n"),
    (
        "seed list.md",
        "# Seed list\n\nThis spring we plant what was left over from the autumn before.\n",
    ),
    ("wallet.md", "# My lost wallet\n\nIt was brown, and in it were two cards and a picture.\n"),
    ("commands.md", "# Git\n\n- `git status` shows changes\n- `git log` shows commits\n"),
    ("setup.txt", "cd project\nmake\nmake test\nsudo make install\n"),
    ("build.sh", "#!/bin/sh\nset -e\ncd src\nmake\ncp a b\nexport TOKEN=$1\n"),
    ("state.json", json.dumps({"states": [{"name": "Ohio", "serial": 1}]})),
    ("package.json", json.dumps({"name": "x", "version": "1.0.0", "keywords": ["token"]})),
    (
        "openapi.json",
        json.dumps({"access_token": {"type": "string"}, "password": {"type": "string"}}),
    ),
    ("books.json", json.dumps({"items": [{"title": "The secret garden", "issuer": "X"}]})),
    ("settings.xml", "<settings><localRepository>/x</localRepository></settings>"),
    ("settings.xml", "<settings><server><password>${env.PW}</password></server></settings>"),
    ("page.html", "<html><form><input name=password type=password></form></html>"),
    ("wp.php", "<?php\ndefine('DB_PASSWORD', 'password_here');\n"),
    ("recovery.md", "# Recovery codes\n\nPrint the codes and keep them in a safe place at home.\n"),
    ("cards.txt", "Ace of spades: 11\nKing: 10\nPinning: 4\n"),
    ("keyboard.md", "Key: Action\nCtrl+C: copy\nCtrl+V: paste\n"),
    ("keymap.ini", "[keys]\ncopy = ctrl+c\npaste = ctrl+v\n"),
    ("pinout.txt", "Pin: 13\nPin 2: ground\nPin 4: 5V\nPin 7: reset\n"),
    ("de.po", 'msgid "Password"\nmsgstr "Passwort"\n\nmsgid "Token"\nmsgstr "Marke"\n'),
    ("messages.properties", "login.password=Password\nlogin.token=Token\nlogin.user=User\n"),
    ("en.json", json.dumps({"password": "Password", "token": "Access token", "pin": "Your PIN"})),
    ("zone.txt", "example.org. 3600 IN MX 10 mail.example.org.\n"),
    ("passwd.txt", "root:x:0:0:root:/root:/bin/bash\nbob:x:1000:1000::/home/bob:/bin/sh\n"),
    ("log.txt", "2026-01-01 user=bob token refreshed\n2026-01-02 user=eve password changed\n"),
    ("poem utf16.txt", "The key under the mat\n"),
    (
        "hotel.txt",
        "Hotel\nRoom 12, second floor\nBreakfast from seven to ten\nWi-Fi password: Sunny2024\n",
    ),
    ("rfc.txt", "Authorization: Basic credentials are sent in each request.\n" + PROSE),
    ("kdf.md", "# Key derivation\n\nThe parameters are `kdf`, `ciphertext` and `salt`.\n"),
]
ORDINARY_NAMES = """
history.md notes_history.txt fish_history.txt cookies.txt shadow.txt env.md env.py environment.yml
keys.md keys.txt config.json kube.md docker/config.json hosts.yml settings.xml auth.json
password-policy.pdf seeds.txt seed.md wallet.txt recovery.txt codes.txt recovery-plan.docx
passwords.md tokens.json token.txt secret-garden.txt secrets-of-the-sea.txt terraform.md
credentials.md .env.example .env.sample env.example prod.env.example id_rsa.pub id_rsa_notes.md
authy.md aegis.txt keepass.md monkey.txt shadow-play.txt cookies-recipe.txt network/cookies.txt
.ssh/README.md gh/readme.txt hub/notes.txt backup.txt copy.txt
"""


@pytest.mark.parametrize(
    ("name", "text"), ORDINARY, ids=[f"{name}-{i}" for i, (name, _) in enumerate(ORDINARY)]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_is_about_secrets_is_read(name: str, text: str, encoding: str) -> None:
    assert looks_secret(text.encode(encoding), name) is None
    assert looks_secret(text.encode(encoding)) is None


@pytest.mark.parametrize("name", ORDINARY_NAMES.split())
def test_names_of_documents_are_no_secrets(name: str) -> None:
    assert is_usual(name.rpartition("/")[2]) or secret_by_name(name) is None


@pytest.mark.parametrize(
    "line",
    [
        *("password=", "a" * 60_000, "a:" * 4_000, " " * 8_000, "a@a.a:" * 1_300, "x://y:" * 1_300),
        *(
            "abc " * 1_000,
            "1a2b3-4c5d6 " * 300,
            '"a": "b", ' * 6_000,
            "|password" * 900,
            "(" * 8_000,
        ),
        *("A b, " * 1_600, "-- a\n" * 1_500, "# a\n\n" * 12_000, "a=b\n" * 2_000, "token " * 1_300),
        *("[" * 8_000, "a.b" * 2_600, "-----BEGIN A-----" * 3_000, "LS0tLS1CRUdJTi" * 4_000),
    ],
)
def test_no_text_takes_long(line: str) -> None:
    for text in (
        line,
        f"password: {line}",
        f"passwords\n{line}",
        f"seed {line}",
        f"backup codes\n{line}",
    ):
        started = time.monotonic()
        looks_secret(text.encode(), "passwords.txt")
        secret_by_name(text)
        assert time.monotonic() - started < 0.5
