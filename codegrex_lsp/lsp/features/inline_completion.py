"""`textDocument/inlineCompletion` of LSP 3.18: ghost text.

At most one item, always with a range and with a command, so that an accepted one is counted.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Final

from lsprotocol import types

from codegrex_lsp.engine.requests import Trigger
from codegrex_lsp.lsp.fit import Replacement
from codegrex_lsp.lsp.protocol import InlineWanted, SelectedCompletion
from codegrex_lsp.lsp.session import STALE, SUPERSEDED, Session, Taken
from codegrex_lsp.lsp.suggest import Offer, suggest
from codegrex_lsp.values.reply import Decision

ACCEPT: Final = "codegrex.accept"

_VERSION_SECONDS: Final = 0.3
"""How long a request for a version that is still to come waits for its change."""

_AUTOMATIC: Final = 2


def answer(
    session: Session, params: InlineWanted
) -> Coroutine[Any, Any, types.InlineCompletionList | None] | None:
    """The suggestion for a position, or null with a decision in the status."""
    uri, wanted = params.text_document.uri, params.text_document.version
    ticket = session.ticket(uri)
    document = session.documents.get(uri)
    held = document.version if document is not None else None
    if wanted is not None and held is not None and wanted > held:
        return _answer_later(session, params, wanted, ticket)
    if wanted is not None and held is not None and wanted < held:
        session.decide(STALE)
        return None
    return _answer_now(session, params)


async def _answer_later(
    session: Session, params: InlineWanted, version: int, ticket: int
) -> types.InlineCompletionList | None:
    """Answer once the editor has sent the version it asks about, if nothing newer came."""
    uri = params.text_document.uri
    came = await session.wait_for_version(uri, version, _VERSION_SECONDS)
    if not session.is_newest(uri, ticket):
        session.decide(SUPERSEDED)
        return None
    if not came:
        session.decide(STALE)
        return None
    answering = _answer_now(session, params)
    return await answering if answering is not None else None


def _answer_now(
    session: Session, params: InlineWanted
) -> Coroutine[Any, Any, types.InlineCompletionList | None] | None:
    """Take the snapshot before anything is awaited."""
    taken = session.take_snapshot(params.text_document.uri, params.position)
    if isinstance(taken, Decision):
        session.decide(taken)
        return None
    context = params.context
    trigger = Trigger.AUTOMATIC if context.trigger_kind == _AUTOMATIC else Trigger.INVOKED
    selected = _selected(session, taken, context.selected_completion_info)
    return _items(session, taken, trigger, selected)


async def _items(
    session: Session, taken: Taken, trigger: Trigger, selected: Replacement | None
) -> types.InlineCompletionList | None:
    offer = await suggest(session, taken, trigger, selected)
    return None if offer is None else types.InlineCompletionList(items=[_item(offer)])


def _selected(
    session: Session, taken: Taken, info: SelectedCompletion | None
) -> Replacement | None:
    """The entry selected in the editor's completion list, in offsets."""
    document = session.documents.get(taken.snapshot.uri)
    if info is None or document is None:
        return None
    encoding = session.client.encoding
    start = document.index.offset(info.range.start.line, info.range.start.character, encoding)
    end = document.index.offset(info.range.end.line, info.range.end.character, encoding)
    return Replacement(min(start, end), max(start, end), info.text)


def _item(offer: Offer) -> types.InlineCompletionItem:
    return types.InlineCompletionItem(
        insert_text=offer.text.reveal(),
        range=range_of(offer),
        command=accept_command(offer),
    )


def range_of(offer: Offer) -> types.Range:
    """The range that an offer replaces."""
    return types.Range(
        start=types.Position(offer.start.line, offer.start.column),
        end=types.Position(offer.end.line, offer.end.column),
    )


def accept_command(offer: Offer) -> types.Command:
    """What the editor runs when the offer is taken; it names the offer and holds no text."""
    return types.Command(title="Accepted", command=ACCEPT, arguments=[offer.identity])
