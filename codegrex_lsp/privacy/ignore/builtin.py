"""The built-in list: files that hold credentials by their very name.

A row is a pattern in gitignore syntax, a reason, a path it must catch and a path it must leave
alone. Unlike in an ignore file, a row without a trailing `/` speaks of files only and a row with
one of folders; a row with a slash inside matches at any depth. A later row wins, so exceptions
(`!`) stand after what they narrow. Names are compared as `spelling.plain` gives them: in lower
case, whatever the file system.

Names that are also usual for source code (`credentials`, `secrets`) are held to data formats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from codegrex_lsp.privacy.ignore.spelling import Place
from codegrex_lsp.privacy.ignore.wildmatch import Pattern, any_of, parse

DATA: Final = frozenset(
    {
        *("json", "yaml", "yml", "toml", "ini", "cfg", "conf", "config", "properties", "xml"),
        *("plist", "txt", "csv", "tsv", "env", "db", "sqlite", "bak", "old"),
    }
)
"""Extensions of files that hold values rather than code."""

EXAMPLES: Final = frozenset({"example", "sample", "template"})
"""Words in a name that say that its values are made up."""


@dataclass(frozen=True, slots=True)
class Row:
    """One built-in rule.

    Attributes:
        pattern: gitignore syntax, lower case.
        reason: What such a file holds, for people.
        catches: A path that it must match, or empty for an exception.
        spares: A look-alike that no row may match.
        data_only: It speaks of files with a `DATA` extension and no word of `EXAMPLES` only.
    """

    pattern: str
    reason: str
    catches: str = ""
    spares: str = ""
    data_only: bool = False

    def speaks_of(self, name: str) -> bool:
        """Whether a name that fits the pattern is of the sort that the row is about."""
        if not self.data_only:
            return True
        words = re.split(r"[-_.]", name)
        return words[-1] in DATA and EXAMPLES.isdisjoint(words)


ROWS: Final = (
    # Environment files
    Row("*.env", "environment variables", "docker/prod.env", "src/env.ts"),
    Row(".env*", "environment variables", ".env.production", "env.py"),
    Row(".env*/", "folder of environment files", ".envs/.local/.django", "environments/dev.py"),
    Row("!.env.example", "examples hold no values", spares=".env.example"),
    Row("!.env.sample", "examples hold no values", spares=".env.sample"),
    Row("!.env.template", "examples hold no values", spares="app/.env.template"),
    Row("proc/*/environ", "environment of a running program", "/proc/1/environ", "proc/environ.c"),
    # Private keys
    Row("*.pem", "private key or certificate", "tls/server.pem", "pem.py"),
    Row("*.key", "private key", "tls/server.key", "key.go"),
    Row("*.ppk", "PuTTY private key", "me.ppk"),
    Row("*.p8", "private key", "AuthKey_1.p8"),
    Row("*.pk8", "private key", "app.pk8"),
    Row("*.pvk", "private key", "app.pvk"),
    Row("*.kbx", "GnuPG key box", "pubring.kbx"),
    Row("secring.*", "GnuPG secret keys", "secring.gpg"),
    Row("*_rsa", "SSH private key", "deploy_rsa", "crypto_rsa.c"),
    Row("*_ecdsa", "SSH private key", "deploy_ecdsa", "test_ecdsa.py"),
    Row("*_ed25519", "SSH private key", "deploy_ed25519", "ed25519.rs"),
    Row("id_rsa*", "SSH private key", "id_rsa", "grid_rsa.py"),
    Row("id_dsa*", "SSH private key", "id_dsa.bak"),
    Row("id_ecdsa*", "SSH private key", "id_ecdsa_sk"),
    Row("id_ed25519*", "SSH private key", "keys/id_ed25519_work"),
    Row("ssh_host_*_key", "SSH host key", "ssh_host_rsa_key"),
    Row("!id_*.pub", "public keys may be read", spares="id_rsa.pub"),
    Row("wg[0-9]*.conf", "WireGuard private key", "wg0.conf", "wg.conf.go"),
    # Keystores and password safes
    Row("*.p12", "keystore", "app.p12"),
    Row("*.pfx", "keystore", "app.pfx"),
    Row("*.jks", "Java keystore", "release.jks"),
    Row("*.keystore", "Java keystore", "debug.keystore", "keystore.java"),
    Row("*.truststore", "Java keystore", "app.truststore"),
    Row("*.bks", "Java keystore", "app.bks"),
    Row("*.kdb", "KeePass safe", "me.kdb"),
    Row("*.kdbx", "KeePass safe", "me.kdbx"),
    Row("*.psafe3", "Password Safe", "me.psafe3"),
    Row("*.keychain", "macOS keychain", "login.keychain"),
    Row("*.keychain-db", "macOS keychain", "login.keychain-db", "keychain.swift"),
    Row("*.agilekeychain/", "1Password vault", "me.agilekeychain/data/default/1.js"),
    Row("*.opvault/", "1Password vault", "me.opvault/default/profile.js"),
    Row("*.1pif", "1Password export", "export.1pif"),
    Row("*.ovpn", "VPN profile with keys", "office.ovpn"),
    Row("wallet.dat", "cryptocurrency wallet", "wallet.dat", "wallet.py"),
    Row(".password-store/", "pass store", ".password-store/mail.gpg"),
    # Folders of cloud and key tools
    Row(".aws/", "AWS command line", ".aws/config", "aws/main.tf"),
    Row(".azure/", "Azure command line", ".azure/azureProfile.json", "azure/main.bicep"),
    Row(".gcloud/", "Google Cloud command line", ".gcloud/legacy.json"),
    Row(".config/gcloud/", "Google Cloud command line", ".config/gcloud/access_tokens.db"),
    Row("appdata/roaming/gcloud/", "Google Cloud command line", "AppData/Roaming/gcloud/a.db"),
    Row(".kube/", "Kubernetes credentials", ".kube/config", "kube/deploy.yaml"),
    Row(".oci/", "Oracle Cloud command line", ".oci/config"),
    Row(".aliyun/", "Alibaba Cloud command line", ".aliyun/config.json"),
    Row(".bluemix/", "IBM Cloud command line", ".bluemix/config.json"),
    Row(".config/doctl/", "DigitalOcean command line", ".config/doctl/config.yaml"),
    Row(".ssh/", "SSH keys and hosts", ".ssh/config", "ssh/client.go"),
    Row(".gnupg/", "GnuPG keys", ".gnupg/trustdb.gpg"),
    Row(".docker/config.json", "registry log-ins", ".docker/config.json", ".docker/Dockerfile"),
    Row(".dockercfg", "registry log-ins", ".dockercfg"),
    Row(".dockerconfigjson", "registry log-ins", ".dockerconfigjson"),
    # Log-ins of tools
    Row(".netrc", "log-ins", ".netrc"),
    Row("_netrc", "log-ins", "_netrc"),
    Row(".npmrc", "npm token", "packages/ui/.npmrc", "npmrc.md"),
    Row(".pypirc", "PyPI token", ".pypirc"),
    Row(".git-credentials", "Git log-ins", ".git-credentials", ".gitattributes"),
    Row(".git/config", "remotes with log-ins", ".git/config", ".git/description"),
    Row(".config/git/credentials", "Git log-ins", ".config/git/credentials"),
    Row(".config/gh/hosts.yml", "GitHub token", ".config/gh/hosts.yml", "inventory/hosts.yml"),
    Row(".config/hub", "GitHub token", ".config/hub"),
    Row(".config/glab-cli/config.yml", "GitLab token", ".config/glab-cli/config.yml"),
    Row(".cargo/credentials", "crates.io token", ".cargo/credentials", ".cargo/config.toml"),
    Row(".gem/credentials", "RubyGems token", ".gem/credentials"),
    Row(".composer/auth.json", "Composer log-ins", ".composer/auth.json", "locales/en/auth.json"),
    Row(".m2/settings*.xml", "Maven log-ins", ".m2/settings-security.xml", "app/settings.xml"),
    Row(".gradle/gradle.properties", "Gradle log-ins", ".gradle/gradle.properties"),
    Row(".htpasswd", "password hashes", ".htpasswd", ".htaccess"),
    Row("etc/shadow", "password hashes", "/etc/shadow", "src/shadow.py"),
    Row("pgpass.conf", "PostgreSQL passwords", "pgpass.conf"),
    Row(".my.cnf", "MySQL password", ".my.cnf", "my.cnf"),
    Row(".mylogin.cnf", "MySQL password", ".mylogin.cnf"),
    Row(".boto", "AWS keys", ".boto"),
    Row(".s3cfg", "S3 keys", ".s3cfg"),
    Row("rclone.conf", "rclone remotes", ".config/rclone/rclone.conf"),
    Row(".databrickscfg", "Databricks token", ".databrickscfg"),
    Row("kaggle.json", "Kaggle key", "kaggle.json"),
    Row("huggingface/token", "Hugging Face token", ".cache/huggingface/token"),
    Row(".vault-token", "Vault token", ".vault-token"),
    Row(".vault[-_]pass*", "Ansible vault password", ".vault_pass.txt", "vault_pass.py"),
    Row(".terraformrc", "Terraform token", ".terraformrc", "main.tf"),
    Row("terraform.rc", "Terraform token", "terraform.rc"),
    Row(".ftpconfig", "FTP log-in", ".ftpconfig"),
    Row("sftp-config.json", "SFTP log-in", "sftp-config.json"),
    Row(".vscode/sftp.json", "SFTP log-in", ".vscode/sftp.json", ".vscode/settings.json"),
    Row("local.settings.json", "Azure Functions secrets", "local.settings.json", "settings.json"),
    Row("*.publishsettings", "Azure publishing log-in", "app.publishsettings"),
    Row("*.pgpass", "PostgreSQL passwords", ".pgpass"),
    Row("*.kubeconfig", "Kubernetes credentials", "prod.kubeconfig"),
    Row("kubeconfig", "Kubernetes credentials", "kubeconfig", "kubeconfig.go"),
    # Credentials and tokens saved as data
    Row("credentials*.*", "credentials", "credentials-prod.json", "app/credentials.py", True),
    Row("*[-_.]credentials.*", "credentials", "gcp_credentials.json", "a_credentials.rb", True),
    Row("secrets.*", "secrets", "config/secrets.prod.yml", "config/secrets.example.yml", True),
    Row("secrets[-_]*.*", "secrets", "secrets-prod.yaml", "src/secrets/index.ts", True),
    Row("kubeconfig*.*", "Kubernetes credentials", "kubeconfig-a.yaml", "kubeconfig.go", True),
    Row("password.*", "password", "password.txt", "password.ts", True),
    Row("passwords.*", "passwords", "passwords.csv", "passwords.go", True),
    Row("api[-_]key*.*", "API key", "api_keys.json", "api_key.py", True),
    Row("apikey*.*", "API key", "apikey.txt", "apikey.js", True),
    Row(".credentials", "credentials", ".credentials"),
    Row(".secrets", "secrets", ".secrets", "secrets/readme.md"),
    Row(".apikey", "API key", ".apikey"),
    Row("*.token", "token", "deploy.token", "token.rs"),
    Row("token.txt", "token", "token.txt", "token.json"),
    Row("*service[-_]account*.json", "Google service account", "my-service-account-1.json"),
    Row("*serviceaccount*.json", "Google service account", "serviceAccountKey.json"),
    Row("*firebase-adminsdk*.json", "Google service account", "app-firebase-adminsdk-x.json"),
    Row("client[-_]secret*.json", "OAuth client secret", "client_secret_1.json"),
    Row("*accesskeys.csv", "AWS keys", "me_accessKeys.csv", "access_keys.py"),
    Row("rootkey.csv", "AWS keys", "rootkey.csv"),
    # Infrastructure state
    Row("*.tfstate", "Terraform state holds secrets in clear", "terraform.tfstate"),
    Row("*.tfstate.*", "Terraform state holds secrets in clear", "terraform.tfstate.backup"),
    Row("*.tfvars", "Terraform values", "prod.auto.tfvars", "variables.tf"),
    Row("*.tfvars.json", "Terraform values", "prod.tfvars.json", "terraform.tfvars.example"),
    # What was typed
    Row(".*_history", "commands as typed", ".bash_history", "git_history.py"),
    Row(".zhistory", "commands as typed", ".zhistory"),
    Row(".histfile", "commands as typed", ".histfile"),
    Row("fish_history", "commands as typed", ".local/share/fish/fish_history"),
    Row("consolehost_history.txt", "commands as typed", "ConsoleHost_history.txt", "history.txt"),
    Row(".dbshell", "commands as typed", ".dbshell"),
    Row(".lesshst", "commands as typed", ".lesshst"),
    Row(".viminfo", "text as typed", ".viminfo", ".vimrc"),
)


@cache
def _rules() -> dict[bool, list[tuple[Row, Pattern]]]:
    """Rows for files (False) and for folders (True), latest first.

    Made at the first question: start-up does without.
    """
    rules: dict[bool, list[tuple[Row, Pattern]]] = {False: [], True: []}
    for row in reversed(ROWS):
        body = row.pattern.removeprefix("!")
        anywhere = "**/" if "/" in body.rstrip("/") else ""
        pattern = parse(f"{'!' * row.pattern.startswith('!')}{anywhere}{body}")
        if pattern is None:
            raise AssertionError(f"the built-in list holds an empty pattern: {row.reason}")
        rules[pattern.folders_only].append((row, pattern))
    return rules


def matches(path: Place, *, is_folder: bool) -> Iterator[tuple[int, Row]]:
    """Each component of `path` that the list excludes: its depth (1 for the first), and the row.

    Ancestors count: a folder that is excluded takes what is below it along.
    """
    names = path.plain
    for depth in range(1, len(names) + 1):
        row = _excluding(names[:depth], is_folder=is_folder or depth < len(names))
        if row is not None:
            yield depth, row


@lru_cache(maxsize=4096)
def _excluding(names: tuple[str, ...], *, is_folder: bool) -> Row | None:
    """The row that excludes the last of these names; the folders of many files are the same."""
    path, name = "/".join(names), names[-1]
    if not _any(is_folder=is_folder)(path):
        return None
    for row, pattern in _rules()[is_folder]:
        if pattern.matches(path, name, is_folder=is_folder) and row.speaks_of(name):
            return None if pattern.negated else row
    return None


@cache
def _any(*, is_folder: bool) -> Callable[[str], object]:
    """A test that every path passes which some row excludes; most of all paths do not."""
    rows = [pattern for _, pattern in _rules()[is_folder] if not pattern.negated]
    by_name = any_of(pattern for pattern in rows if pattern.by_name)
    by_path = any_of(pattern for pattern in rows if not pattern.by_name)
    return lambda path: by_name(path.rpartition("/")[2]) or by_path(path)
