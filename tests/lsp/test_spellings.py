"""However an editor names a document, it keeps the mode and the rules of its folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from codegrex_lsp import portable
from codegrex_lsp.engine.house import House
from tests.support.memory_editor import MemoryEditor


@pytest_asyncio.fixture
async def editor(tmp_path: Path) -> AsyncIterator[MemoryEditor]:
    """A server with the real house, in a folder whose repository asks for offline mode."""
    folder = tmp_path / "w"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    (folder / ".codegrex.toml").write_text('[privacy]\nmode = "offline"\n')
    (folder / ".codegrexignore").write_text("hidden.py\n")
    editor = MemoryEditor(portable.folders({"CODEGREX_HOME": str(tmp_path / "home")}), House)
    await editor.start(workspaceFolders=[{"uri": folder.as_uri(), "name": "w"}])
    yield editor
    await editor.leave()


SPELLINGS = ["file://{}/w/{}", "file:///{}/w/{}", "file://{}/w/./{}", "file://{}/x/../w/{}"]
SPELLINGS += [
    "file://{}/%77/{}",
    "FILE://localhost{}/w/{}",
    "file://{}/link/{}",
    "file:///{}//link/{}",
]
SPELLINGS += ["git:{}/link/{}?%7B%22ref%22%3A%22%22%7D", "untitled:{}/link/{}"]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_the_folders_mode_holds(editor: MemoryEditor, tmp_path: Path, spelling: str) -> None:
    uri = spelling.format(tmp_path, "a.py")
    editor.open(uri, "x = 1\n")

    status = await editor.request("codegrex/status", {"textDocument": {"uri": uri}})

    assert (status["mode"], status["file"]["ignored"]) == ("offline", False)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", ["hidden.py", ".env", "%2Eenv", ".env%20", ".env/", "sub/../.ENV"])
async def test_an_ignored_file_is_ignored(
    editor: MemoryEditor, tmp_path: Path, spelling: str, name: str
) -> None:
    uri = spelling.format(tmp_path, name)
    editor.open(uri, "TOKEN = 1\n")

    status = await editor.request("codegrex/status", {"textDocument": {"uri": uri}})
    (verdict,) = await editor.request("codegrex/explainIgnore", {"uri": uri})

    assert status["file"]["ignored"] and verdict["ignored"]
    assert await editor.ghost(uri, 0, 3, context={"triggerKind": 1}) is None
