"""`codegrex/setMode`: the person's choice, for a folder, for every open folder, or the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from codegrex_lsp.lsp import uris
from codegrex_lsp.lsp.protocol import ModeWanted
from codegrex_lsp.lsp.rpc import Code, Refusal
from codegrex_lsp.lsp.session import Session
from codegrex_lsp.values.mode import Mode


def answer(session: Session, params: ModeWanted) -> dict[str, Any]:
    """The status that follows.

    Raises:
        Refusal: No such mode or folder.
        RefusedError: Another source pins a stricter mode.
    """
    mode = _mode(params.mode)
    for folder in _folders(session, params.workspace_folder):
        session.house.choose_mode(mode, folder)
    session.rules_changed()
    return session.status().as_json()


def _mode(name: str) -> Mode:
    try:
        return Mode(name)
    except ValueError:
        known = ", ".join(Mode)
        raise Refusal(Code.INVALID_PARAMS, f"The mode must be one of: {known}.") from None


def _folders(session: Session, named: str | None) -> list[Path | None]:
    if named is None:
        return [*session.folders] or [None]
    folder = uris.to_path(named)
    if folder not in session.folders:
        raise Refusal(Code.INVALID_PARAMS, "workspaceFolder names no open workspace folder.")
    return [folder]
