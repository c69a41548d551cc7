"""`codegrex.allowValue`: the person says that a masked value is not secret.

A keyed hash of it goes into their own settings file, and the document is looked at anew.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from codegrex_lsp.lsp.features.hover import at
from codegrex_lsp.lsp.protocol import AllowWanted
from codegrex_lsp.lsp.rpc import Code, Refusal
from codegrex_lsp.lsp.session import NOT_OPEN, STALE, Session, View


def answer(session: Session, params: AllowWanted) -> Coroutine[Any, Any, None]:
    """Allow the masked value at a position.

    Raises:
        Refusal: The document is not open, or not the version that the editor means.
    """
    view = session.view(params.text_document.uri)
    if view is None:
        raise Refusal(Code.FAILED, NOT_OPEN.message)
    meant = params.text_document.version
    if meant is not None and meant != view.snapshot.version:
        raise Refusal(Code.FAILED, STALE.message)
    line, column = params.position.line, params.position.character
    return _allow(session, view, view.index.offset(line, column, session.client.encoding))


async def _allow(session: Session, view: View, offset: int) -> None:
    finding = at(await session.house.findings(view.snapshot), offset)
    if finding is None:
        raise Refusal(Code.FAILED, "No value is masked here.")
    await session.house.allow(view.snapshot, finding)
    session.rules_changed()
