"""Names that only files with keys and passwords have."""

from __future__ import annotations

import os
import re

from .text import words

_SUFFIXES = tuple(
    words(
        ".pem .key .p8 .p12 .pfx .ppk .pvk .jks .jceks .bks .keystore .keytab .pkcs12 .jwk .jwt "
        ".kdb .kdbx .psafe3 .kwallet .keychain .keychain-db .1pif .1pux .agilekeychain .opvault "
        ".enpassdb .bcup .gpg .pgp .ovpn .tfstate .tfvars .tfvars.json .env .nmconnection .mafile "
        ".publishsettings .pubxml.user .rdg .remmina .htpasswd .htdigest .netrc .pgpass .aes256"
    )
)
_EXACT = words(
    # of programs that keep what logs them in
    ".netrc _netrc .authinfo .pgpass pgpass.conf .my.cnf .mylogin.cnf .myloginrc .git-credentials "
    ".npmrc .pypirc .dockercfg dockercfg .dockerconfigjson .s3cfg .boto .envrc .vault_pass "
    ".vault-token .vault-password vault_pass.txt .vault_password kubeconfig .kubeconfig "
    ".smbcredentials .cifscredentials .mongorc.js .mongoshrc.js .dbshell .rediscli_auth .esmtprc "
    ".msmtprc msmtprc .fetchmailrc .getmailrc .offlineimaprc .mbsyncrc .databrickscfg .sentryclirc "
    ".terraformrc terraform.rc credentials.tfrc.json .htpasswd htpasswd .htdigest htdigest "
    ".yarnrc.yml .s3ql .passwd-s3fs passwd-s3fs .ldappass .cvspass .hgrc .snowsql .gist "
    ".ngrok.yml ngrok.yml .tugboat .pivpnrc .kaggle kaggle.json rclone.conf .rclone.conf "
    "wpa_supplicant.conf chap-secrets pap-secrets ipsec.secrets racoon.psk shadow gshadow "
    "shadow- gshadow- master.passwd opasswd secring.gpg "
    "master.key credentials.yml.enc credentials credentials.db access_tokens.db adc.json "
    "application_default_credentials.json legacy_credentials accesstokens.json "
    "msal_token_cache.json azureprofile.json service_principal_entries.json "
    "credentials-config.json datasources.local.xml local.settings.json sftp-config.json "
    "sitemanager.xml recentservers.xml filezilla.xml winscp.ini confcons.xml credentials.xml "
    "hudson.util.secret initialadminpassword tomcat-users.xml unattend.xml autounattend.xml "
    "wp-config.php wp-config.php.bak wp-config.txt localsettings.php "
    # of browsers and wallets
    "wallet.dat key3.db key4.db logins.json logins-backup.json signons.sqlite cookies "
    "cookies.sqlite cookies.sqlite-wal cookies.db cookies.binarycookies "
    "extension_cookies safe_browsing_cookies multibit.wallet "
    "login_data login_data_for_account "
    # lists
    "accesskeys.csv rootkey.csv new_user_credentials.csv credentials.txt creds.txt creds.json "
    "logins.txt privatekey private.asc secret.asc secret-key.asc secretkey private_key.txt "
    "privatekey.txt private-key.txt secret_key.txt secret-key.txt secret_key_base "
    ".secret .secrets .secret_key .token .tokens .credentials .password .passwords .passwd "
    ".viminfo .lesshst .histfile .zhistory .rhistory .bash_sessions "
    "consolehost_history.txt dotenv .dotenv .env.js"
) | {"login data", "login data for account", "web data"}
_NAME = re.compile(
    r"""
    id_(rsa|dsa|ecdsa|ed25519)(_sk)?([-_@]\w[\w@-]*)?                # SSH
    | ssh_host_\w+_key
    | [._]?(bash|zsh|ksh|ash|fish|csh|tcsh|python|psql|mysql|mariadb|sqlite|node_repl|node|irb|pry
       |redis|rediscli|mongo|mongosh|mongosh_repl|php|scala|R|julia|ghci|gdb|influx|ipython|deno
       |cqlsh|lua|octave|units|clickhouse-client|usql|pgcli|mycli|sh|shell|zsh-)_history
       (-\d+)?
    | [._]?(bash|zsh|ksh|csh|tcsh|psql|mysql|node_repl|powershell)_history\.(txt|log)
    | \.\w+[_-]hist(ory)?
    | \.env(?!.*[._-](example|sample|template|tmpl|dist|defaults?)$)([._-].*)?
    | (.*\.)?env[._-](local|dev|devel|development|prod|production|stag(e|ing)|test|testing|ci|live
      |qa|uat|secrets?|private|docker|vault)(\.local|\.txt)?
    | .+\.env\.(local|txt|dev|prod|production|staging|test|enc)
    | (credentials?|creds|secrets?|client_secret.*|.*service[-_]account.*|.*firebase-adminsdk.*)
      \.(json|ya?ml|toml|ini|cfg|conf|properties|xml|csv|enc|plist)
    | (secrets?|credentials?|passwords?|vault)\.(prod|production|dev|staging|local|live)\.
      (json|ya?ml|toml|ini|cfg|conf|properties|xml|env)
    | (?!(.*[ _-])?(common|weak|strong|good|safe|secure|worst|about|choosing|managing|on|of|why)
         [ _-]passwords)
      (.*[ _-])?(passwords?([-_ ]?(list|backup|export|dump|old|new|\d{1,8}))|passwords
      |passw[oö]rter      |passwds?|logins[ _-]and[ _-]passwords|kennw[oö]rter|mots[ _-]de[ _-]passe
      |contrase[nñ]as|senhas|wachtwoorden)\.(txt|csv|tsv|xlsx?|ods|numbers|rtf|json|xml|db)
    | (.*[ _-])?((recovery|backup|rescue|scratch|emergency|2fa|mfa|otp|two[-_ ]factor)
      [-_ ]?(2fa[-_ ]?|mfa[-_ ]?)?(codes?|keys?|kit)|wiederherstellungscodes?
      |backup[-_ ]verification      [-_ ]codes?)([ _-].*)?\.(txt|csv|rtf|json|xlsx|ods)
    | (.*[ _-])?(seed|recovery|mnemonic|secret|wallet|backup)[-_ ]?(phrase|words|mnemonic)s?
      ([ _-].*)?\.(txt|csv|rtf|json)
    | (.*[ _-])?mnemonic\.(txt|csv|rtf|json)
    | (bitwarden|lastpass|1password|keepass(xc?)?|dashlane|nordpass|roboform|enpass|protonpass
       |proton[ _-]pass|andotp|otp_accounts|freeotp)[^.]*\.(csv|json|xml|aes)
    | (bitwarden|lastpass|1password|keepass(xc?)?|dashlane|nordpass|roboform|enpass|proton[ _-]?pass
       |keeper|logmeonce|zoho[ _-]vault|buttercup|safeincloud|sticky[ _-]?password|aegis|andotp
       |otp_accounts|2fas|raivo|freeotp|authy|google[ _-]authenticator|chrome|firefox|safari|edge)
      [ _-]?(.*[ _-])?(export|backup|vault|passwords?|otp)([ _-].*|\d.*)?
      \.(csv|json|xml|txt|zip|aes|html)
    | .*\.2fas
    | utc--\d{4}-\d\d-\d\dt.*
    | .*\.(private[-_]key|secret[-_]?key|privkey|priv)
    | (.*[ _-])?priv(ate)?[ _-]?key(\.(txt|asc|xml|json|der|bin))?
    | .*token\.(token|secret)
    | cookies[-_].*\.sqlite
    | wpa_supplicant[-_].*\.conf
    | terraform\.tfstate\..* | .*\.tfstate[._-](backup|bak|old|\d+.*)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_FOLDERS = {
    ".docker": "config.json",
    ".kube": "",
    "kube": "config",
    ".ssh": "",
    ".aws": "",
    "aws": "credentials",
    ".azure": "",
    ".oci": "",
    ".gnupg": "",
    "private-keys-v1.d": "",
    ".password-store": "",
    "keyrings": "",
    "gcloud": "credentials.db access_tokens.db adc.json .boto",
    "rclone": "rclone.conf",
    "gh": "hosts.yml",
    "glab-cli": "config.yml",
    "doctl": "config.yaml",
    ".cargo": "credentials credentials.toml",
    ".gem": "credentials",
    ".m2": "settings.xml settings-security.xml",
    ".gradle": "gradle.properties",
    "composer": "auth.json",
    ".composer": "auth.json",
    ".codex": "auth.json",
    "opencode": "auth.json",
    "huggingface": "token stored_tokens",
    ".kaggle": "kaggle.json",
    ".fly": "config.yml",
    ".cloudflared": "",
    ".vscode": "sftp.json",
    "op": "config",
    "stripe": "config.toml",
    "ngrok": "ngrok.yml",
    "filezilla": "",
    ".purple": "accounts.xml",
    ".irssi": "config",
    "weechat": "sec.conf",
    ".snowsql": "config",
    ".dbt": "profiles.yml",
    "solana": "id.json",
    ".electrum": "",
    "system-connections": "",
    ".jenkins": "credentials.xml",
    "secrets": "master.key hudson.util.secret",
}
"""Folder → names of files in it that are secrets; all of them if none is named.

What programs call documents (`README.md`) is read wherever it lies.
"""
_IN_FOLDERS = {folder: words(names) for folder, names in _FOLDERS.items()}
_WHOLE = re.compile(r"(?!.*\.(?:pub|md|txt|html?|js|py|java|kt|go|rs|c|h|ts|json|xml)$).*")
"""What is taken for a secret in a folder in which all files are."""
_COPY = re.compile(
    r"(?P<before>.+?)(?:[ _-]*(?:\(\d+\)|\(copy\)|- copy|copy|kopie)(?:[ _]\d+)?)(?P<suffix>\.\w+)?"
)
_BACKUP = re.compile(
    r"(.+?)(?:[._-](?:bak|old|orig|original|backup|back|save|saved|copy|\d{1,14}|\d{4}-\d\d-\d\d"
    r"|rpmsave|rpmnew|dpkg-old|dpkg-dist|disabled|gz|tmp)|~)+"
)


_LONGEST_NAME = 255
"""Of file systems; some patterns take long for longer ones."""


def is_secret_name(path: str) -> bool:
    """Tell whether a file of this name, perhaps with its folders, is always a secret."""
    *folders, name = path.lower().replace(os.sep, "/").split("/")
    if len(name) > _LONGEST_NAME:
        return False
    if _is_secret(name) or (folders and _is_secret_in(folders[-1], name)):
        return True
    if copy := _COPY.fullmatch(name):
        return _is_secret(copy["before"] + (copy["suffix"] or ""))
    backup = _BACKUP.fullmatch(name)
    return backup is not None and _is_secret(backup[1])


def _is_secret(name: str) -> bool:
    return name in _EXACT or name.endswith(_SUFFIXES) or _NAME.fullmatch(name) is not None


def _is_secret_in(folder: str, name: str) -> bool:
    names = _IN_FOLDERS.get(folder)
    if names is None:
        return False
    return name in names if names else _WHOLE.fullmatch(name) is not None
