"""`textDocument/completion`, for editors without inline completion.

One ordinary entry: the same suggestion by the same path.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Final

from lsprotocol import types

from codegrex_lsp.engine.requests import Trigger
from codegrex_lsp.lsp.features.inline_completion import accept_command, range_of
from codegrex_lsp.lsp.protocol import ClassicWanted
from codegrex_lsp.lsp.registration import register
from codegrex_lsp.lsp.session import Session, Taken
from codegrex_lsp.lsp.suggest import Offer, suggest
from codegrex_lsp.values.reply import Decision

_LABEL_LIMIT: Final = 80
"""Characters of the first line that the list shows."""


def wanted(session: Session) -> bool:
    """Whether the setting and the editor ask for classic completion."""
    classic = session.house.resolved(session.folder_of(None)).settings.completion.classic
    return classic == "on" or (classic == "auto" and not session.client.inline)


async def register_where_wanted(session: Session) -> None:
    """Offer it to an editor with inline completion too, where the setting says `on`.

    To every other editor it is offered from the start; the setting is asked at each request.
    """
    client = session.client
    if client.inline and client.registers_completion and wanted(session):
        await register(session, "textDocument/completion", {"documentSelector": None})


def answer(
    session: Session, params: ClassicWanted
) -> Coroutine[Any, Any, types.CompletionList | None] | None:
    """One entry, or null with a decision in the status."""
    if not wanted(session):
        return None
    session.ticket(params.text_document.uri)
    taken = session.take_snapshot(params.text_document.uri, params.position)
    if isinstance(taken, Decision):
        session.decide(taken)
        return None
    return _entries(session, taken)


async def _entries(session: Session, taken: Taken) -> types.CompletionList | None:
    # Editors ask with "invoked" for every identifier typed, so it says nothing of the person.
    offer = await suggest(session, taken, Trigger.AUTOMATIC)
    if offer is None:
        return None
    return types.CompletionList(is_incomplete=True, items=[_entry(offer, taken)])


def _entry(offer: Offer, taken: Taken) -> types.CompletionItem:
    text = offer.text.reveal()
    first_line = text.strip().split("\n", 1)[0]
    return types.CompletionItem(
        label=first_line[:_LABEL_LIMIT] or "(blank lines)",
        detail="CodeGrex",
        kind=types.CompletionItemKind.Text,
        filter_text=_word_before(taken) + text,
        insert_text_format=types.InsertTextFormat.PlainText,
        preselect=False,
        text_edit=types.TextEdit(range=range_of(offer), new_text=text),
        command=accept_command(offer),
    )


def _word_before(taken: Taken) -> str:
    """The identifier that ends at the cursor: editors hide entries that do not match it."""
    text, start = taken.snapshot.text.reveal(), taken.cursor
    while start > 0 and taken.cursor - start < _LABEL_LIMIT and _in_word(text[start - 1]):
        start -= 1
    return text[start : taken.cursor]


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"
