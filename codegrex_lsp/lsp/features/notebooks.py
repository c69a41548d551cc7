"""Notebooks: each cell is a document that follows the rules of the notebook's file."""

from __future__ import annotations

from codegrex_lsp.lsp.features import synchronize
from codegrex_lsp.lsp.protocol import NotebookChanged, NotebookClosed, NotebookOpened
from codegrex_lsp.lsp.session import Session


def did_open(session: Session, params: NotebookOpened) -> None:
    """`notebookDocument/didOpen`."""
    for cell in params.cell_text_documents:
        synchronize.open_item(session, cell, params.notebook_document.uri)


def did_change(session: Session, params: NotebookChanged) -> None:
    """`notebookDocument/didChange`: cells come, go and change."""
    cells = params.change.cells
    if cells is None:
        return
    if cells.structure is not None:
        for item in cells.structure.did_open or []:
            synchronize.open_item(session, item, params.notebook_document.uri)
        for gone in cells.structure.did_close or []:
            synchronize.close(session, gone.uri)
    for text in cells.text_content or []:
        synchronize.apply(session, text.document.uri, text.document.version, text.changes)


def did_close(session: Session, params: NotebookClosed) -> None:
    """`notebookDocument/didClose`."""
    for cell in params.cell_text_documents:
        synchronize.close(session, cell.uri)
