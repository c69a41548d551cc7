"""Documents that are gone, too large, of one endless line or no text, and places outside them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.bad_input.conftest import CANARY, END, TEXT, Place, Serve, decision, settings
from tests.fakes.ollama import FakeOllama


async def test_a_document_that_was_deleted_on_disk_still_gets_its_suggestion(
    place: Place, serve: Serve, ollama: FakeOllama
) -> None:
    path = place.work / "gone.py"
    path.write_text(TEXT)
    async with serve(settings(ollama.base_url)) as editor:
        await editor.open(path, TEXT)
        path.unlink()
        (item,) = await editor.ghost(path, *END)
        assert item["insertText"] == "w * h"
        place.work.joinpath(".git").rmdir()
        place.work.rmdir()  # even the whole folder
        assert await editor.ghost(path, *END) is not None


async def test_a_document_of_20_mb_is_left_alone_and_says_why(
    place: Place, serve: Serve, ollama: FakeOllama
) -> None:
    path = place.work / "large.py"
    async with serve(settings(ollama.base_url)) as editor:
        await editor.open(path, f"{CANARY} = 1\n" * 1_400_000)
        assert await editor.ghost(path, 7, 3) is None
        assert (await decision(editor))["code"] == "too-large"
        change = {"range": _range(0, 0, 0, 1), "text": "x"}
        await editor.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": path.as_uri(), "version": 2}, "contentChanges": [change]},
        )
        assert await editor.ghost(path, 0, 0) is None
        change = {"text": TEXT}  # the person emptied it
        await editor.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": path.as_uri(), "version": 3}, "contentChanges": [change]},
        )
        assert await editor.ghost(path, *END) is not None


@pytest.mark.parametrize("unit", ["x", "a b ", "x = 'some words'; "], ids=["word", "text", "code"])
async def test_one_line_of_5_mb_neither_hangs_nor_stops_the_editors_messages(
    place: Place, serve: Serve, ollama: FakeOllama, unit: str
) -> None:
    path = place.work / "line.js"
    text = f"{CANARY} " + unit * (5_000_000 // len(unit))
    async with serve(settings(ollama.base_url)) as editor:
        await editor.open(path, text, "javascript")
        await editor.ghost(path, 0, 2_500_000)
        told = await decision(editor)
        assert told["code"], "silence always has a reason"
        await editor.open(place.work / "a.py", TEXT)
        assert await editor.ghost(place.work / "a.py", *END) is not None


@pytest.mark.parametrize(
    ("line", "character"),
    [(0, 10**6), (10**6, 0), (2**31 - 1, 2**31 - 1), (2**63, 2**63), (-1, 0), (0, -5), (4, -1)],
)
@pytest.mark.parametrize("method", ["inlineCompletion", "completion"])
async def test_a_place_outside_the_text_is_answered(
    place: Place, serve: Serve, ollama: FakeOllama, line: int, character: int, method: str
) -> None:
    path = place.work / "a.py"
    async with serve(settings(ollama.base_url)) as editor:
        await editor.open(path, TEXT)
        where = {"line": line, "character": character}
        params = {"textDocument": {"uri": path.as_uri()}, "position": where}
        answer = await editor.request(
            f"textDocument/{method}", {**params, "context": {"triggerKind": 1}}
        )
        assert answer is None or "error" in answer or answer["items"]
        if isinstance(answer, dict) and "error" in answer:
            assert answer["error"]["code"] == -32602
        preview = await editor.request("codegrex/preview", {**params, "task": "completion"})
        assert "body" in preview or preview["error"]["code"] == -32602
        edit = {"range": {"start": where, "end": where}, "text": "#"}
        await editor.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": path.as_uri(), "version": 2}, "contentChanges": [edit]},
        )
        assert (await editor.request("codegrex/status", {}))["mode"] == "sensitive"


@pytest.mark.parametrize(
    "uri",
    [
        "file:///%00/x.py",
        "file:///%ff%fe/x.py",
        "file://" + "/long" * 5_000,
        "file://elsewhere/share/x.py",
        "untitled:Untitled-1",
        "",
        "nonsense",
        "file:",
        "git:/a.py?x",
        "file:///a/../../../../etc/passwd",
    ],
)
async def test_a_document_of_any_name_is_answered(
    place: Place, serve: Serve, ollama: FakeOllama, uri: str
) -> None:
    item = {"uri": uri, "languageId": "python", "version": 1, "text": TEXT}
    params: dict[str, Any] = {
        "textDocument": {"uri": uri},
        "position": {"line": END[0], "character": END[1]},
        "context": {"triggerKind": 1},
    }
    async with serve(settings(ollama.base_url)) as editor:
        await editor.notify("textDocument/didOpen", {"textDocument": item})
        answer = await editor.request("textDocument/inlineCompletion", params)
        assert answer is None or answer["items"]
        assert (await decision(editor))["code"]
        explained = await editor.request("codegrex/explainIgnore", {"uri": uri})
        assert explained
        status = await editor.request("codegrex/status", {"textDocument": {"uri": uri}})
        assert status["mode"] == "sensitive"


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (f"{CANARY} \xe9".encode("latin-1"), "a.py", "UTF-8"),
        (f"{CANARY}\0".encode(), "a.py", "not a text file"),
        (b"x" * 20_000_000, "a.py", "larger than"),
        (None, "a.py", "no such file"),
        (None, ".git", "not a file"),
        (b"x", "a.py:9:1", "outside"),
        (b"x", "a.py:1:99", "outside"),
        (b"x", "a.py:0:0", "start at 1"),
        (b"x", "a.py:1", "does not name a place"),
    ],
)
@pytest.mark.parametrize("verb", ["complete", "preview"])
def test_the_command_line_names_what_is_wrong_with_a_file(
    place: Place, content: bytes | None, name: str, reason: str, verb: str
) -> None:
    if content is not None:
        (place.work / "a.py").write_bytes(content)
    done = place.command(verb, name if ":" in name else f"{name}:1:1")
    assert done.returncode == 2, done.stderr
    assert reason in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert CANARY not in done.stderr


def _range(*numbers: int) -> dict[str, Any]:
    first, second, third, fourth = numbers
    return {
        "start": {"line": first, "character": second},
        "end": {"line": third, "character": fourth},
    }


async def test_a_line_of_5_mb_does_not_keep_the_server_from_leaving(
    place: Place, serve: Serve, ollama: FakeOllama, tmp_path: Path
) -> None:
    path = place.work / "line.txt"
    async with serve(settings(ollama.base_url)) as editor:
        await editor.open(path, "word " * 1_000_000, "plaintext")
        asking = asyncio.create_task(editor.ghost(path, 0, 5_000_000))
        await asyncio.sleep(0.05)
    asking.cancel()
