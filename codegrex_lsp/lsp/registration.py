"""Capabilities that are registered after the introduction: `client/registerCapability`."""

from __future__ import annotations

import logging
from typing import Any

from codegrex_lsp.lsp.rpc import Refusal
from codegrex_lsp.lsp.session import Session

_log = logging.getLogger(__name__)


async def register(session: Session, method: str, options: dict[str, Any]) -> None:
    """Register for `method`. Where the editor says no, things go on without it."""
    registration = {"id": f"codegrex {method}", "method": method, "registerOptions": options}
    try:
        await session.line.ask("client/registerCapability", {"registrations": [registration]})
    except (Refusal, TimeoutError):
        _log.info("the editor did not take a registration")
