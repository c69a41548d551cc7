"""Signed policies, made up on the spot, and a machine's folder that pins their key."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from codegrex_lsp.settings import dsse
from codegrex_lsp.settings.policyreader import KEY_FILE, MACHINE_FILE

JANUARY = 1_767_225_600.0
"""2026-01-01T00:00:00Z, in seconds since 1970."""


def body(**changes: Any) -> dict[str, Any]:
    """A policy that pins nothing; keyword arguments replace or add parts, None removes one."""
    parts = {
        "format": 1,
        "organisation": "Example Ltd",
        "contact": "it@example.com",
        "serial": 3,
        "issued": "2026-01-01T00:00:00Z",
        "expires": "2099-01-01T00:00:00Z",
        **changes,
    }
    return {name: value for name, value in parts.items() if value is not None}


@dataclass
class Signer:
    """An organisation's key."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> bytes:
        """In PEM form, as `openssl pkey -pubout` writes it."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.key.public_key().public_bytes(serialization.Encoding.PEM, form)

    def sign(self, payload: bytes | dict[str, Any]) -> bytes:
        """The envelope."""
        return envelope(payload, [self])

    def signature(self, payload: bytes) -> bytes:
        return self.key.sign(dsse.authenticated(payload))


def envelope(payload: bytes | dict[str, Any], signers: Iterable[Signer]) -> bytes:
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signatures = [{"sig": text(signer.signature(content))} for signer in signers]
    parts = {"payloadType": dsse.PAYLOAD_TYPE, "payload": text(content), "signatures": signatures}
    return json.dumps(parts).encode()


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def pin(machine: Path, signer: Signer, policy: dict[str, Any] | None = None) -> None:
    """Put the public key into the machine's folder, and a signed policy where there is one."""
    machine.mkdir(parents=True, exist_ok=True)
    (machine / KEY_FILE).write_bytes(signer.public)
    if policy is not None:
        (machine / MACHINE_FILE).write_bytes(signer.sign(policy))
