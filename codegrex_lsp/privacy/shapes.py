"""Shapes: what a placeholder looks like, so that code around it stays valid.

    any secret, name, phone …     cg_<word>_<8 hex>
    e-mail                        cg_user_<8 hex>@redacted.invalid   (RFC 2606)
    IPv4                          an address of 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24 (5737)
    IPv6                          an address of 2001:db8::/32        (RFC 3849)
    digits only                   as many digits, with a check digit that is wrong

Everything follows from a keyed digest of the value: the same value gives the same placeholder
across requests and restarts, and nobody without the key can test a guess against one.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from types import MappingProxyType
from typing import Final

from codegrex_lsp.privacy.detect.personal.sums import luhn

WORD_OF_TYPE: Final = MappingProxyType(
    {
        "email": "user",
        "user-name": "user",
        "ip-address": "ip",
        "phone": "phone",
        "credit-card": "card",
        "iban": "iban",
        "us-ssn": "ssn",
        "crypto-wallet": "wallet",
        "private-key": "key",
        "control-token": "token",
    }
)
"""Type of a span → the word in its placeholder; every other type is a `secret`."""

WORDS: Final = frozenset({*WORD_OF_TYPE.values(), "secret"})

MARKER: Final = re.compile(rf"cg_(?:{'|'.join(sorted(WORDS))})_[0-9a-f]{{8}}", re.IGNORECASE)
"""Anything of our own shape, issued or invented."""

_NETS: Final = ("192.0.2.", "198.51.100.", "203.0.113.")


def candidate(key: bytes, value: str, kind: str, attempt: int) -> str:
    """The placeholder for `value` at its `attempt`-th try.

    Args:
        key: Secret of the workspace, any length.
        value: What is to be hidden.
        kind: Type of the span that found it.
        attempt: 0 first; counts up where a placeholder is taken.
    """
    word = WORD_OF_TYPE.get(kind, "secret")
    message = f"{word}\0{attempt}\0{value}".encode("utf-8", "surrogatepass")
    digest = hmac.new(key, message, hashlib.sha256).digest()
    if kind == "email":
        return f"cg_user_{digest[:4].hex()}@redacted.invalid"
    if kind == "ip-address" and attempt < 32:
        return _address(digest, value)
    if len(value) >= 5 and value.isascii() and value.isdigit() and attempt < 32:
        return _digits(digest, len(value))
    return f"cg_{word}_{digest[:4].hex()}"


def guessable(placeholder: str) -> bool:
    """Whether such a string may stand in somebody's text by itself, as digits may.

    It must then be looked for before it is used.
    """
    return not placeholder.startswith("cg_")


def _address(digest: bytes, value: str) -> str:
    if ":" in value:
        tail = int.from_bytes(digest[:8], "big")
        return str(ipaddress.IPv6Address((0x20010DB8 << 96) | tail))
    return f"{_NETS[digest[0] % len(_NETS)]}{digest[1] % 254 + 1}"


def _digits(digest: bytes, length: int) -> str:
    """Digits that no check accepts: group 00 for nine of them, a wrong Luhn digit for all."""
    number = str(int.from_bytes(digest * (length // 70 + 1), "big"))
    body = "9" + number[: length - 1].rjust(length - 1, "7")
    if length == 9:
        body = body[:3] + "00" + body[5:]
    if luhn(body):
        body = body[:-1] + str((int(body[-1]) + 1) % 10)
    return body
