"""Keychains for tests: one in memory, and what can go wrong with one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class _Memory(KeyringBackend):
    priority = 1  # type: ignore[assignment]

    def __init__(self, owner: MemoryKeychain) -> None:
        self._owner = owner

    def get_password(self, service: str, username: str) -> str | None:
        self._owner.trouble()
        return self._owner.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._owner.trouble()
        self._owner.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._owner.trouble()
        if self._owner.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


@dataclass
class MemoryKeychain:
    """Keeps (service, user) → password, and does what `trouble` says at each question."""

    kept: dict[tuple[str, str], str] = field(default_factory=dict)
    trouble: Callable[[], Any] = lambda: None
    seconds: float = 5.0
    opened: int = 0

    def load(self) -> KeyringBackend:
        self.opened += 1
        return _Memory(self)

    def hang(self) -> threading.Event:
        """Say nothing until the event is set."""
        answer = threading.Event()
        self.trouble = lambda: answer.wait(10)
        return answer
