"""`codegrex/chat`: what comes along, what is told on the way, and one answer."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.memory_editor import MemoryEditor

A, B = "file:///ws/a.py", "file:///ws2/b.py"
FOLDERS = [{"uri": "file:///ws", "name": "ws"}, {"uri": "file:///ws2", "name": "ws2"}]


def deltas(editor: MemoryEditor, token: object) -> list[str]:
    progress = [params for method, params in editor.told if method == "$/progress"]
    return [one["value"]["delta"] for one in progress if one["token"] == token]


def span(start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    places = ({"line": line, "character": column} for line, column in (start, end))
    return dict(zip(("start", "end"), places, strict=True))


async def test_an_answer_has_the_shape_of_the_contract(editor: MemoryEditor) -> None:
    await editor.start(workspaceFolders=FOLDERS)
    told = await editor.request("codegrex/chat", {"message": "Why?"})
    assert told["conversationId"] == "c0"
    assert told["message"] == "It adds."
    assert told["route"] is None
    assert told["decision"] == {"code": "answered", "message": "answered"}
    assert [method for method, _ in editor.told if method == "$/progress"] == []


@pytest.mark.parametrize("token", ["chat-1", 7, 0])
async def test_parts_are_told_where_there_is_a_token(editor: MemoryEditor, token: object) -> None:
    await editor.start()
    await editor.request("codegrex/chat", {"message": "Why?", "partialResultToken": token})
    assert deltas(editor, token) == ["It ", "adds."]


@pytest.mark.parametrize("token", [True, None, {"a": 1}, 1.5])
async def test_a_token_of_another_type_is_none(editor: MemoryEditor, token: object) -> None:
    await editor.start()
    await editor.request("codegrex/chat", {"message": "Why?", "partialResultToken": token})
    assert "$/progress" not in [method for method, _ in editor.told]


async def test_open_documents_and_parts_of_them_come_along(editor: MemoryEditor) -> None:
    await editor.start(workspaceFolders=FOLDERS)
    editor.open(A, "x = '\U0001f44d'\ny = 2\n")
    attachments = [{"uri": A}, {"uri": A, "range": span((0, 5), (1, 1))}]
    asked = editor.ask("codegrex/chat", {"message": "Why?", "attachments": attachments})
    editor.change(A, 2, "other")
    await editor.answer(asked)
    (question,) = editor.house.questions
    whole, part = question.attachments
    assert whole.snapshot.text.reveal() == "x = '\U0001f44d'\ny = 2\n", "as it was when asked"
    assert whole.span == (0, 14)
    start, end = part.span
    assert part.snapshot.text.reveal()[start:end] == "\U0001f44d'\ny"


async def test_a_document_that_is_not_open_is_withheld_with_its_reason(
    editor: MemoryEditor, tmp_path: Path
) -> None:
    await editor.start()
    (tmp_path / "disk.py").write_text("canary = 1\n")
    uris = [(tmp_path / "disk.py").as_uri(), "no uri at all", "http://x/y.py"]
    params = {"message": "Why?", "attachments": [{"uri": uri} for uri in uris]}
    told = await editor.request("codegrex/chat", params)
    assert [(one["origin"], one["code"]) for one in told["withheld"]] == [
        ("disk.py", "not-open"),
        ("document", "not-open"),
        ("document", "not-open"),
    ]
    assert editor.house.questions[0].attachments == ()


async def test_a_document_that_is_too_large_is_withheld(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(A, "x" * 8_000_001)
    told = await editor.request("codegrex/chat", {"message": "Why?", "attachments": [{"uri": A}]})
    assert [one["code"] for one in told["withheld"]] == ["too-large"]


@pytest.mark.parametrize(
    ("opened", "attached", "folder"),
    [([A, B], [A], "/ws"), ([A, B], [], "/ws2"), ([], [], "/ws"), ([], [B], "/ws")],
)
async def test_a_conversation_belongs_to_the_folder_that_it_is_about(
    editor: MemoryEditor, opened: list[str], attached: list[str], folder: str
) -> None:
    await editor.start(workspaceFolders=FOLDERS)
    for uri in opened:
        editor.open(uri, "x = 1\n")
    params = {"message": "Why?", "attachments": [{"uri": uri} for uri in attached]}
    await editor.request("codegrex/chat", params)
    assert editor.house.questions[0].folder == Path(folder)


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({}, "message"),
        ({"message": "  \n"}, "message is empty"),
        ({"message": 5}, "message"),
        ({"message": "x", "attachments": [{}]}, "uri"),
        ({"message": "x", "attachments": [{"uri": A, "range": 5}]}, "range"),
        ({"message": "x", "includeTerminal": "yes"}, "includeTerminal"),
    ],
)
async def test_a_wrong_question_is_refused_by_the_name_of_its_field(
    editor: MemoryEditor, params: object, named: str
) -> None:
    await editor.start()
    error = await editor.refusal("codegrex/chat", params)
    assert error["code"] == -32602
    assert named in error["message"]
    assert editor.house.questions == []


async def test_a_cancel_ends_the_work_and_nothing_more_is_told(editor: MemoryEditor) -> None:
    await editor.start()
    editor.house.gate.clear()
    asked = editor.ask("codegrex/chat", {"message": "Why?", "partialResultToken": 1})
    await editor.until(lambda: deltas(editor, 1) == ["It "])
    editor.notify("$/cancelRequest", {"id": asked})
    assert (await editor.answer(asked))["error"]["code"] == -32800
    assert editor.house.cancelled == 1
    editor.house.gate.set()
    await asyncio.sleep(0)
    assert deltas(editor, 1) == ["It "]


async def test_a_preview_of_a_chat_attaches_the_document_or_what_is_named(
    editor: MemoryEditor,
) -> None:
    await editor.start(workspaceFolders=FOLDERS)
    editor.open(A, "a = 1\n")
    editor.open(B, "b = 2\n")
    place = {"textDocument": {"uri": A}, "position": {"line": 0, "character": 0}, "task": "chat"}
    preview = await editor.request("codegrex/preview", place)
    assert preview["task"] == "chat" and preview["uri"].startswith("codegrex-preview:")
    more = {"message": "Why?", "attachments": [{"uri": B}], "conversationId": "c7"}
    await editor.request("codegrex/preview", {**place, **more})
    first, second = editor.house.questions
    assert [one.snapshot.uri for one in first.attachments] == [A]
    assert [one.snapshot.uri for one in second.attachments] == [B]
    assert (second.message.reveal(), second.conversation) == ("Why?", "c7")


async def test_a_real_conversation_streams_and_hangs_up_when_cancelled(
    real: MemoryEditor, tmp_path: Path
) -> None:
    path = tmp_path / "ws" / "a.py"
    async with FakeOllama({"m": FakeModel(words=("It ", "adds."))}) as ollama:
        settings = {
            "chat": {"routes": ["ollama"]},
            "providers": {"ollama": {"baseUrl": ollama.base_url, "model": "m"}},
        }
        await real.start(initializationOptions={"settings": settings})
        real.open(path.as_uri(), "def add(a, b): ...\n")
        params = {
            "message": "What?",
            "attachments": [{"uri": path.as_uri()}],
            "partialResultToken": "t",
            "includeTerminal": True,
        }
        told = await real.request("codegrex/chat", params)
        assert "".join(deltas(real, "t")) == told["message"] == "It adds."
        assert told["withheld"] == [{"origin": "terminal", "code": "terminal-off", "rule": ""}]
        assert "capture is off" in told["decision"]["message"]
        ollama.pause = asyncio.Event()
        params = {**params, "conversationId": told["conversationId"], "partialResultToken": "u"}
        asked = real.ask("codegrex/chat", params)
        await real.until(lambda: bool(deltas(real, "u")))
        real.notify("$/cancelRequest", {"id": asked})
        assert (await real.answer(asked))["error"]["code"] == -32800
        await asyncio.wait_for(ollama.server.hung_up.wait(), 10)
        bodies = [one.body for one in ollama.server.requests if one.target == "/api/chat"]
    roles = [turn["role"] for turn in json.loads(bodies[1])["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
