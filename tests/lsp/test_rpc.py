"""The conversation survives whatever is sent, and answers every request once, without text."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from codegrex_lsp.engine.requests import CompletionOutcome, CompletionRequest
from codegrex_lsp.lsp.framing import Trouble
from tests.support.memory_editor import MemoryEditor

URI = "file:///ws/a.py"


def codes(editor: MemoryEditor) -> list[int]:
    return [answer["error"]["code"] for answer in editor.answers.get(None, [])]


async def test_what_is_not_json_is_a_parse_error_and_the_server_lives_on(
    editor: MemoryEditor,
) -> None:
    receive = editor.built.server.protocol.receive
    for body in (b"{", b"\xff\xfe", b"", b"[" * 200_000, b"nul", Trouble.HEADER):
        receive(body)
    assert codes(editor) == [-32700] * 6
    assert (await editor.start())["serverInfo"]["name"] == "codegrex-lsp"


@pytest.mark.parametrize(
    "message",
    [
        [],
        5,
        "x",
        None,
        {},
        {"id": 1, "method": "initialize"},
        {"jsonrpc": "1.0", "id": 1, "method": "initialize"},
        {"jsonrpc": "2.0", "id": 1.5, "method": "initialize"},
        {"jsonrpc": "2.0", "id": None, "method": "initialize"},
        {"jsonrpc": "2.0", "id": True, "method": "initialize"},
        {"jsonrpc": "2.0", "id": 1, "method": 5},
    ],
)
async def test_what_is_no_request_is_an_invalid_request(
    editor: MemoryEditor, message: object
) -> None:
    editor.receive(message)
    assert codes(editor) == [-32600]


async def test_a_response_nobody_asked_for_is_passed_over(editor: MemoryEditor) -> None:
    await editor.start()
    for identity in (1, "x", None, [], {}):
        editor.receive({"jsonrpc": "2.0", "id": identity, "result": 1})
        editor.receive({"jsonrpc": "2.0", "id": identity, "error": "x"})
    assert await editor.request("codegrex/status", {})


async def test_wrong_parameters_are_named_without_their_values(editor: MemoryEditor) -> None:
    await editor.start()
    error = await editor.refusal("textDocument/inlineCompletion", {"textDocument": {"uri": 7}})
    assert error["code"] == -32602
    assert "textDocument.uri" in error["message"]


async def test_an_unknown_method_is_refused_and_an_unknown_notification_passed_over(
    editor: MemoryEditor,
) -> None:
    await editor.start()
    editor.notify("codegrex/noSuchThing", {"a": 1})
    editor.notify("$/setTrace", {"value": "off"})
    assert (await editor.refusal("codegrex/noSuchThing"))["code"] == -32601


async def test_nothing_is_answered_before_initialize(editor: MemoryEditor) -> None:
    assert (await editor.refusal("codegrex/status", {}))["code"] == -32002
    editor.open(URI, "text")
    assert len(editor.built.session.documents) == 0


async def test_a_second_initialize_is_refused(editor: MemoryEditor) -> None:
    await editor.start()
    assert (await editor.refusal("initialize", {"capabilities": {}}))["code"] == -32600


async def test_after_shutdown_requests_are_refused_and_exit_is_clean(editor: MemoryEditor) -> None:
    await editor.start()
    assert await editor.request("shutdown") is None
    assert (await editor.refusal("codegrex/status", {}))["code"] == -32600
    editor.notify("exit")
    assert editor.exits == [0]


async def test_exit_without_shutdown_is_a_failure(editor: MemoryEditor) -> None:
    await editor.start()
    editor.notify("exit")
    assert editor.exits == [1]


async def test_a_failure_inside_says_so_in_fixed_words(
    editor: MemoryEditor, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(request: CompletionRequest) -> CompletionOutcome:
        raise ValueError("hunter2")

    caplog.set_level(logging.DEBUG)
    await editor.start()
    editor.open(URI, "hunter2 = 1")
    editor.house.script = broken
    answer = await editor.answer(editor.want(URI, 0, 3))
    assert answer["error"]["code"] == -32603
    assert "data" not in answer["error"]
    assert "hunter2" not in json.dumps(answer)
    ours = [record.getMessage() for record in caplog.records if "codegrex" in record.name]
    assert ours
    assert not any("hunter2" in message for message in ours)


async def test_shutdown_answers_what_is_still_waiting(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "a")
    editor.house.gate.clear()
    waiting = editor.want(URI, 0, 1)
    await editor.until(lambda: bool(editor.house.asked))
    await editor.request("shutdown")
    assert (await editor.answer(waiting))["error"]["code"] == -32800
    assert editor.house.cancelled == 1


async def test_cancelling_what_is_unknown_or_done_changes_nothing(editor: MemoryEditor) -> None:
    await editor.start()
    done = editor.ask("codegrex/status", {})
    params: list[Any] = [{"id": done}, {"id": 999}, {"id": None}, {"id": [1]}, {}, None, [], "x"]
    for wrong in params:
        editor.notify("$/cancelRequest", wrong)
    assert "result" in await editor.answer(done)
