"""The server's documents are the editor's, edit by edit, and cells follow their notebook."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.memory_editor import MemoryEditor

URI = "file:///ws/a.py"


def held(editor: MemoryEditor, uri: str = URI) -> str | None:
    document = editor.built.session.documents.get(uri)
    return document.text.reveal() if document is not None else None


async def test_edits_apply_in_order(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "one\r\ntwo\rthree\x0bfour")
    editor.change(URI, 2, "2", (1, 0), (1, 3))
    editor.change(URI, 3, "!", (2, 10), (2, 10))
    assert held(editor) == "one\r\n2\rthree\x0bfour!"
    editor.change(URI, 4, "all new")
    assert held(editor) == "all new"


async def test_an_edit_inside_a_surrogate_pair_takes_the_whole_character(
    editor: MemoryEditor,
) -> None:
    await editor.start()
    editor.open(URI, "a👍b")
    editor.change(URI, 2, "-", (0, 2), (0, 2))
    assert held(editor) == "a-👍b"


async def test_a_change_of_an_unknown_document_is_passed_over(editor: MemoryEditor) -> None:
    await editor.start()
    editor.change(URI, 2, "x", (0, 0), (0, 0))
    editor.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert held(editor) is None


@pytest.mark.parametrize("changes", [None, 5, [{"text": None}], [{"range": {}}], [[]]])
async def test_a_change_that_can_not_be_read_forgets_the_document(
    editor: MemoryEditor, changes: object
) -> None:
    await editor.start()
    editor.open(URI, "text")
    params = {"textDocument": {"uri": URI, "version": 2}, "contentChanges": changes}
    editor.notify("textDocument/didChange", params)
    assert held(editor) is None
    assert await editor.ghost(URI, 0, 0) is None
    assert await editor.last_decision() == "not-open"


async def test_a_cell_follows_the_rules_of_its_notebook(editor: MemoryEditor) -> None:
    await editor.start(workspaceFolders=[{"uri": "file:///ws", "name": "ws"}])
    cell, later = "vscode-notebook-cell:odd-name#1", "vscode-notebook-cell:odd-name#2"
    notebook = {"uri": "file:///ws/n.ipynb", "version": 1, "notebookType": "jupyter", "cells": []}
    item = {"uri": cell, "languageId": "python", "version": 1, "text": "a"}
    editor.notify(
        "notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": [item]}
    )
    edit = {"document": {"uri": cell, "version": 2}, "changes": [{"text": "abc"}]}
    structure = {"array": {"start": 1, "deleteCount": 0}, "didOpen": [{**item, "uri": later}]}
    editor.notify(
        "notebookDocument/didChange",
        {
            "notebookDocument": {"uri": notebook["uri"], "version": 2},
            "change": {"cells": {"textContent": [edit], "structure": structure}},
        },
    )
    await editor.ghost(cell, 0, 3)
    snapshot = editor.house.asked[0].snapshot
    assert snapshot.path == Path("/ws/n.ipynb")
    assert snapshot.governed
    assert snapshot.text.reveal() == "abc"
    editor.notify(
        "notebookDocument/didClose",
        {"notebookDocument": {"uri": notebook["uri"]}, "cellTextDocuments": [{"uri": cell}]},
    )
    assert held(editor, cell) is None
    assert held(editor, later) == "a"


@pytest.mark.parametrize(
    ("uri", "path", "governed"),
    [
        ("untitled:Untitled-1", None, True),
        ("git:/ws/a.py?%7B%22path%22%3A%22%2Fws%2F.env%22%7D", Path("/ws/.env"), True),
        ("output:log", None, False),
    ],
)
async def test_other_schemes_take_the_file_behind_them(
    editor: MemoryEditor, uri: str, path: Path | None, governed: bool
) -> None:
    await editor.start()
    editor.open(uri, "text")
    await editor.ghost(uri, 0, 0)
    snapshot = editor.house.asked[0].snapshot
    assert (snapshot.path, snapshot.governed) == (path, governed)


async def test_folders_come_and_go_and_the_innermost_one_holds(editor: MemoryEditor) -> None:
    await editor.start(workspaceFolders=[{"uri": "file:///ws", "name": ""}])
    added = [{"uri": "file:///ws/inner/", "name": ""}, {"uri": "https://x", "name": ""}]
    editor.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": added}})
    session = editor.built.session
    assert session.folder_of(Path("/ws/inner/a.py")) == Path("/ws/inner")
    assert session.folder_of(Path("/ws/inner/../a.py")) == Path("/ws")
    assert session.folder_of(Path("/ws/../etc/x")) is None
    assert session.folder_of(None) == Path("/ws")
    removed = [{"uri": "file:///ws", "name": ""}]
    editor.notify("workspace/didChangeWorkspaceFolders", {"event": {"removed": removed}})
    assert session.folder_of(Path("/ws/a.py")) is None


async def test_the_house_knows_which_folders_are_open(editor: MemoryEditor) -> None:
    await editor.start(workspaceFolders=[{"uri": "file:///ws", "name": ""}])
    added = {"added": [{"uri": "file:///more", "name": ""}]}
    editor.notify("workspace/didChangeWorkspaceFolders", {"event": added})
    assert editor.house.open_folders() == [Path("/ws"), Path("/more")]


async def test_the_house_hears_of_a_document_once_the_settings_are_known(
    editor: MemoryEditor,
) -> None:
    answered = asyncio.Event()
    editor.replies["workspace/configuration"] = [{}]
    receive = editor.receive

    def late(message: object) -> None:
        assert isinstance(message, dict)
        if "result" in message and not answered.is_set():
            asyncio.get_running_loop().call_later(0.01, late, message)
            return
        receive(message)

    editor.receive = late  # type: ignore[method-assign]
    await editor.start({"workspace": {"configuration": True}})
    editor.open(URI, "x")
    await asyncio.sleep(0.05)
    assert editor.house.opened_uris == []
    answered.set()
    await editor.until(lambda: editor.house.opened_uris == [URI])
