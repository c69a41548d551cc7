"""Documents as the editor opens, changes, saves and closes them. Plain functions, in order."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from codegrex_lsp.lsp.documents import Document
from codegrex_lsp.lsp.positions import Place
from codegrex_lsp.lsp.protocol import AboutDocument, Change, Changed, DocumentItem, Focused, Opened
from codegrex_lsp.lsp.session import Session
from codegrex_lsp.values.document import Snapshot


def did_open(session: Session, params: Opened) -> Coroutine[Any, Any, None]:
    """`textDocument/didOpen`."""
    return _opened(session, session.snapshot(open_item(session, params.text_document)))


async def _opened(session: Session, snapshot: Snapshot) -> None:
    await session.settings_known()
    session.house.opened(snapshot)


def did_change(session: Session, params: Changed) -> None:
    """`textDocument/didChange`."""
    apply(session, params.text_document.uri, params.text_document.version, params.content_changes)


def did_close(session: Session, params: AboutDocument) -> None:
    """`textDocument/didClose`: the text goes, here and in the house."""
    close(session, params.text_document.uri)


def did_save(session: Session, params: AboutDocument) -> None:
    """`textDocument/didSave`: an ignore file or settings may be what was saved."""
    session.on_status()
    if not session.client.watches_files:
        session.on_rules()


def did_focus(session: Session, params: Focused) -> None:
    """`textDocument/didFocus`, as Copilot's clients send it."""
    if params.text_document is not None:
        session.documents.touch(params.text_document.uri)
        session.on_status()


def open_item(session: Session, item: DocumentItem, notebook: str | None = None) -> Document:
    """Keep a document that the editor opened."""
    document = Document(item.uri, item.language_id, item.version, item.text, notebook)
    session.documents.open(document)
    session.document_changed(item.uri)
    session.on_status()
    return document


def apply(session: Session, uri: str, version: int | None, changes: list[Change]) -> None:
    """Apply changes in order; those of a document that is not open are passed over."""
    document = session.documents.get(uri)
    if document is None:
        return
    for change in changes:
        if change.range is None:
            document.replace(change.text)
        else:
            start, end = change.range.start, change.range.end
            document.edit(
                Place(start.line, start.character),
                Place(end.line, end.character),
                change.text,
                session.client.encoding,
            )
    if version is not None:
        document.version = version
    session.documents.touch(uri)
    session.document_changed(uri, typed=True)


def close(session: Session, uri: str) -> None:
    """Forget a document."""
    session.documents.close(uri)
    session.document_changed(uri)
    session.house.forget(uri)
    session.on_status()
