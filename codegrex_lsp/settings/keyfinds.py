"""What is known of a provider's key: where it was found, and what may be told of that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from codegrex_lsp.values.account import Token
from codegrex_lsp.values.apikey import ApiKey


class Source(StrEnum):
    """Where a key was found, in the order of looking."""

    CLIENT = "client"
    KEYCHAIN = "keychain"
    ENVIRONMENT = "environment"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Found:
    """A key, and where it was found.

    Attributes:
        key: The key.
        source: Where it was.
        token: The sign-in that the key belongs to, where it is one of the keychain's.
    """

    key: ApiKey
    source: Source
    token: Token | None = None

    @classmethod
    def of(cls, kept: ApiKey | Token, source: Source) -> Found:
        """What was found, from what was kept."""
        return cls(kept.access, source, kept) if isinstance(kept, Token) else cls(kept, source)


@dataclass(frozen=True, slots=True)
class State:
    """What `keys list` and `doctor` say of one provider; never the key.

    Attributes:
        provider: Its id.
        origin: Where a key would be sent.
        needed: Whether it can not be used without one.
        source: Where a key was found, or None.
        troubles: Why a source that comes first, or has one, gave none.
        elsewhere: Origins for which the keychain holds a key of this id; it is not sent here.
    """

    provider: str
    origin: str
    needed: bool
    source: Source | None
    troubles: tuple[str, ...]
    elsewhere: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The stable shape of `keys list --json` and `codegrex/keys`."""
        return {
            "provider": self.provider,
            "origin": self.origin,
            "needed": self.needed,
            "source": self.source,
            "troubles": list(self.troubles),
            "elsewhere": list(self.elsewhere),
        }
