"""How a sign-in at the managed cloud is kept in the keychain: one entry for one origin.

    {"access": "...", "refresh": "...", "expires": 1790000000}

An entry that is no JSON is a plain IDE token, as `keys set codegrex` keeps it. All three together
stay below the 1,280 characters that the Windows Credential Locker holds.
"""

from __future__ import annotations

import json
import math

from codegrex_lsp.settings.keysources import usable
from codegrex_lsp.values.account import Token

_WHAT = "The sign-in in the keychain"


def packed(token: Token) -> str:
    """The entry for a token."""
    entry: dict[str, object] = {"access": token.access.disclose()}
    if token.refresh is not None:
        entry["refresh"] = token.refresh.disclose()
    if token.expires < math.inf:
        entry["expires"] = int(token.expires)
    return json.dumps(entry, separators=(",", ":"))


def unpacked(entry: str) -> Token:
    """The token of an entry.

    Raises:
        ConfigurationError: It is none. The code is `bad-key`.
    """
    try:
        shape = json.loads(entry) if entry.startswith("{") else {"access": entry}
    except (ValueError, RecursionError):
        shape = {}
    access, refresh, expires = (shape.get(name) for name in ("access", "refresh", "expires"))
    return Token(
        usable(access if isinstance(access, str) else "", _WHAT),
        usable(refresh, _WHAT) if isinstance(refresh, str) else None,
        float(expires) if type(expires) is int and abs(expires) < 2**53 else math.inf,
    )
