"""Ghost text: what arrives, where it lands, and why there is none."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp.engine.requests import CompletionOutcome, CompletionRequest, Trigger
from codegrex_lsp.values.reply import Decision, Suggestion
from codegrex_lsp.values.sealed import Sealed
from tests.support.memory_editor import MemoryEditor
from tests.support.scripted_house import insert

URI = "file:///ws/a.py"


def span(line: int, start: int, end: int) -> dict[str, Any]:
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}


async def test_a_suggestion_comes_with_range_and_command(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "def f():\n    ret")
    editor.house.script = insert("urn 1")
    item = await editor.ghost(URI, 1, 7)
    assert item["insertText"] == "urn 1"
    assert item["range"] == span(1, 7, 7)
    assert item["command"]["command"] == "codegrex.accept"
    assert not any("urn 1" in str(argument) for argument in item["command"]["arguments"])


async def test_the_house_gets_text_cursor_trigger_and_folder(editor: MemoryEditor) -> None:
    await editor.start(workspaceFolders=[{"uri": "file:///ws", "name": "ws"}])
    editor.open(URI, "a\n👍b", version=7)
    await editor.ghost(URI, 1, 2)
    await editor.ghost(URI, 1, 3, context={"triggerKind": 1})
    first, second = editor.house.asked
    assert first.cursor == 3
    assert first.snapshot.text.reveal() == "a\n👍b"
    assert first.snapshot.path == Path("/ws/a.py")
    assert first.snapshot.folder == Path("/ws")
    assert first.snapshot.version == 7
    assert first.snapshot.language == "python"
    assert [first.trigger, second.trigger] == [Trigger.AUTOMATIC, Trigger.INVOKED]


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
async def test_columns_behind_an_emoji_are_right_both_ways(
    editor: MemoryEditor, encoding: str, column: int
) -> None:
    result = await editor.start({"general": {"positionEncodings": [encoding]}})
    assert result["capabilities"]["positionEncoding"] == encoding
    editor.open(URI, "👍")
    item = await editor.ghost(URI, 0, column)
    assert editor.house.asked[0].cursor == 1
    assert item["range"] == span(0, column, column)


async def test_neighbours_are_of_the_same_folder_most_recent_first(editor: MemoryEditor) -> None:
    folders = [{"uri": "file:///ws", "name": ""}, {"uri": "file:///other", "name": ""}]
    await editor.start(workspaceFolders=folders)
    for name in ("ws/b", "ws/c", "ws/d", "other/e", "ws/a"):
        editor.open(f"file:///{name}.py", name)
    editor.open("output:x", "not ours")
    editor.notify("textDocument/didFocus", {"textDocument": {"uri": "file:///ws/b.py"}})
    await editor.ghost(URI, 0, 0)
    names = [neighbour.text.reveal() for neighbour in editor.house.asked[0].neighbours]
    assert names == ["ws/b", "ws/d", "ws/c"]


async def test_no_suggestion_is_null(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "a")
    ignored = Decision("ignored", "The file is ignored.")
    editor.house.script = lambda request: CompletionOutcome(None, ignored)
    assert await editor.ghost(URI, 0, 1) is None
    assert await editor.last_decision() == "ignored"


async def test_a_document_that_is_not_open_is_never_read_from_disk(
    editor: MemoryEditor, tmp_path: Path
) -> None:
    file = tmp_path / "there.py"
    file.write_text("secret = 1")
    await editor.start()
    assert await editor.ghost(file.as_uri(), 0, 3) is None
    assert await editor.last_decision() == "not-open"
    assert editor.house.asked == []


async def test_a_closed_document_is_forgotten(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "a")
    editor.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert await editor.ghost(URI, 0, 1) is None
    assert editor.house.forgotten == [URI]


async def test_a_document_of_twenty_megabytes_gets_a_reason(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "x" * 20_000_000)
    assert await editor.ghost(URI, 0, 3) is None
    assert await editor.last_decision() == "too-large"


async def test_a_line_of_five_megabytes_is_answered(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "x" * 5_000_000)
    item = await editor.ghost(URI, 0, 5_000_000)
    assert item["range"] == span(0, 5_000_000, 5_000_000)


async def test_a_position_outside_the_text_is_clamped(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "ab\ncd")
    assert (await editor.ghost(URI, 99, 99))["range"] == span(1, 2, 2)
    assert (await editor.ghost(URI, 0, 2**40))["range"] == span(0, 2, 2)


async def test_a_superseded_request_is_answered_null(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "a")
    editor.house.script = lambda request: CompletionOutcome(
        None, Decision("superseded", "A newer request took its place.")
    )
    assert await editor.ghost(URI, 0, 1) is None


async def test_a_house_that_cancels_a_request_by_itself_is_answered_null(
    editor: MemoryEditor,
) -> None:
    def superseded(request: CompletionRequest) -> CompletionOutcome:
        raise asyncio.CancelledError

    await editor.start()
    editor.open(URI, "a")
    editor.house.script = superseded
    assert await editor.ghost(URI, 0, 1) is None
    assert await editor.last_decision() == "superseded"


async def test_a_cancelled_request_ends_upstream_and_says_so(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "a")
    editor.house.gate.clear()
    waiting = editor.want(URI, 0, 1)
    await editor.until(lambda: bool(editor.house.asked))
    editor.notify("$/cancelRequest", {"id": waiting})
    assert (await editor.answer(waiting))["error"]["code"] == -32800
    assert editor.house.cancelled == 1


async def test_a_request_cancelled_before_it_began_says_so(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "a")
    waiting = editor.want(URI, 0, 1)
    editor.notify("$/cancelRequest", {"id": waiting})
    assert (await editor.answer(waiting))["error"]["code"] == -32800
    assert editor.house.asked == []


async def waiting_request(editor: MemoryEditor, text: str = "x = ") -> int:
    """A request that the house is working on."""
    await editor.start()
    editor.open(URI, text)
    editor.house.gate.clear()
    identity = editor.want(URI, 0, len(text))
    await editor.until(lambda: bool(editor.house.asked))
    return identity


async def test_typing_through_a_suggestion_keeps_it(editor: MemoryEditor) -> None:
    waiting = await waiting_request(editor)
    editor.change(URI, 2, "sug", (0, 4), (0, 4))
    editor.house.gate.set()
    item = (await editor.answer(waiting))["result"]["items"][0]
    assert item["insertText"] == "suggested"
    assert item["range"] == span(0, 4, 7)


@pytest.mark.parametrize("typed", ["other", "\n", "suggested"])
async def test_any_other_typing_drops_a_suggestion(editor: MemoryEditor, typed: str) -> None:
    waiting = await waiting_request(editor)
    editor.change(URI, 2, typed, (0, 4), (0, 4))
    editor.house.gate.set()
    assert (await editor.answer(waiting))["result"] is None
    assert await editor.last_decision() == "stale"


async def test_a_document_closed_meanwhile_gets_nothing(editor: MemoryEditor) -> None:
    waiting = await waiting_request(editor)
    editor.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    editor.house.gate.set()
    assert (await editor.answer(waiting))["result"] is None


async def test_a_replacement_over_two_lines_is_not_offered(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "a\nb")
    editor.house.script = lambda request: CompletionOutcome(
        Suggestion(Sealed("x"), 0, 3), Decision("shown", "")
    )
    assert await editor.ghost(URI, 0, 1) is None


async def test_a_selected_entry_is_extended(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "os.pa + 1")
    selected = {"range": span(0, 3, 5), "text": "path"}
    item = await editor.ghost(
        URI, 0, 5, context={"triggerKind": 2, "selectedCompletionInfo": selected}
    )
    assert editor.house.asked[0].snapshot.text.reveal() == "os.path + 1"
    assert item["insertText"] == "pathsuggested"
    assert item["range"] == span(0, 3, 5)


async def test_a_suggestion_that_ignores_the_selected_entry_is_null(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "os.pa")
    editor.house.script = lambda request: CompletionOutcome(
        Suggestion(Sealed("walk"), 3, request.cursor), Decision("shown", "")
    )
    selected = {"range": span(0, 3, 5), "text": "path"}
    context = {"triggerKind": 2, "selectedCompletionInfo": selected}
    assert await editor.ghost(URI, 0, 5, context=context) is None


async def test_a_version_that_is_still_to_come_is_waited_for(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "a")
    waiting = editor.want(URI, 0, 2, textDocument={"uri": URI, "version": 2})
    await asyncio.sleep(0)
    assert editor.house.asked == []
    editor.change(URI, 2, "b", (0, 1), (0, 1))
    item = (await editor.answer(waiting))["result"]["items"][0]
    assert editor.house.asked[0].snapshot.text.reveal() == "ab"
    assert item["range"] == span(0, 2, 2)


async def test_a_version_that_does_not_come_is_answered_null(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "a")
    assert await editor.ghost(URI, 0, 1, textDocument={"uri": URI, "version": 5}) is None
    assert await editor.last_decision() == "stale"
    assert editor.house.asked == []


async def test_a_version_that_is_past_is_answered_null(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "a", version=5)
    assert await editor.ghost(URI, 0, 1, textDocument={"uri": URI, "version": 4}) is None
    assert editor.house.asked == []


async def test_a_newer_request_wins_over_one_that_waits_for_its_version(
    editor: MemoryEditor,
) -> None:
    await editor.start()
    editor.open(URI, "a")
    older = editor.want(URI, 0, 2, textDocument={"uri": URI, "version": 2})
    newer = editor.want(URI, 0, 1)
    assert (await editor.answer(newer))["result"] is not None
    editor.change(URI, 2, "b", (0, 1), (0, 1))
    assert (await editor.answer(older))["result"] is None
    assert len(editor.house.asked) == 1


async def test_an_accepted_suggestion_is_counted_once(editor: MemoryEditor) -> None:
    await editor.start()
    editor.open(URI, "a")
    command = (await editor.ghost(URI, 0, 1))["command"]
    for _ in range(2):
        await editor.request("workspace/executeCommand", command)
    await editor.request("workspace/executeCommand", {"command": "codegrex.accept"})
    editor.notify("textDocument/didShowCompletion", {"item": {"insertText": "x"}})
    editor.notify("textDocument/didPartiallyAcceptCompletion", {"acceptedLength": 1})
    assert editor.built.session.statistics == {
        "offered": 1,
        "accepted": 1,
        "shown": 1,
        "partly accepted": 1,
    }
