"""Envelopes: nothing is opened that the pinned key did not sign, byte for byte."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from codegrex_lsp.settings import dsse
from tests.support.policies import Signer, body, envelope, text

OURS, OTHER = Signer(), Signer()
KEYS = dsse.public_keys(OURS.public)
GOOD = OURS.sign(body())


def opened(content: bytes) -> dsse.Opened:
    return dsse.opened(content, KEYS)


def changed(**changes: Any) -> bytes:
    return json.dumps({**json.loads(GOOD), **changes}).encode()


def test_what_the_pinned_key_signed_is_opened() -> None:
    found = opened(GOOD)
    assert json.loads(found.payload) == body()
    assert re.fullmatch("sha256:[0-9a-f]{64}", found.signer)


def test_one_good_signature_of_several_is_enough_so_that_keys_can_be_changed() -> None:
    assert opened(envelope(body(), [OTHER, OURS])).signer == KEYS[0].fingerprint
    both = dsse.public_keys(OTHER.public + OURS.public)
    assert dsse.opened(OTHER.sign(body()), both).signer == both[0].fingerprint


def test_the_signature_is_what_the_specification_of_dsse_says() -> None:
    assert dsse.authenticated(b"hello") == (
        b"DSSEv1 36 application/vnd.codegrex.policy+json 5 hello"
    )


def test_base64_of_both_alphabets_is_read() -> None:
    payload = b'{"a": "\xc3\xbf\xc3\xbe?>"}'
    made = json.loads(OURS.sign(payload))
    made["payload"] = base64.urlsafe_b64encode(payload).decode()
    assert opened(json.dumps(made).encode()).payload == payload


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD) * 8 - 1))
def test_no_flipped_bit_changes_what_is_read(bit: int) -> None:
    flipped = bytearray(GOOD)
    flipped[bit // 8] ^= 1 << bit % 8
    try:
        found = opened(bytes(flipped))
    except dsse.Refused:
        return
    assert json.loads(found.payload) == body()


REFUSED = {
    "another key": OTHER.sign(body()),
    "nobody": envelope(body(), []),
    "the bare policy": json.dumps(body()).encode(),
    "a signature over the payload alone": changed(
        signatures=[{"sig": text(OURS.key.sign(json.dumps(body()).encode()))}]
    ),
    "another payload": changed(payload=text(b"{}")),
    "another type": changed(payloadType="application/vnd.in-toto+json"),
    "no type": changed(payloadType=None),
    "an algorithm of choice": changed(signatures=[{"alg": "none", "sig": ""}]),
    "a short signature": changed(signatures=[{"sig": text(b"short")}]),
    "a list of other things": changed(signatures=["a", 1, None]),
    "a table of signatures": changed(signatures={"sig": text(OURS.signature(b""))}),
    "too many signatures": changed(signatures=[{"sig": text(b"x" * 64)}] * 17),
    "no base64": changed(payload="%%%"),
    "a number as payload": changed(payload=7),
    "a name that stands twice": GOOD.replace(
        b'{"payloadType"', b'{"payload": "e30=", "payloadType"'
    ),
    "deep nesting": b"[" * 100_000,
    "a number that is none": b'{"payloadType": NaN}',
    "a number without end": b'{"payloadType": ' + b"9" * 10_000 + b"}",
    "no text": b"\xff\xfe\x00",
    "nothing": b"",
    "a list": b"[]",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_an_envelope_is_refused_that_has(content: bytes) -> None:
    with pytest.raises(dsse.Refused):
        opened(content)


def pem(key: Any) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return bytes(key.public_bytes(serialization.Encoding.PEM, form))


PRIVATE = OURS.key.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"", "no public key", id="an empty file"),
        pytest.param(OURS.public * 9, "more than 8", id="too many keys"),
        pytest.param(PRIVATE, "something else than a public key", id="the private key"),
        pytest.param(
            pem(rsa.generate_private_key(65537, 2048).public_key()), "not Ed25519", id="RSA"
        ),
        pytest.param(OURS.public.replace(b"MCow", b"MCox"), "something else", id="a broken key"),
    ],
)
def test_a_key_file_is_refused_that_is(content: bytes, why: str) -> None:
    with pytest.raises(dsse.Refused, match=why):
        dsse.public_keys(content)


def test_one_bad_key_among_good_ones_spoils_the_file() -> None:
    with pytest.raises(dsse.Refused):
        dsse.public_keys(OURS.public + PRIVATE)
