"""`codegrex/status`: mode, route, the document's own verdict, and why the last request ended."""

from __future__ import annotations

from typing import Any

from codegrex_lsp.lsp.protocol import StatusWanted
from codegrex_lsp.lsp.session import Session


def answer(session: Session, params: StatusWanted) -> dict[str, Any]:
    """The status, about a document or the one used last."""
    named = params.text_document
    document = session.documents.get(named.uri) if named is not None else None
    about = session.snapshot(document) if document is not None and document.kept else None
    return session.status(about).as_json()
