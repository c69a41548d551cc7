"""The checks of `doctor` that speak of keys: the keychain, and each provider's key, never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegrex_lsp.cli.check import Check
from codegrex_lsp.errors import ConfigurationError

if TYPE_CHECKING:
    from codegrex_lsp.engine.house import House
    from codegrex_lsp.settings.keys import State
    from codegrex_lsp.settings.model import Settings

ORDER = "looked for in this order: editor, keychain, environment, keys.file"


async def keychain(house: House) -> list[Check]:
    """Where `keys set` keeps keys. No key is read."""
    try:
        return [Check("keychain", "ok", await house.keys.keychain.name())]
    except ConfigurationError as error:
        fix = f"Local models need no key. {error.fix}"
        return [Check("keychain", "warn", error.message.rstrip("."), fix)]


async def keys(house: House, settings: Settings) -> list[Check]:
    """Each provider that is used, or has a key somewhere."""
    routes = {*settings.completion.routes, *settings.chat.routes}
    found = []
    for state in await house.key_states():
        if state.source or state.troubles or state.elsewhere or state.provider in routes:
            found += _of(state, used=state.provider in routes)
    return found or [Check("keys", "ok", "no key is set, and none is needed")]


def _of(state: State, *, used: bool) -> list[Check]:
    name = f"key.{state.provider}"
    way = "login" if state.provider == "codegrex" else f"keys set {state.provider}"
    fix = f"Run `codegrex-lsp {way}`."
    trouble = f" ({'; '.join(one.rstrip('.') for one in state.troubles)})" if state.troubles else ""
    found = []
    if state.source:
        told = f"from the {state.source}, sent to {state.origin} only{trouble}; {ORDER}"
        found.append(Check(name, "warn" if trouble else "ok", told))
    elif trouble or (state.needed and used):
        found.append(Check(name, "warn", f"no key for {state.origin}{trouble}; {ORDER}", fix))
    for origin in state.elsewhere:
        told = f"the keychain has a key for {origin}, and it is not sent to {state.origin}"
        found.append(Check(name, "warn", told, fix))
    return found
