"""The secret of this machine: 32 random bytes from which keyed hashes get their keys.

It makes a hash mean nothing on another machine. It is no password: whoever can read the person's
files can read it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final, NoReturn

from codegrex_lsp.portable import LOCK_SECONDS, locked, make_private, write_private

NAME: Final = "machine.key"
LENGTH: Final = 32
"""Bytes; the block of HMAC-SHA256's output, so a longer key adds nothing."""


class MachineSecret:
    """Derives keys. Neither the secret nor a key shows in a repr.

    Attributes:
        persistent: False where the disk could not be used; keys then last as long as the process.
        trouble: Why it could not, or None.
    """

    __slots__ = ("_secret", "persistent", "trouble")

    def __init__(self, secret: bytes, *, persistent: bool, trouble: OSError | None = None) -> None:
        self._secret = secret
        self.persistent = persistent
        self.trouble = trouble

    def derive(self, purpose: str, scope: str = "") -> bytes:
        """A 32-byte key for one purpose, such as `ledger`, and one scope, such as a folder."""
        # The length goes first, so that no two pairs give the same message.
        message = b"%d:%b%b" % (len(_bytes(purpose)), _bytes(purpose), _bytes(scope))
        return hmac.new(self._secret, message, hashlib.sha256).digest()

    def __repr__(self) -> str:
        return f"<machine secret, {'on disk' if self.persistent else 'in memory'}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("the machine's secret is not serialised")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def load(state: Path) -> MachineSecret:
    """The machine's secret, made on first use; one in memory where the disk can not be used.

    Several servers that start at once agree: the file is made under a lock. A file of the wrong
    length is replaced, since no key can be had from it.

    Args:
        state: The folder for state.
    """
    path = state / NAME
    try:
        found = _read(path)
        if found is None:
            make_private(state)
            with locked(path.with_suffix(".lock"), seconds=LOCK_SECONDS):
                found = _read(path) or _create(path)
    except OSError as trouble:
        return MachineSecret(secrets.token_bytes(LENGTH), persistent=False, trouble=trouble)
    return MachineSecret(found, persistent=True)


def _read(path: Path) -> bytes | None:
    """The secret, or None where there is none. Raises OSError."""
    try:
        with path.open("rb") as file:
            content = file.read(LENGTH + 1)
            _make_owners_only(path, os.fstat(file.fileno()).st_mode)
    except FileNotFoundError:
        return None
    return content if len(content) == LENGTH else None


def _make_owners_only(path: Path, mode: int) -> None:
    """A key that others could read is at least not readable any longer (no effect on Windows)."""
    if mode & 0o077:
        path.chmod(0o600)


def _create(path: Path) -> bytes:
    secret = secrets.token_bytes(LENGTH)
    write_private(path, secret)
    return secret
