"""`codegrex/preview`, and the document that shows it: exactly what would be sent, and to whom."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from typing import Any, Final

from lsprotocol import types

from codegrex_lsp.engine.requests import ChatRequest, Preview, Trigger
from codegrex_lsp.lsp.features import chat
from codegrex_lsp.lsp.protocol import Attached, ContentWanted, PreviewWanted
from codegrex_lsp.lsp.rpc import Code, Refusal
from codegrex_lsp.lsp.session import Session, Taken
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.reply import Decision

SCHEME: Final = "codegrex-preview"


def answer(session: Session, params: PreviewWanted) -> Coroutine[Any, Any, dict[str, Any]]:
    """What would be sent, and the uri under which the editor can open it.

    Raises:
        Refusal: Unknown task, or a document that can not be looked at.
    """
    if params.task not in (Task.COMPLETION, Task.CHAT):
        raise Refusal(Code.INVALID_PARAMS, "task must be completion or chat.")
    taken = session.take_snapshot(params.text_document.uri, params.position)
    if isinstance(taken, Decision):
        raise Refusal(Code.FAILED, taken.message)
    if params.task == Task.CHAT:
        return _of_chat(session, _question(session, params))
    return _of_completion(session, taken)


def _question(session: Session, params: PreviewWanted) -> ChatRequest:
    attached = params.attachments
    if attached is None:
        attached = [Attached(params.text_document.uri)]
    identity = params.conversation_id or ""
    return chat.request(session, params.message, attached, conversation=identity)


async def _of_completion(session: Session, taken: Taken) -> dict[str, Any]:
    await session.settings_known()
    wanted = taken.request(Trigger.INVOKED)
    return _kept(session, await session.house.preview(wanted, Task.COMPLETION))


async def _of_chat(session: Session, wanted: ChatRequest) -> dict[str, Any]:
    await session.settings_known()
    return _kept(session, await session.house.preview_chat(wanted))


def _kept(session: Session, preview: Preview) -> dict[str, Any]:
    """The preview, and the uri under which it can be opened for a while."""
    shape = preview.as_json()
    text = json.dumps(shape, indent=2, ensure_ascii=False)
    return {**shape, "uri": session.keep_preview(text)}


def content(session: Session, params: ContentWanted) -> types.TextDocumentContentResult:
    """`workspace/textDocumentContent`: a preview that was asked for a moment ago."""
    text = session.preview_text(params.uri)
    if text is None:
        raise Refusal(Code.FAILED, "This preview is not kept any more; ask for a new one.")
    return types.TextDocumentContentResult(text=text)
