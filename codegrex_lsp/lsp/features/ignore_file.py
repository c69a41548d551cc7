"""`codegrex.ignoreFile`: a line for the file in `.codegrexignore`, as an edit of the editor's.

So the person sees it and can undo it. It counts once the editor has saved it.
"""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from codegrex_lsp.lsp import uris
from codegrex_lsp.lsp.positions import LineIndex
from codegrex_lsp.lsp.protocol import IgnoreFileWanted
from codegrex_lsp.lsp.rpc import Code, Refusal
from codegrex_lsp.lsp.session import Session, View

if TYPE_CHECKING:
    from codegrex_lsp.privacy.ignore.addition import Addition

_LONGEST: Final = 1024 * 1024
"""Bytes of an ignore file that is added to."""

_INFO: Final = 3
"""`MessageType.Info`, LSP 3.17."""


def answer(session: Session, params: IgnoreFileWanted) -> Coroutine[Any, Any, None]:
    """Add the line.

    Raises:
        Refusal: There is no file behind the document, or its name fits in no line.
    """
    from codegrex_lsp.privacy.ignore.addition import addition

    uri = params.text_document.uri
    document = session.documents.get(uri)
    path, _ = uris.governor((document.notebook if document else None) or uri)
    if path is None:
        raise Refusal(Code.FAILED, "There is no file behind this document.")
    folder = session.folder_of(path)
    if session.house.explain_ignore(path, folder).ignored:
        raise Refusal(Code.FAILED, "This file is not read already.")
    wanted = addition(path, folder)
    if wanted is None:
        raise Refusal(Code.FAILED, "The name of this file fits in no line of an ignore file.")
    return _add(session, path, wanted)


async def _add(session: Session, path: Path, wanted: Addition) -> None:
    view = _open_already(session, wanted.file)
    uri = view.snapshot.uri if view is not None else wanted.file.as_uri()
    edit = _edit(session, uri, view, wanted)
    label = "Do not read this file"
    params = {"label": label, "edit": edit, "metadata": {"isRefactoring": True}}
    try:
        done = await session.line.ask("workspace/applyEdit", params)
    except (Refusal, TimeoutError):
        done = None
    if not isinstance(done, dict) or done.get("applied") is not True:
        raise Refusal(Code.FAILED, f"The editor did not add to {wanted.file.name}.")
    if session.house.explain_ignore(path, session.folder_of(path)).ignored:
        session.rules_changed()
        return
    sentence = f"CodeGrex: save {wanted.file.name}, and this file is read no more."
    session.line.tell("window/showMessage", {"type": _INFO, "message": sentence})
    if session.client.shows_documents:
        await session.line.ask("window/showDocument", {"uri": uri, "takeFocus": True})


def _open_already(session: Session, file: Path) -> View | None:
    """The ignore file, where the editor has it open, maybe with changes."""
    same = (document.uri for document in session.documents if uris.to_path(document.uri) == file)
    return next((view for uri in same if (view := session.view(uri)) is not None), None)


def _edit(session: Session, uri: str, view: View | None, wanted: Addition) -> dict[str, Any]:
    """A `WorkspaceEdit` that adds the line at the end, and the file where there is none."""
    content = view.index.text if view is not None else _on_disk(wanted.file)
    text = content or ""
    end = LineIndex(text).place(len(text), session.client.encoding)
    newline = "\r\n" if "\r\n" in text else "\n"
    lead = newline if text and not text.endswith("\n") else ""
    place = {"line": end.line, "character": end.column}
    added = {"range": {"start": place, "end": place}, "newText": f"{lead}{wanted.line}{newline}"}
    if not session.client.creates_files:
        return {"changes": {uri: [added]}}
    version = view.snapshot.version if view is not None else None
    changes: list[dict[str, Any]] = [
        {"textDocument": {"uri": uri, "version": version}, "edits": [added]}
    ]
    if content is None:
        changes.insert(0, {"kind": "create", "uri": uri, "options": {"ignoreIfExists": True}})
    return {"documentChanges": changes}


def _on_disk(file: Path) -> str | None:
    """The file's text; None where there is none.

    Raises:
        Refusal: It can not be read, and so not be added to.
    """
    from codegrex_lsp.settings.files import Unreadable, read_bytes

    try:
        content = read_bytes(file, _LONGEST)
        return None if content is None else content.decode("utf-8-sig")
    except (Unreadable, UnicodeDecodeError):
        raise Refusal(Code.FAILED, f"{file.name} can not be read.") from None
