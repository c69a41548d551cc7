"""What single values must look like: addresses, host names, header names, globs, hashes.

Each check gives a reason to refuse the text, or an empty string, and never quotes the text.
"""

from __future__ import annotations

import re
from typing import Final

_HOST: Final = re.compile(r"[A-Za-z0-9.:_\-]+(/\d{1,3})?")
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~\-]{1,100}")  # RFC 9110, token
_HASH: Final = re.compile(r"[A-Za-z0-9:_\-]{8,128}")
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9#+._\-]{1,60}|\*")
_DURATION: Final = re.compile(r"-?\d+(\.\d+)?(ms|s|m|h)?")
_NAME: Final = re.compile(r"[A-Za-z0-9_.\-]{1,60}")
_WILDCARD: Final = re.compile(r"(?<![^/])\*\*(?![^/])|\*")
_EASY_ENDS: Final = re.compile(r"\A\*\*/|/\*\*\Z|\*\Z")  # nothing is tried twice for these
PROVIDER_ID: Final = re.compile(r"[a-z0-9][a-z0-9_\-]{0,40}")

KEY_HEADERS: Final = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie"}
)
_FRAMING_HEADERS: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "upgrade"}
)

MOST_WILDCARDS: Final = 2
"""In a glob. Each one more multiplies the time that a path made to fit badly takes, by its length:
2 took 2 ms, 3 took 200, 4 took seconds."""


def base_url(text: str) -> str:
    """A provider's address: http, https or a Unix socket, without credentials or query."""
    from urllib.parse import urlsplit

    if text.startswith("unix:/"):
        return ""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where the port is no number
    except ValueError:
        return "expects an address such as http://127.0.0.1:11434"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "expects an address that starts with http:// or https://"
    if parts.username is not None or parts.password is not None:
        return "holds a user name or password; keys belong in the keychain (codegrex-lsp keys set)"
    if parts.query or parts.fragment or any(mark in text for mark in " \\?#"):
        return "expects an address without query, fragment, spaces and back-slashes"
    return ""


def proxy(text: str) -> str:
    """Empty, `env`, or the address of an HTTP proxy."""
    if text in ("", "env") or re.fullmatch(r"https?://[^\s/\\?#]+/?", text):
        return ""
    return "expects env, or an address such as http://proxy.example:3128"


def below(text: str) -> str:
    """Empty, or the path of a file below a folder of ours."""
    parts = re.split(r"[/\\]", text)
    odd = parts[0].endswith(":") or not all(parts) or not {".", ".."}.isdisjoint(parts)
    if text and (odd or not text.isprintable()):
        return "expects a path below the config folder, such as keys.toml"
    return ""


def private_host(text: str) -> str:
    """A host name, an address, or a network in CIDR form."""
    if not _HOST.fullmatch(text):
        return "expects a host name, an address or a network such as 10.1.0.0/16, without scheme"
    if "/" not in text:
        return ""
    import ipaddress

    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return "expects a network such as 10.1.0.0/16"
    return "" if network.is_private else "this network is not private, so it can not count as local"


def header_name(text: object) -> str:
    """An extra header that carries neither a key nor the framing of the request."""
    if not isinstance(text, str) or not _HEADER.fullmatch(text):
        return "this is not a header's name"
    if text.lower() in KEY_HEADERS:
        return "this header carries a key; keys belong in the keychain (codegrex-lsp keys set)"
    if text.lower() in _FRAMING_HEADERS:
        return "this header is set by the connection itself"
    return ""


def glob(text: str) -> str:
    """A gitignore-style pattern."""
    if not 1 <= len(text) <= 500 or not text.strip():
        return "expects a pattern such as secrets/** of at most 500 characters"
    if text.startswith(("!", "#")):
        return "expects a pattern without ! or # in front: it can not be turned round"
    if "[[" in text or "[:" in text:
        return r"holds [[ or [:; write a range such as [a-z], or \[ for the character itself"
    if len(_WILDCARD.findall(_EASY_ENDS.sub("", text))) > MOST_WILDCARDS:
        return (
            f"holds too many *; at most {MOST_WILDCARDS} may stand between a **/ in front and a * "
            "or /** at the end"
        )
    return ""


def keyed_hash(text: str) -> str:
    """As `codegrex.allowValue` writes it."""
    return "" if _HASH.fullmatch(text) else "expects a keyed hash as CodeGrex writes it"


def language(text: object) -> str:
    """A language id, or `*` for every language that is not named."""
    good = isinstance(text, str) and _LANGUAGE.fullmatch(text)
    return "" if good else "expects a language id such as python"


def duration(text: str) -> str:
    """Ollama's `keep_alive`: a number of seconds or a duration."""
    good = text == "" or _DURATION.fullmatch(text)
    return "" if good else "expects a duration such as 10m, or -1 for always"


def short_name(text: str) -> str:
    """A name that may be shown in problems and findings."""
    good = _NAME.fullmatch(text)
    return "" if good else "expects 1 to 60 letters, digits, dots, dashes and underscores"


def provider_id(text: str) -> str:
    """A provider's id."""
    good = PROVIDER_ID.fullmatch(text)
    return "" if good else "expects a provider id: lower-case letters, digits, dashes, underscores"
