"""Signed envelopes: DSSE with Ed25519, as administrators can make them with OpenSSL.

    {"payloadType": "application/vnd.codegrex.policy+json",
     "payload":     base64 of the policy, byte for byte as it was signed,
     "signatures":  [{"sig": base64 of 64 bytes}, …]}

What is signed is not the payload alone but `DSSEv1 <length> <type> <length> <payload>`, so a
signature that the same key made for something else is none here. No field names an algorithm:
Ed25519 is the only one, and `keyid` is a hint that is not read. Source:
https://github.com/secure-systems-lab/dsse (protocol.md, envelope.md, version 1.0.2).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PAYLOAD_TYPE: Final = "application/vnd.codegrex.policy+json"

MOST_KEYS: Final = 8
MOST_SIGNATURES: Final = 16

_PEM: Final = re.compile(rb"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)
_URL_SAFE: Final = str.maketrans("-_", "+/")


class Refused(Exception):
    """An envelope or a key can not be used; the message ends a sentence and quotes nothing."""


@dataclass(frozen=True, slots=True)
class PinnedKey:
    """A public key that may sign.

    Attributes:
        fingerprint: `sha256:` and the hash of its SubjectPublicKeyInfo, in hex.
        key: To verify with.
    """

    fingerprint: str
    key: Ed25519PublicKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """What an envelope held, and the fingerprint of the pinned key that signed it."""

    payload: bytes
    signer: str


def public_keys(pem: bytes) -> tuple[PinnedKey, ...]:
    """The keys of a PEM file. Raises Refused where there is none, or one of another sort."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    blocks = [match.group() for match in _PEM.finditer(pem)]
    if not 1 <= len(blocks) <= MOST_KEYS:
        raise Refused(f"holds no public key in PEM form, or more than {MOST_KEYS}")
    found = []
    for block in blocks:
        try:
            key = serialization.load_pem_public_key(block)
        except (ValueError, UnsupportedAlgorithm):
            raise Refused("holds something else than a public key in PEM form") from None
        if not isinstance(key, Ed25519PublicKey):
            raise Refused("holds a key that is not Ed25519")
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        der = key.public_bytes(serialization.Encoding.DER, form)
        found.append(PinnedKey(f"sha256:{hashlib.sha256(der).hexdigest()}", key))
    return tuple(found)


def opened(content: bytes, keys: Sequence[PinnedKey]) -> Opened:
    """The payload of an envelope that one of `keys` has signed. Raises Refused."""
    envelope = strict_json(content)
    if not isinstance(envelope, dict) or envelope.get("payloadType") != PAYLOAD_TYPE:
        raise Refused("is not a signed policy of CodeGrex")
    payload = _decoded(envelope.get("payload"))
    message = authenticated(payload)
    for signature in _signatures(envelope.get("signatures")):
        for pinned in keys:
            if _verifies(pinned.key, signature, message):
                return Opened(payload, pinned.fingerprint)
    raise Refused("is not signed by a key that this machine pins")


def authenticated(payload: bytes) -> bytes:
    """What is signed for a payload: DSSE's pre-authentication encoding."""
    return b"DSSEv1 %d %b %d %b" % (
        len(PAYLOAD_TYPE),
        PAYLOAD_TYPE.encode(),
        len(payload),
        payload,
    )


def strict_json(content: bytes, *, nulls: bool = True) -> Any:
    """JSON in which every name stands once and every number is one. Raises Refused.

    Args:
        content: UTF-8.
        nulls: Whether a name may stand for null, which says nothing and looks as if it did.
    """
    take = _once if nulls else _once_and_said
    try:
        return json.loads(
            content.decode("utf-8"), object_pairs_hook=take, parse_constant=_no_number
        )
    except (ValueError, RecursionError):
        raise Refused("is not JSON") from None


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers may take different ones of a name that stands twice."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise Refused("states a name twice")
        made[name] = value
    return made


def _once_and_said(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    made = _once(pairs)
    if None in made.values():
        raise Refused("states null, which says nothing; leave the name out")
    return made


def _no_number(word: str) -> None:
    raise Refused("holds a number that is none")


def _signatures(raw: object) -> list[bytes]:
    if not isinstance(raw, list) or len(raw) > MOST_SIGNATURES:
        raise Refused(f"has no list of at most {MOST_SIGNATURES} signatures")
    return [_decoded(entry.get("sig")) for entry in raw if isinstance(entry, dict)]


def _decoded(raw: object) -> bytes:
    """Base64 in either alphabet: DSSE leaves the choice to whoever signs."""
    if not isinstance(raw, str):
        raise Refused("lacks its payload or a signature")
    try:
        return base64.b64decode(raw.translate(_URL_SAFE), validate=True)
    except (binascii.Error, ValueError):
        raise Refused("holds a part that is not base64") from None


def _verifies(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True
