"""Invariant 8: a request sees the document as it was when the request arrived.

The messages of a burst are handed over without giving the event loop a turn, as when they come in
one read: whatever a handler looked at after its first await would already be the changed text.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from codegrex_lsp.portable import Folders
from tests.support.memory_editor import MemoryEditor

URI = "file:///ws/a.py"
POSITION = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 3}}


@pytest_asyncio.fixture
async def editor(tmp_path: Path) -> AsyncIterator[MemoryEditor]:
    editor = MemoryEditor(Folders(*(tmp_path / name for name in "cskdm")))
    await editor.start()
    editor.open(URI, "old")
    yield editor
    await editor.leave()


async def test_inline_completion_sees_the_text_of_its_own_moment(editor: MemoryEditor) -> None:
    asked = editor.want(URI, 0, 3)
    editor.change(URI, 2, "new text")
    await editor.answer(asked)
    assert editor.house.asked[0].snapshot.text.reveal() == "old"
    assert editor.house.asked[0].snapshot.version == 1


async def test_classic_completion_does_too(editor: MemoryEditor) -> None:
    asked = editor.ask("textDocument/completion", POSITION)
    editor.change(URI, 2, "new text")
    await editor.answer(asked)
    assert editor.house.asked[0].snapshot.text.reveal() == "old"


async def test_preview_does_too(editor: MemoryEditor) -> None:
    asked = editor.ask("codegrex/preview", POSITION)
    editor.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    await editor.answer(asked)
    assert editor.house.previewed[0][0].snapshot.text.reveal() == "old"


async def test_neighbours_are_of_the_same_moment(editor: MemoryEditor) -> None:
    added = [{"uri": "file:///ws", "name": "ws"}]
    editor.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": added}})
    editor.open("file:///ws/b.py", "neighbour then")
    asked = editor.want(URI, 0, 3)
    editor.change("file:///ws/b.py", 2, "neighbour now")
    await editor.answer(asked)
    (neighbour,) = editor.house.asked[0].neighbours
    assert neighbour.text.reveal() == "neighbour then"


async def test_a_snapshot_does_not_follow_the_document(editor: MemoryEditor) -> None:
    editor.house.gate.clear()
    asked = editor.want(URI, 0, 3)
    await editor.until(lambda: bool(editor.house.asked))
    snapshot = editor.house.asked[0].snapshot
    editor.change(URI, 2, "new text")
    assert snapshot.text.reveal() == "old"
    editor.house.gate.set()
    await editor.answer(asked)
