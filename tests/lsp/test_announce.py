"""The editor is told what changed, once, in fixed words."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from codegrex_lsp.engine.requests import RouteHealth
from codegrex_lsp.settings.model import Problem
from codegrex_lsp.settings.pins import Standing
from codegrex_lsp.values.mode import Mode
from tests.support.memory_editor import MemoryEditor

URI = "file:///ws/a.py"
STATUS = "codegrex/didChangeStatus"


def told(editor: MemoryEditor, method: str) -> list[Any]:
    return [params for name, params in editor.told if name == method]


async def test_the_status_is_told_at_start_and_when_it_changed(editor: MemoryEditor) -> None:
    await editor.start()
    await editor.until(lambda: len(told(editor, STATUS)) == 1)
    editor.house.mode = Mode.OFFLINE
    editor.open(URI, "a")
    await editor.ghost(URI, 0, 1)
    await editor.until(lambda: len(told(editor, STATUS)) == 2)
    last = told(editor, STATUS)[-1]
    assert last["mode"] == "offline"
    assert last["lastDecision"]["code"] == "shown"


async def test_a_status_that_did_not_change_is_not_told_again(editor: MemoryEditor) -> None:
    await editor.start()
    await editor.until(lambda: len(told(editor, STATUS)) == 1)
    await look_again(editor)
    assert len(told(editor, STATUS)) == 1


async def test_seconds_that_pass_are_no_news(editor: MemoryEditor) -> None:
    resting = RouteHealth("mistral", "m", "open", "it does not answer", 1.0, 60.0, 30.0)
    editor.house.routes = (resting,)
    await editor.start()
    await editor.until(lambda: len(told(editor, STATUS)) == 1)
    assert told(editor, STATUS)[0]["routes"][0]["retryInSeconds"] == 30
    editor.house.routes = (replace(resting, retry_s=29.0),)
    await look_again(editor)
    assert len(told(editor, STATUS)) == 1
    editor.house.routes = (replace(resting, state="closed"),)
    await look_again(editor)
    await editor.until(lambda: len(told(editor, STATUS)) == 2)


async def test_copilots_clients_get_copilots_message(editor: MemoryEditor) -> None:
    await editor.start(initializationOptions={"editorInfo": {"name": "Editor", "version": "1"}})
    await editor.until(lambda: bool(told(editor, "didChangeStatus")))
    assert told(editor, "didChangeStatus") == [
        {"kind": "Normal", "busy": False, "message": "Ready."}
    ]


async def test_other_clients_do_not(editor: MemoryEditor) -> None:
    await editor.start()
    await editor.until(lambda: bool(told(editor, STATUS)))
    assert told(editor, "didChangeStatus") == []


async def test_a_mode_changed_elsewhere_is_noticed(editor: MemoryEditor) -> None:
    await editor.start()
    await editor.until(lambda: bool(told(editor, STATUS)))
    editor.house.mode = Mode.OFFLINE
    editor.built.announcer.look_if_mode_changed()
    await editor.until(lambda: told(editor, STATUS)[-1]["mode"] == "offline")


async def test_a_policy_changed_elsewhere_is_noticed(editor: MemoryEditor) -> None:
    await editor.start()
    await editor.until(lambda: bool(told(editor, STATUS)))
    assert "policy" not in told(editor, STATUS)[-1]
    editor.house.standing = Standing(pinned=True, code="policy-missing", reason="it is missing")
    editor.built.announcer.look_if_mode_changed()
    await editor.until(lambda: "policy" in told(editor, STATUS)[-1])
    assert told(editor, STATUS)[-1]["policy"] == {
        "state": "closed",
        "code": "policy-missing",
        "message": "it is missing",
        "fix": "",
    }


async def test_each_problem_in_the_settings_is_named_once(editor: MemoryEditor) -> None:
    await editor.start()
    await editor.until(lambda: bool(told(editor, STATUS)))
    editor.house.problems = (Problem("user file", "privacy.mode", "must be a string."),)
    await look_again(editor)
    await look_again(editor)
    assert told(editor, "window/logMessage") == [
        {"type": 2, "message": "CodeGrex settings: user file: privacy.mode: must be a string."}
    ]


async def look_again(editor: MemoryEditor) -> None:
    """Have the server look at the status once more."""
    looked = len(editor.house.statuses)
    editor.built.session.on_status()
    await editor.until(lambda: len(editor.house.statuses) > looked)


def progress(editor: MemoryEditor) -> list[tuple[str, str | None]]:
    values = [params["value"] for params in told(editor, "$/progress")]
    return [(value["kind"], value.get("message")) for value in values]


async def test_a_model_that_loads_shows_progress_from_any_thread(editor: MemoryEditor) -> None:
    await editor.start({"window": {"workDoneProgress": True}})
    say = editor.house.progress
    await asyncio.to_thread(say, "Starting the model.")
    await editor.until(lambda: progress(editor) == [("begin", "Starting the model.")])
    await asyncio.to_thread(say, "Loading the model.")
    await editor.until(lambda: progress(editor)[-1] == ("report", "Loading the model."))
    await asyncio.to_thread(say, "")
    await editor.until(lambda: progress(editor)[-1] == ("end", None))
    say("Again.")
    await editor.until(lambda: progress(editor)[-1] == ("begin", "Again."))
    tokens = {params["token"] for params in told(editor, "$/progress")}
    assert len(tokens) == 2
    say("")
    await editor.until(lambda: progress(editor)[-1] == ("end", None))


async def test_an_editor_that_shows_no_progress_is_not_asked_to(editor: MemoryEditor) -> None:
    await editor.start()
    editor.house.progress("Starting the model.")
    await editor.request("codegrex/status", {})
    await asyncio.sleep(0)
    assert told(editor, "window/workDoneProgress/create") == []
    assert progress(editor) == []
