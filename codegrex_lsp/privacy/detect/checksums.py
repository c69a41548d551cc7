"""Check digits of tokens. A right one makes a find surer; a wrong one never hides it.

Of published sample tokens most carry wrong check digits, and a token of the right form is worth
masking whether or not its provider would take it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import string
from collections.abc import Callable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final
from zlib import crc32

_BASE62: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE36: Final = string.digits + string.ascii_lowercase
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BASE32: Final = string.ascii_uppercase + "234567"


def github_crc(token: str) -> bool:
    """GitHub and npm: the last 6 characters are CRC32 of the 30 before them, in base 62."""
    body = token.rsplit("_", 1)[-1]
    return len(body) == 36 and body[30:] == _in_base(crc32(body[:30].encode()), _BASE62, 6)


def grafana_crc(token: str) -> bool:
    """Grafana `glsa_…_<8 hex>`: CRC32 of all before the last `_`, little-endian."""
    body, _, tail = token.rpartition("_")
    return tail.lower() == crc32(body.encode()).to_bytes(4, "little").hex()


def atlassian_crc(token: str) -> bool:
    """Atlassian `ATATT3…=<8 HEX>`: CRC32 of all before the last 8 digits."""
    return token[-8:].upper() == f"{crc32(token[:-8].encode()):08X}"


def gitlab_crc(token: str) -> bool:
    """GitLab's routable form: the last 7 characters are CRC32 of all before them, in base 36."""
    return "." in token and token[-7:] == _in_base(crc32(token[:-7].encode()), _BASE36, 7)


def jwt(token: str) -> bool:
    """JSON Web Token: the header is JSON that names its algorithm."""
    header = _json(token.split(".")[0])
    return isinstance(header, dict) and "alg" in header


def grafana_json(token: str) -> bool:
    """Grafana's older keys: base64 of JSON that holds the key as `k`."""
    body = _json(token.removeprefix("glc_"))
    return isinstance(body, dict) and "k" in body


def pypi_macaroon(token: str) -> bool:
    """PyPI: a macaroon whose location is the index's host."""
    return b"pypi.org" in _decoded(token.partition("-")[2])[:40]


def discord_id(token: str) -> bool:
    """Discord bot: the first part is the account's number, in base64."""
    return _decoded(token.split(".")[0]).isdigit()


def bitbucket_pair(token: str) -> bool:
    """Bitbucket and Jira Data Center: decodes to `<digits>:` and random bytes."""
    return re.match(rb"\d+:", _decoded(token.removeprefix("BBDC-"))) is not None


def jfrog_base58(token: str) -> bool:
    """JFrog `AKCp…`: 54 bytes in base 58."""
    return all(c in _BASE58 for c in token) and len(_from_base58(token)) == 54


def jfrog_reference(token: str) -> bool:
    """JFrog reference token: base64 that begins with `reftkn:`."""
    return _decoded(token).startswith(b"reftkn:")


def bech32(token: str) -> bool:
    """Secret keys of age: the checksum of BIP 173."""
    prefix, _, data = token.lower().rpartition("1")
    if not prefix or len(data) < 6 or any(c not in _BECH32 for c in data):
        return False
    values = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    return _polymod(values + [_BECH32.index(c) for c in data]) == 1


def nats_crc(token: str) -> bool:
    """NATS nkey seed: base32 whose last two bytes are CRC16 (XMODEM), little-endian."""
    try:
        raw = base64.b32decode(token + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return False
    return len(raw) > 2 and binascii.crc_hqx(raw[:-2], 0) == int.from_bytes(raw[-2:], "little")


def base58check(token: str) -> bool:
    """Bitcoin's WIF keys and `xprv`: the last 4 bytes are a double SHA-256 of the rest."""
    if not token or any(c not in _BASE58 for c in token):
        return False
    raw = _from_base58(token)
    return len(raw) > 4 and sha256(sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def aws_key_id(token: str) -> bool:
    """AWS access key id: 16 characters of base32 after the prefix."""
    return len(token) == 20 and all(c in _BASE32 for c in token[4:])


CHECKS: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        "github-crc": github_crc,
        "npm-crc": github_crc,
        "grafana-crc": grafana_crc,
        "atlassian-crc": atlassian_crc,
        "gitlab-crc": gitlab_crc,
        "jwt": jwt,
        "grafana-json": grafana_json,
        "pypi-macaroon": pypi_macaroon,
        "discord-id": discord_id,
        "bitbucket-pair": bitbucket_pair,
        "jfrog-base58": jfrog_base58,
        "jfrog-reference": jfrog_reference,
        "bech32": bech32,
        "nats-crc": nats_crc,
        "base58check": base58check,
        "aws-key-id": aws_key_id,
    }
)
"""What a rule's `check` may name. Each takes any text and raises nothing."""


def _in_base(number: int, digits: str, width: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, len(digits))
        text = digits[rest] + text
    return text.rjust(width, digits[0])


def _decoded(text: str) -> bytes:
    """Base64 of either alphabet, padded or not; nothing where it is none."""
    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _json(text: str) -> Any:
    try:
        return json.loads(_decoded(text))
    except (ValueError, RecursionError):
        return None


def _from_base58(text: str) -> bytes:
    number = 0
    for character in text[:256]:  # the longest key in use has 112
        number = number * 58 + _BASE58.index(character)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(
            (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        ):
            if top >> bit & 1:
                check ^= generator
    return check
