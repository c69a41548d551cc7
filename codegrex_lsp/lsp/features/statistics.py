"""Copilot's notifications about suggestions. Counted here, told nobody; no text is looked at."""

from __future__ import annotations

from codegrex_lsp.lsp.protocol import Nothing
from codegrex_lsp.lsp.session import Session


def did_show(session: Session, params: Nothing) -> None:
    """`textDocument/didShowCompletion`."""
    session.statistics["shown"] += 1


def did_partially_accept(session: Session, params: Nothing) -> None:
    """`textDocument/didPartiallyAcceptCompletion`."""
    session.statistics["partly accepted"] += 1
