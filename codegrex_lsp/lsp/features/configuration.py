"""Settings from the editor: pushed with `didChangeConfiguration`, or pulled where it answers."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from typing import Any

from codegrex_lsp.lsp.client import without_prefix
from codegrex_lsp.lsp.protocol import ConfigurationChanged
from codegrex_lsp.lsp.rpc import Refusal
from codegrex_lsp.lsp.session import Session

_log = logging.getLogger(__name__)


def did_change(session: Session, params: ConfigurationChanged) -> Coroutine[Any, Any, None] | None:
    """`workspace/didChangeConfiguration`."""
    if session.client.pulls_settings:
        session.expect_settings()
        return pull(session)
    pushed = params.settings
    if isinstance(pushed, dict):
        session.take_settings(without_prefix(pushed.get("codegrex", pushed)))
    return None


async def pull(session: Session) -> None:
    """`workspace/configuration` for our section. Without an answer the settings stay."""
    try:
        answer = await session.line.ask(
            "workspace/configuration", {"items": [{"section": "codegrex"}]}
        )
    except (Refusal, TimeoutError):
        _log.warning("the editor did not give its settings")
    else:
        if isinstance(answer, list) and answer and isinstance(answer[0], dict):
            session.take_settings(without_prefix(answer[0]))
    finally:
        session.settings_answered()
