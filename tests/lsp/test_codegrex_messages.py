"""`codegrex/*` requests and the commands that stand for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codegrex_lsp.values.mode import Mode, Task
from tests.support.memory_editor import MemoryEditor
from tests.support.scripted_house import Verdict

URI = "file:///ws/a.py"
FOLDERS = [{"uri": "file:///ws", "name": "ws"}, {"uri": "file:///ws2", "name": "ws2"}]


async def test_status_is_about_the_document_named_or_used_last(editor: MemoryEditor) -> None:
    await editor.start(workspaceFolders=FOLDERS)
    editor.open(URI, "a")
    editor.open("file:///ws2/b.py", "b")
    status = await editor.request("codegrex/status", {"textDocument": {"uri": URI}})
    folder, about = editor.house.statuses[-1]
    assert status["mode"] == "sensitive"
    assert (folder, about and about.uri) == (Path("/ws"), URI)
    await editor.request("codegrex/status")
    folder, about = editor.house.statuses[-1]
    assert (folder, about and about.uri) == (Path("/ws2"), "file:///ws2/b.py")


async def test_status_without_any_document_is_about_the_workspace(editor: MemoryEditor) -> None:
    await editor.start(workspaceFolders=FOLDERS)
    await editor.request("codegrex/status", {})
    assert editor.house.statuses[-1] == (Path("/ws"), None)


async def test_a_mode_is_set_for_the_folder_named(editor: MemoryEditor) -> None:
    await editor.start(workspaceFolders=FOLDERS)
    params = {"mode": "offline", "workspaceFolder": "file:///ws2"}
    assert (await editor.request("codegrex/setMode", params))["mode"] == "offline"
    assert editor.house.chosen == [(Mode.OFFLINE, Path("/ws2"))]


async def test_a_mode_without_a_folder_is_for_every_open_one(editor: MemoryEditor) -> None:
    await editor.start(workspaceFolders=FOLDERS)
    await editor.request("codegrex/setMode", {"mode": "normal"})
    assert [folder for _, folder in editor.house.chosen] == [Path("/ws"), Path("/ws2")]


async def test_a_mode_without_any_open_folder_is_for_the_machine(editor: MemoryEditor) -> None:
    await editor.start()
    await editor.request("codegrex/setMode", {"mode": "normal"})
    assert editor.house.chosen == [(Mode.NORMAL, None)]


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"mode": "public"}, "normal, sensitive, offline"),
        ({"mode": 3}, "mode"),
        ({}, "mode"),
        ({"mode": "offline", "workspaceFolder": "file:///elsewhere"}, "workspaceFolder"),
        ({"mode": "offline", "workspaceFolder": "relative"}, "workspaceFolder"),
    ],
)
async def test_a_wrong_mode_or_folder_is_named(
    editor: MemoryEditor, params: object, named: str
) -> None:
    await editor.start(workspaceFolders=FOLDERS)
    error = await editor.refusal("codegrex/setMode", params)
    assert error["code"] == -32602
    assert named in error["message"]
    assert editor.house.chosen == []


async def test_a_mode_that_policy_forbids_is_refused_with_its_reason(
    editor: MemoryEditor,
) -> None:
    await editor.start()
    editor.house.pinned = Mode.SENSITIVE
    error = await editor.refusal("codegrex/setMode", {"mode": "normal"})
    assert error["code"] == -32803
    assert "policy" in error["message"]
    assert error["data"] == {"code": "policy"}


async def test_explain_ignore_gives_the_deciding_line(editor: MemoryEditor) -> None:
    await editor.start(workspaceFolders=FOLDERS)
    editor.house.verdict = Verdict(True, "/ws/.codegrexignore", 3, "*.key", "ignored")
    (entry,) = await editor.request("codegrex/explainIgnore", {"uri": "file:///ws/x.key"})
    assert editor.house.explained == [(Path("/ws/x.key"), Path("/ws"))]
    assert entry == {
        "path": "/ws/x.key",
        "ignored": True,
        "source": "/ws/.codegrexignore",
        "line": 3,
        "pattern": "*.key",
        "code": "ignored",
    }


@pytest.mark.parametrize(("uri", "ignored"), [("untitled:Untitled-1", False), ("output:x", True)])
async def test_explain_ignore_of_a_document_without_a_file(
    editor: MemoryEditor, uri: str, ignored: bool
) -> None:
    await editor.start()
    (entry,) = await editor.request("codegrex/explainIgnore", {"uri": uri})
    assert entry["ignored"] is ignored
    assert editor.house.explained == []


def place(line: int, character: int, **more: object) -> dict[str, object]:
    position = {"line": line, "character": character}
    return {"textDocument": {"uri": URI}, "position": position, **more}


async def test_a_preview_can_be_opened_by_its_uri(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "ab")
    preview = await editor.request("codegrex/preview", place(0, 1))
    request, task = editor.house.previewed[0]
    assert (request.cursor, task) == (1, Task.COMPLETION)
    assert preview["uri"].startswith("codegrex-preview:/")
    content = await editor.request("workspace/textDocumentContent", {"uri": preview["uri"]})
    shown = json.loads(content["text"])
    assert shown == {key: value for key, value in preview.items() if key != "uri"}


async def test_a_preview_that_is_not_kept_any_more_says_so(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "ab")
    first = await editor.request("codegrex/preview", place(0, 1))
    for _ in range(8):
        await editor.request("codegrex/preview", place(0, 1))
    error = await editor.refusal("workspace/textDocumentContent", {"uri": first["uri"]})
    assert error["code"] == -32803


async def test_a_preview_needs_an_open_document_and_a_known_task(editor: MemoryEditor) -> None:
    await editor.start()
    assert (await editor.refusal("codegrex/preview", place(0, 1)))["code"] == -32803
    editor.open(URI, "ab")
    wrong = await editor.refusal("codegrex/preview", place(0, 1, task="telemetry"))
    assert wrong["code"] == -32602
    assert editor.house.previewed == []


async def test_commands_take_an_object_or_plain_arguments(editor: MemoryEditor) -> None:
    await editor.start(workspaceFolders=FOLDERS)
    editor.open(URI, "ab")
    for arguments in (["offline", "file:///ws"], [{"mode": "offline", "workspaceFolder": "/ws"}]):
        command = {"command": "codegrex.setMode", "arguments": arguments}
        assert (await editor.request("workspace/executeCommand", command))["mode"] == "offline"
    assert editor.house.chosen == [(Mode.OFFLINE, Path("/ws"))] * 2
    command = {"command": "codegrex.preview", "arguments": [place(0, 1)]}
    assert (await editor.request("workspace/executeCommand", command))["task"] == "completion"


@pytest.mark.parametrize(
    "command",
    [
        {"command": "codegrex.setMode", "arguments": []},
        {"command": "codegrex.setMode"},
        {"command": "codegrex.preview", "arguments": [1, 2, 3, 4]},
        {"command": "rm -rf"},
        {},
    ],
)
async def test_a_wrong_command_is_invalid_parameters(editor: MemoryEditor, command: object) -> None:
    await editor.start()
    assert (await editor.refusal("workspace/executeCommand", command))["code"] == -32602


async def test_every_command_that_exists_is_announced(editor: MemoryEditor) -> None:
    result = await editor.start()
    announced = result["capabilities"]["executeCommandProvider"]["commands"]
    assert announced == [
        "codegrex.accept",
        "codegrex.setMode",
        "codegrex.preview",
        "codegrex.allowValue",
        "codegrex.ignoreFile",
    ]
