"""`initialize`, and what we can do. The capabilities are written out, not worked out."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from codegrex_lsp import __version__
from codegrex_lsp.lsp.client import Client
from codegrex_lsp.lsp.features import code_action, commands, workspace
from codegrex_lsp.lsp.features.preview import SCHEME
from codegrex_lsp.lsp.protocol import Initialize
from codegrex_lsp.lsp.session import Session


def initialize(session: Session, params: Initialize) -> dict[str, Any]:
    """Take the editor's introduction and give ours."""
    session.client = Client.of(params)
    for folder in params.workspace_folders or []:
        workspace.add_folder(session, folder.uri)
    root = params.root_uri or params.root_path
    if params.workspace_folders is None and root is not None:
        workspace.add_folder(session, root)
    session.wish()
    return {
        "capabilities": capabilities(session),
        "serverInfo": {"name": "codegrex-lsp", "version": __version__},
    }


def capabilities(session: Session) -> types.ServerCapabilities:
    """What the server does for this editor."""
    classic = None if session.client.inline else types.CompletionOptions()
    pulled = (
        types.DiagnosticOptions(
            inter_file_dependencies=False, workspace_diagnostics=False, identifier="codegrex"
        )
        if session.client.pulls_diagnostics
        else None
    )
    return types.ServerCapabilities(
        position_encoding=session.client.encoding.value,
        text_document_sync=types.TextDocumentSyncOptions(
            open_close=True,
            change=types.TextDocumentSyncKind.Incremental,
            save=True,
        ),
        notebook_document_sync=types.NotebookDocumentSyncOptions(
            notebook_selector=[types.NotebookDocumentFilterWithNotebook(notebook="*")],
        ),
        inline_completion_provider=types.InlineCompletionOptions(),
        completion_provider=classic,
        diagnostic_provider=pulled,
        hover_provider=True,
        code_action_provider=types.CodeActionOptions(code_action_kinds=[code_action.KIND]),
        execute_command_provider=types.ExecuteCommandOptions(commands=[*commands.COMMANDS]),
        workspace=types.WorkspaceOptions(
            workspace_folders=types.WorkspaceFoldersServerCapabilities(
                supported=True, change_notifications=True
            ),
            text_document_content=types.TextDocumentContentOptions(schemes=[SCHEME]),
        ),
    )
