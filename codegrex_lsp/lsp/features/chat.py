"""`codegrex/chat`: one turn of a conversation, told in parts by `$/progress` where wanted.

Attachments are documents that the editor has open: what is on the disk only has no text here.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from codegrex_lsp.engine.requests import ChatRequest
from codegrex_lsp.lsp import uris
from codegrex_lsp.lsp.protocol import Attached, ChatWanted, Range
from codegrex_lsp.lsp.rpc import Code, Refusal
from codegrex_lsp.lsp.session import NOT_OPEN, TOO_LARGE, Session
from codegrex_lsp.values.conversation import Attachment
from codegrex_lsp.values.reply import Decision, WithheldPiece
from codegrex_lsp.values.sealed import Sealed


def answer(session: Session, params: ChatWanted) -> Coroutine[Any, Any, dict[str, Any]]:
    """The answer, and how it came about. Snapshots are taken before anything is awaited.

    Raises:
        Refusal: There is no question.
    """
    if not params.message.strip():
        raise Refusal(Code.INVALID_PARAMS, "message is empty.")
    wanted = request(
        session,
        params.message,
        params.attachments or (),
        conversation=params.conversation_id or "",
        terminal=params.include_terminal,
    )
    return _answer(session, wanted, _teller(session, params.partial_result_token))


def request(
    session: Session,
    message: str,
    attached: Sequence[Attached],
    *,
    conversation: str = "",
    terminal: bool = False,
) -> ChatRequest:
    """The question as the engine wants it, with its documents as they are now."""
    found = [_attachment(session, one) for one in attached]
    attachments = tuple(one for one in found if isinstance(one, Attachment))
    current = session.current()
    folders = [one.snapshot.folder for one in attachments] + [current.folder if current else None]
    return ChatRequest(
        Sealed(message),
        conversation,
        attachments,
        next(filter(None, folders), session.folder_of(None)),
        tuple(one for one in found if isinstance(one, WithheldPiece)),
        terminal,
    )


async def _answer(
    session: Session, wanted: ChatRequest, on_text: Callable[[str], None] | None
) -> dict[str, Any]:
    session.on_status()
    try:
        await session.settings_known()
        outcome = await session.house.chat(wanted, on_text=on_text)
    finally:
        session.on_status()
    return outcome.as_json()


def _teller(session: Session, token: object) -> Callable[[str], None] | None:
    """What tells the editor the next characters of the answer, where it wants them."""
    if not isinstance(token, str | int) or isinstance(token, bool):
        return None

    def tell(delta: str) -> None:
        session.line.tell("$/progress", {"token": token, "value": {"delta": delta}})

    return tell


def _attachment(session: Session, one: Attached) -> Attachment | WithheldPiece:
    view = session.view(one.uri)
    if view is None:
        return _missing(one.uri, TOO_LARGE if session.documents.get(one.uri) else NOT_OPEN)
    if one.range is None:
        return Attachment(view.snapshot)

    def offsets(part: Range) -> tuple[int, int]:
        encoding = session.client.encoding
        start = view.index.offset(part.start.line, part.start.character, encoding)
        end = view.index.offset(part.end.line, part.end.character, encoding)
        return min(start, end), max(start, end)

    return Attachment(view.snapshot, *offsets(one.range))


def _missing(uri: str, why: Decision) -> WithheldPiece:
    path = uris.governor(uri).path
    return WithheldPiece(path.name if path is not None else "document", why.code)
