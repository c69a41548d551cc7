"""Shapes: what a placeholder looks like, so that code around it stays valid.

    any secret, name, phone …   cg_<word>_<8 hex>
    e-mail                      cg_user_<8 hex>@redacted.invalid   (RFC 2606)
    IPv4                        an address of 192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24 (5737)
    IPv6                        an address of 2001:db8::/32        (RFC 3849)
    MAC                         00-00-5E-00-53-xx as it is written (RFC 9542)
    UUID                        a UUID of version 8                (RFC 9562)
    digits                      as many digits, with a check digit that is wrong (from 4 on)
    card, US SSN                the same in the same groups; no SSN has group 00
    hexadecimal                 as many hexadecimal digits, in the same case (16 to 512)
    date of birth               a day of the nineteenth century, in the same order

Everything follows from a keyed digest of the value: the same value gives the same placeholder
across requests and restarts, and nobody without the key can test a guess against one.

Phone numbers stay words: few are reserved, and code passes them on without reading them. A private
key has a word for each line, where one word for all would be shorter: so the lines keep their
number, quotes and joins, and come back one by one however an answer is cut.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import uuid
from types import MappingProxyType
from typing import Final

from codegrex_lsp.privacy.detect.personal.sums import luhn
from codegrex_lsp.privacy.redacted import Kind

WORD_OF_TYPE: Final = MappingProxyType(
    {
        "email": "user",
        "user-name": "user",
        "person": "name",
        "ip-address": "ip",
        "phone": "phone",
        "credit-card": "card",
        "iban": "iban",
        "us-ssn": "ssn",
        "street-address": "address",
        "date-of-birth": "date",
        "crypto-wallet": "wallet",
        "private-key": "key",
    }
)
"""Type of a span → the word in its placeholder."""

WORD_OF_KIND: Final = MappingProxyType({"secret": "secret", "pii": "id", "control": "token"})
"""The word for every other type."""

WORDS: Final = frozenset({*WORD_OF_TYPE.values(), *WORD_OF_KIND.values()})

HOST: Final = "@redacted.invalid"
"""What follows the name in a placeholder for an e-mail address."""

MARKER: Final = re.compile(
    rf"cg_(?:{'|'.join(sorted(WORDS))})_[0-9a-f]{{8}}", re.IGNORECASE | re.ASCII
)
"""Anything of our own shape, issued or invented."""

SHORTEST_DIGITS: Final = 4
SHORTEST_HEX: Final = 16
LONGEST_SHAPED: Final = 512
"""Characters up to which digits stay digits: longer than any key that is written so. It bounds what
the restorer holds back."""

_NETS: Final = ("192.0.2.", "198.51.100.", "203.0.113.")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DIGITS: Final = re.compile(r"[0-9]+(?:_[0-9]+)*")
_GROUPS: Final = re.compile(r"[0-9]+(?:[ _-][0-9]+)*")
_HEX: Final = re.compile(r"(0[xX](?=.{6}))?([0-9a-f]+|[0-9A-F]+)")
_DATE: Final = re.compile(r"\d{4}([-/.])\d\d\1\d\d|\d\d([-/.])\d\d\2\d{4}", re.ASCII)
_MAC: Final = re.compile(
    r"[0-9A-Fa-f]{2}(?P<mark>[:-])(?:[0-9A-Fa-f]{2}(?P=mark)){4}[0-9A-Fa-f]{2}"
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}"
)
_GROUPED: Final = frozenset({"credit-card", "us-ssn"})
TRIES: Final = 8
"""After as many that were taken, a value gets a placeholder of the plain shape."""


def candidate(key: bytes, value: str, kind: Kind, type: str, attempt: int) -> str:
    """The placeholder for `value` at its `attempt`-th try.

    Args:
        key: Secret of the workspace, any length.
        value: What is to be hidden.
        kind: As in `Span`, or `control`.
        type: Of the span that found it.
        attempt: 0 first; counts up where a placeholder is taken.
    """
    word = WORD_OF_TYPE.get(type, WORD_OF_KIND[kind])
    message = f"{word}\0{attempt}\0{value}".encode("utf-8", "surrogatepass")
    digest = hmac.digest(key, message, "sha256")
    name = f"cg_{word}_{digest[:4].hex()}"
    if type == "email":
        return name + HOST
    if kind == "control" or attempt >= TRIES:
        return name
    return _same_form(digest, value, kind, type) or name


def guessable(placeholder: str) -> bool:
    """Whether such a string may stand in somebody's text by itself, as digits may.

    It must then be looked for before it is used.
    """
    return not placeholder.startswith("cg_")


def _same_form(digest: bytes, value: str, kind: Kind, type: str) -> str:
    """A stand-in that code reads as it reads the value, or an empty string."""
    if len(value) > LONGEST_SHAPED:
        return ""
    if type == "ip-address":
        return _address(digest, value)
    if type == "date-of-birth" and _DATE.fullmatch(value):
        return _date(digest, value)
    if type == "mac-address" and _MAC.fullmatch(value):
        return _spread(f"00005E0053{digest[0]:02X}", value)
    if _UUID.fullmatch(value):
        return _uuid(digest, value)
    if (_GROUPS if type in _GROUPED else _DIGITS).fullmatch(value):
        length = sum(map(str.isdigit, value))
        return _spread(_digits(digest, length, type), value) if length >= SHORTEST_DIGITS else ""
    binary = kind == "secret" or type == "crypto-wallet"
    found = _HEX.fullmatch(value) if binary else None
    if found and (found[1] or len(value) >= SHORTEST_HEX):
        return (found[1] or "") + _hex(digest, found[2])
    return ""


def _address(digest: bytes, value: str) -> str:
    if ":" in value:
        tail = int.from_bytes(digest[:8], "big")
        return str(ipaddress.IPv6Address((0x20010DB8 << 96) | tail))
    return f"{_NETS[digest[0] % len(_NETS)]}{digest[1] % 254 + 1}"


def _uuid(digest: bytes, value: str) -> str:
    bits = int.from_bytes(digest[:16], "big")
    bits = bits & ~(0xF << 76) | (8 << 76)  # the version
    bits = bits & ~(0x3 << 62) | (2 << 62)  # the variant
    name = str(uuid.UUID(int=bits))
    return name.upper() if value.isupper() else name


def _digits(digest: bytes, length: int, type: str) -> str:
    """Digits that no check accepts: group 00 for nine of them, a wrong check digit for all."""
    body = "9" + _decimals(digest, length - 1)
    if length == 9:
        body = body[:3] + "00" + body[5:]
    for start in (body, body[:2] + "99" + body[4:]):  # which is no month
        for step in range(10):
            digits = start[:-1] + str((int(start[-1]) + step) % 10)
            if not luhn(digits) and not _valid(digits, type):
                return digits
    return body


def _valid(digits: str, type: str) -> bool:
    """Whether the check of a national number accepts them."""
    from codegrex_lsp.privacy.detect.personal import national

    return any(row.check(digits) for row in national.load() if row.type == type)


def _decimals(digest: bytes, length: int) -> str:
    number = int.from_bytes(hashlib.shake_256(digest).digest(length // 2 + 1), "big")
    return str(number % 10**length).rjust(length, "7")


def _spread(digits: str, like: str) -> str:
    """The digits with the marks between them, and the case, of `1_000_000` or `00:1a:2b`."""
    rest = iter(digits.lower() if like == like.lower() else digits)
    return "".join(next(rest) if character.isalnum() else character for character in like)


def _date(digest: bytes, like: str) -> str:
    """A day that is one in either order of day and month."""
    rest = iter((digest[1] % 12 + 1, digest[2] % 12 + 1))
    return re.sub(
        r"\d+",
        lambda part: f"18{digest[0] % 100:02}" if len(part[0]) == 4 else f"{next(rest):02}",
        like,
    )


def _hex(digest: bytes, like: str) -> str:
    """As many digits; the first is a letter where it was one, so that a name stays a name."""
    text = hashlib.shake_256(digest).hexdigest(len(like) // 2 + 1)[: len(like)]
    first = "abcdef" if like[0].isalpha() else "123456789"
    text = first[digest[0] % len(first)] + text[1:]
    return text.upper() if like.isupper() else text
