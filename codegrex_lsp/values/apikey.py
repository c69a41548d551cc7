"""ApiKey: a provider's key that does not print, format, pickle, or copy into JSON.

`disclose()` is the only way to the characters; a test lists the modules that may call it.
"""

from __future__ import annotations

import hmac
from typing import NoReturn


class ApiKey:
    """An immutable key. Not even its length shows: some vendors tell their plans apart by it."""

    __slots__ = ("_api_key",)

    def __init__(self, text: str) -> None:
        object.__setattr__(self, "_api_key", text)

    def disclose(self) -> str:
        """The key itself. Callers are listed in tests/invariants."""
        text: str = object.__getattribute__(self, "_api_key")
        return text

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a key does not change")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ApiKey) and hmac.compare_digest(
            other.disclose().encode(), self.disclose().encode()
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "<key, not shown>"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __copy__(self) -> ApiKey:
        return self

    def __deepcopy__(self, memo: object) -> ApiKey:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key is not serialised")
