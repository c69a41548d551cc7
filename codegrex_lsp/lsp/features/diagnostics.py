"""`textDocument/diagnostic`: what is masked in a document, for editors that ask."""

from __future__ import annotations

from lsprotocol import types

from codegrex_lsp.lsp.marks import diagnostics
from codegrex_lsp.lsp.protocol import DiagnosticsWanted
from codegrex_lsp.lsp.session import Session


async def answer(
    session: Session, params: DiagnosticsWanted
) -> types.RelatedFullDocumentDiagnosticReport:
    """A full report; an empty one for a document that may not be read."""
    found = await diagnostics(session, params.text_document.uri)
    return types.RelatedFullDocumentDiagnosticReport(items=found)
