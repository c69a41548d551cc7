"""What the server says it can do, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from codegrex_lsp import __version__
from tests.support.memory_editor import MemoryEditor

URI = "file:///ws/a.py"
INLINE = {"textDocument": {"inlineCompletion": {}}}


async def test_the_introduction_names_server_and_capabilities(editor: MemoryEditor) -> None:
    result = await editor.start()
    can = result["capabilities"]
    assert result["serverInfo"] == {"name": "codegrex-lsp", "version": __version__}
    assert can["inlineCompletionProvider"] == {}
    assert can["textDocumentSync"] == {"openClose": True, "change": 2, "save": True}
    assert can["workspace"]["workspaceFolders"] == {"supported": True, "changeNotifications": True}
    assert can["workspace"]["textDocumentContent"] == {"schemes": ["codegrex-preview"]}
    assert can["notebookDocumentSync"] == {"notebookSelector": [{"notebook": "*"}]}


@pytest.mark.parametrize(
    ("classic", "capabilities", "answered"),
    [
        ("auto", {}, True),
        ("auto", INLINE, False),
        ("on", INLINE, True),
        ("on", {}, True),
        ("off", {}, False),
    ],
)
async def test_classic_completion_is_for_editors_without_inline_completion(
    editor: MemoryEditor, classic: str, capabilities: dict[str, Any], answered: bool
) -> None:
    result = await editor.start(capabilities)
    assert ("completionProvider" in result["capabilities"]) is (capabilities != INLINE)
    editor.house.classic = classic
    editor.open(URI, "x = su")
    params = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 6}}
    answer = await editor.request("textDocument/completion", params)
    assert (answer is not None) is answered


@pytest.mark.parametrize(("classic", "registered"), [("on", True), ("auto", False)])
async def test_classic_completion_is_registered_later_where_the_setting_asks_for_it(
    editor: MemoryEditor, classic: str, registered: bool
) -> None:
    can = {"textDocument": {"inlineCompletion": {}, "completion": {"dynamicRegistration": True}}}
    editor.house.classic = classic
    await editor.start(can)
    await editor.until(lambda: editor.house.warm)
    asked = [params for method, params in editor.told if method == "client/registerCapability"]
    methods = [params["registrations"][0]["method"] for params in asked]
    assert methods == (["textDocument/completion"] if registered else [])


async def test_the_house_is_not_built_before_the_editor_has_our_introduction(
    editor: MemoryEditor,
) -> None:
    await editor.request("initialize", {"processId": None, "capabilities": {}})
    assert editor.built.session._house is None
    editor.notify("initialized", {})
    assert editor.built.session._house is not None


async def test_a_classic_entry_is_modest(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "x = su")
    params = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 6}}
    (entry,) = (await editor.request("textDocument/completion", params))["items"]
    place = {"line": 0, "character": 6}
    assert entry["label"] == "suggested"
    assert entry["filterText"] == "susuggested"
    assert entry["preselect"] is False
    assert entry["textEdit"] == {"range": {"start": place, "end": place}, "newText": "suggested"}
    assert entry["command"]["command"] == "codegrex.accept"


@pytest.mark.parametrize(
    "more",
    [{"rootUri": "file:///ws"}, {"rootPath": "/ws"}, {"workspaceFolders": [{"uri": "file:///ws"}]}],
)
async def test_folders_come_in_three_ways(editor: MemoryEditor, more: dict[str, Any]) -> None:
    await editor.start(**more)
    assert [str(folder) for folder in editor.built.session.folders] == ["/ws"]


async def test_the_house_is_warmed_after_the_introduction_and_closed_at_the_end(
    editor: MemoryEditor,
) -> None:
    await editor.start()
    await editor.until(lambda: editor.house.warm)
    await editor.built.close()
    assert editor.house.closed
