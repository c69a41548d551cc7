"""Workspace folders, and files that the editor watches for us."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from codegrex_lsp.lsp import uris
from codegrex_lsp.lsp.protocol import FoldersChanged, Nothing
from codegrex_lsp.lsp.registration import register
from codegrex_lsp.lsp.session import Session

WATCHED: Final = ("**/.codegrexignore", "**/.gitignore", "**/.codegrex.toml")


def did_change_folders(session: Session, params: FoldersChanged) -> None:
    """`workspace/didChangeWorkspaceFolders`."""
    gone = {folder_at(folder.uri) for folder in params.event.removed or []}
    session.folders = [folder for folder in session.folders if folder not in gone]
    for folder in params.event.added or []:
        add_folder(session, folder.uri)
    session.wish()


def add_folder(session: Session, uri: str) -> None:
    """Keep a folder; one that is no local path is passed over."""
    path = folder_at(uri)
    if path is not None and path not in session.folders:
        session.folders.append(path)


def folder_at(uri: str) -> Path | None:
    """The plain absolute path that a folder's uri names."""
    path = uris.to_path(uri)
    return Path(os.path.normpath(path)) if path is not None else None


def did_change_files(session: Session, params: Nothing) -> None:
    """`workspace/didChangeWatchedFiles`: a mere hint, the house looks at its files by itself."""
    session.rules_changed()


async def watch_files(session: Session) -> None:
    """Register for changes of ignore files and repository settings."""
    watchers: list[dict[str, Any]] = [{"globPattern": pattern} for pattern in WATCHED]
    await register(session, "workspace/didChangeWatchedFiles", {"watchers": watchers})
