"""TLS: 1.2 or newer, certificate and name checked, and whose word counts.

The system's certificates do, and beside them those of `network.caBundle`. On macOS and Windows the
system itself judges (`truststore`). Elsewhere that package would read the distribution's file anew
for each connection, 30 to 50 ms on the event loop, so the same files are read here, once.
"""

from __future__ import annotations

import re
import ssl
import sys
from pathlib import Path
from typing import Final

import certifi

from codegrex_lsp.errors import ConfigurationError

SYSTEM_JUDGES: Final = sys.platform in ("darwin", "win32")

_FILES: Final = (
    "/etc/ssl/cert.pem",  # Alpine, Arch, BSD
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, RHEL
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/ssl/ca-bundle.pem",  # SUSE
)
"""Where distributions keep theirs, for a Python whose OpenSSL was built to look elsewhere."""

_HASHED: Final = re.compile(r"[0-9a-f]{8}\.[0-9]+")  # how OpenSSL names the files of a folder


def context(ca_bundle: str, *, system_judges: bool = SYSTEM_JUDGES) -> ssl.SSLContext:
    """A context for connections of ours.

    Neither `ssl.create_default_context` nor `truststore`'s injection, which write session keys
    where SSLKEYLOGFILE says.

    Args:
        ca_bundle: `network.caBundle`, or empty.
        system_judges: Whether the system verifies certificates by itself.

    Raises:
        ConfigurationError: The bundle can not be used.
    """
    made: ssl.SSLContext
    if system_judges:
        import truststore

        made = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        _load_distribution(made)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_bundle:
        _load_bundle(made, ca_bundle)
    return made


def store() -> str:
    """Whose certificates count beside the bundle, for people."""
    if SYSTEM_JUDGES:
        return "the system's own"
    return "the system's" if _by_openssl() or _file() else "those that come with CodeGrex"


def _load_distribution(made: ssl.SSLContext) -> None:
    if _by_openssl():
        made.set_default_verify_paths()
    else:
        made.load_verify_locations(cafile=_file() or certifi.where())


def _by_openssl() -> bool:
    """Whether OpenSSL finds some by itself; SSL_CERT_FILE and SSL_CERT_DIR count here."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        return True
    folder = Path(paths.capath) if paths.capath else None
    try:
        return folder is not None and any(_HASHED.fullmatch(one.name) for one in folder.iterdir())
    except OSError:
        return False


def _file() -> str:
    return next((file for file in _FILES if Path(file).is_file()), "")


def _load_bundle(made: ssl.SSLContext, ca_bundle: str) -> None:
    path = Path(ca_bundle).expanduser()
    if not path.is_absolute():  # it would be looked for in whatever folder is the current one
        raise _unusable("must be given with its whole path")
    if not path.is_file():
        raise _unusable("is not there")
    try:
        made.load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError):
        raise _unusable("can not be read as certificates") from None


def _unusable(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The file in network.caBundle {why}.",
        fix="Point it at a PEM file, or remove it: the system's count anyway.",
    )
