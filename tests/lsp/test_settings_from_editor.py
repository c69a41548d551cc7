"""The editor's settings reach the house, however the editor hands them over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.memory_editor import MemoryEditor

PULLS = {"workspace": {"configuration": True}}


def mode(name: str) -> dict[str, Any]:
    return {"privacy": {"mode": name}}


def pulling(editor: MemoryEditor) -> bool:
    """Whether the editor's answer is still being waited for or read."""
    return any("pull" in str(task.get_coro()) for task in editor.built.tasks)


async def test_settings_at_start_are_wished(editor: MemoryEditor) -> None:
    options = {"settings": {"codegrex": mode("offline")}, "trusted": False}
    await editor.start(initializationOptions=options)
    assert editor.house.wishes.editor == mode("offline")
    assert not editor.house.wishes.trusted


async def test_pushed_settings_lie_over_those_at_start(editor: MemoryEditor) -> None:
    await editor.start(initializationOptions={"settings": {**mode("normal"), "a": 1}})
    for pushed in ({"codegrex": mode("offline")}, mode("offline")):
        editor.notify("workspace/didChangeConfiguration", {"settings": pushed})
        assert editor.house.wishes.editor == {**mode("offline"), "a": 1}


@pytest.mark.parametrize("settings", [None, 5, "x", []])
async def test_pushed_nonsense_changes_nothing(editor: MemoryEditor, settings: object) -> None:
    await editor.start(initializationOptions={"settings": mode("offline")})
    editor.notify("workspace/didChangeConfiguration", {"settings": settings})
    assert editor.house.wishes.editor == mode("offline")


async def test_an_editor_that_can_be_asked_is_asked(editor: MemoryEditor) -> None:
    answers = [[mode("offline")], [mode("normal")]]
    editor.replies["workspace/configuration"] = lambda params: answers.pop(0)
    await editor.start(PULLS)
    await editor.until(lambda: editor.house.wishes.editor == mode("offline"))
    editor.notify("workspace/didChangeConfiguration", {"settings": None})
    await editor.until(lambda: editor.house.wishes.editor == mode("normal"))
    assert ("workspace/configuration", {"items": [{"section": "codegrex"}]}) in editor.told


@pytest.mark.parametrize("reply", [None, [], [None], [5], {"a": 1}])
async def test_an_answer_that_is_no_table_changes_nothing(
    editor: MemoryEditor, reply: object
) -> None:
    editor.replies["workspace/configuration"] = reply
    await editor.start(PULLS, initializationOptions={"settings": mode("offline")})
    await editor.until(
        lambda: any(method == "workspace/configuration" for method, _ in editor.told)
    )
    await editor.until(lambda: editor.house.warm and not pulling(editor))
    assert editor.house.wishes.editor == mode("offline")


async def test_file_changes_are_registered_for_where_the_editor_can(editor: MemoryEditor) -> None:
    can = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    await editor.start(can)
    await editor.until(lambda: any("registerCapability" in method for method, _ in editor.told))
    (params,) = [params for method, params in editor.told if "registerCapability" in method]
    watchers = params["registrations"][0]["registerOptions"]["watchers"]
    assert {watcher["globPattern"] for watcher in watchers} == {
        "**/.codegrexignore",
        "**/.gitignore",
        "**/.codegrex.toml",
    }
    editor.notify("workspace/didChangeWatchedFiles", {"changes": []})
    assert await editor.request("codegrex/status", {})
