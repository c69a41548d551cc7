"""`codegrex/key`: the editor is asked for a key. `codegrex/keys`: it asks whose it could keep.

The question names the origin that the key would be sent to, and an editor keeps its keys by it, so
that a changed address gets none. Keys stay in memory and are never part of an answer of ours.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from codegrex_lsp.lsp.protocol import Nothing
from codegrex_lsp.lsp.rpc import Refusal
from codegrex_lsp.lsp.session import Session


def listen(session: Session) -> None:
    """Ask the editor for keys, where it keeps some."""
    if not session.client.keeps_keys:
        return

    async def ask(provider: str, origin: str) -> object:
        try:
            said = await session.line.ask("codegrex/key", {"provider": provider, "origin": origin})
        except (Refusal, TimeoutError):
            return None
        return said.get("key") if isinstance(said, dict) else None

    session.house.keys.listen(ask)


def answer(session: Session, params: Nothing) -> Coroutine[Any, Any, list[dict[str, Any]]]:
    """Each provider that takes a key: where it goes, and where it was found."""
    return _answer(session)


async def _answer(session: Session) -> list[dict[str, Any]]:
    return [state.as_json() for state in await session.house.key_states()]
