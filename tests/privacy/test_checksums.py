"""Check digits of tokens: right ones are told from wrong ones, and any text is taken."""

from __future__ import annotations

import base64
import binascii
import string
from hashlib import sha256
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.privacy.detect import checksums
from codegrex_lsp.privacy.detect.checksums import CHECKS

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
BODY = "Q7Zw2Xe9Rc4Vt1By" * 2


def based(number: int, digits: str, width: int) -> str:
    text = ""
    for _ in range(width):
        number, rest = divmod(number, len(digits))
        text = digits[rest] + text
    return text


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


def github() -> str:
    return "gh" + "p_" + BODY[:30] + based(crc32(BODY[:30].encode()), BASE62, 6)


def grafana() -> str:
    head = "gl" + "sa_" + BODY
    return f"{head}_{crc32(head.encode()).to_bytes(4, 'little').hex()}"


def atlassian() -> str:
    head = "ATA" + "TT3" + BODY + "="
    return f"{head}{crc32(head.encode()):08X}"


def nats() -> str:
    raw = bytes(range(34))
    return (
        base64.b32encode(raw + binascii.crc_hqx(raw, 0).to_bytes(2, "little")).decode().rstrip("=")
    )


def wif() -> str:
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    raw = b"\x80" + bytes(range(32))
    number = int.from_bytes(raw + sha256(sha256(raw).digest()).digest()[:4], "big")
    return based(number, alphabet, 51)


RIGHT = {
    "github-crc": github(),
    "npm-crc": github(),
    "grafana-crc": grafana(),
    "atlassian-crc": atlassian(),
    "gitlab-crc": "gl"
    + "pat-ab.01"
    + based(crc32(b"gl" + b"pat-ab.01"), string.digits + string.ascii_lowercase, 7),
    "jwt": encoded(b'{"alg":"none"}') + ".e30.",
    "grafana-json": encoded(b'{"k":"v"}'),
    "pypi-macaroon": "pypi-" + encoded(b"\x02\x01\x08pypi.org\x02\x05abcde"),
    "discord-id": encoded(b"123456789012345678") + ".a.b",
    "bitbucket-pair": encoded(b"123456:" + bytes(20)),
    "jfrog-reference": encoded(b"reftkn:01:" + bytes(20)),
    "base58check": wif(),
    "nats-crc": nats(),
    "aws-key-id": "AK" + "IA" + "QWERTYUIOPASDFGH",
    "jfrog-base58": "AK" + "Cp" + "8" * 69,
    "bech32": "a12uel5l",  # the shortest valid example of BIP 173
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_right_check_is_told_from_a_wrong_one(name: str) -> None:
    assert CHECKS[name](RIGHT[name])
    assert not CHECKS[name]("0!" + RIGHT[name][2:-2] + "!!")


@pytest.mark.parametrize("name", CHECKS)
@given(text=st.text(max_size=90))
def test_any_text_is_taken(name: str, text: str) -> None:
    assert CHECKS[name](text) in (True, False)


def test_every_check_has_a_name_of_its_own_kind() -> None:
    assert set(RIGHT) == set(CHECKS)
    assert checksums.github_crc(RIGHT["github-crc"])
