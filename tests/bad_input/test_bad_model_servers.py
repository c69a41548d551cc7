"""A model server that fails in every way is told of in words, soon, and nothing stays behind."""

# ruff: noqa: E501 - one failure a line is a table that can be read

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any

import pytest

from tests.bad_input.conftest import (
    CANARY,
    END,
    TEXT,
    Place,
    Serve,
    answering,
    decision,
    settings,
)
from tests.fakes.http import FakeServer, HangUp, Reply, Stall


def frame(text: str, *, done: bool = False) -> bytes:
    fields: dict[str, Any] = {"model": "m", "response": text, "done": done}
    return json.dumps(fields).encode() + b"\n"


FIRST = frame("w ")
LAST = frame("", done=True)

BAD_ANSWERS: dict[str, tuple[Reply, set[str]]] = {
    "500": (Reply([CANARY.encode()], 500), {"provider-failed", "bad-answer"}),
    "500 without end": (Reply([b"x", Stall], 500), {"provider-failed", "bad-answer"}),
    "404": (Reply([b'{"error":"' + CANARY.encode() + b'"}'], 404), {"model-missing", "bad-answer"}),
    "503, much later": (Reply([b"busy"], 503, [("retry-after", "1e999")]), {"provider-busy"}),
    "half a line": (Reply([FIRST, LAST[:20]]), {"stream-cut", "garbage"}),
    "not its protocol": (Reply([b"<html>" + CANARY.encode() + b"</html>\n"]), {"garbage"}),
    "not even HTTP": (Reply([b"SSH-2.0-" + CANARY.encode() + b"\r\n"], framing="raw"), {"cut-short"}),
    "silence": (Reply(stall_first=True), {"timeout-first-token"}),
    "a stall before the first token": (Reply([Stall]), {"timeout-first-token"}),
    "a stall after it": (Reply([FIRST, Stall]), {"timeout-idle"}),
    "an early end": (Reply([FIRST]), {"stream-cut"}),
    "a hang-up": (Reply([FIRST, HangUp]), {"cut-short"}),
    "a hang-up at once": (Reply([HangUp], framing="raw"), {"cut-short"}),
    "a redirect": (Reply([b""], 307, [("location", "http://127.0.0.1:9/")]), {"redirect-refused"}),
    "a redirect away": (Reply([b""], 302, [("location", "https://codegrex.com/")]), {"redirect-refused"}),
    "gzip": (Reply([gzip.compress(FIRST + LAST)], 200, [("content-encoding", "gzip")]), {"encoded-answer"}),
    "an endless line": (Reply([b"x" * 65_536] * 40), {"frame-too-long", "garbage"}),
    "100 MB": (Reply([frame("")[:-1] + b" " * 60_000 + b"\n"] * 1_700), {"answer-too-large"}),
    "an endless head": (Reply([b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200_000], framing="raw"), {"cut-short"}),
    "a drip": (Reply([frame(""), *[0.5, frame("")] * 30]), {"timeout-total"}),
    "an error in the stream": (Reply([FIRST, b'{"error":"' + CANARY.encode() + b'"}\n']), {"provider-failed", "bad-answer"}),
    "a remote host in the stream": (
        Reply([json.dumps({"response": "w", "remote_host": "https://ollama.com", "done": False}).encode() + b"\n", Stall]),
        {"served-remotely"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_ANSWERS)
async def test_each_failure_has_its_reason_and_the_next_request_works(
    place: Place, serve: Serve, name: str
) -> None:
    reply, codes = BAD_ANSWERS[name]
    good = Reply([frame("w * h"), LAST])
    path = place.work / "a.py"
    async with answering(reply) as server, serve(settings(server.base_url)) as editor:
        await editor.open(path, TEXT)
        assert await editor.ghost(path, *END) is None
        told = await decision(editor)
        assert told["code"] in codes, told
        assert told["message"]
        assert CANARY not in json.dumps(editor.told)
        sent = len([one for one in server.requests if one.target == "/api/generate"])
        # A kept connection that ends without a whole head looks like one dropped while idle.
        unanswered = name in ("a hang-up at once", "not even HTTP")
        assert sent == (2 if unanswered else 1), "nothing else is sent twice by itself"
        if name != "a remote host in the stream":
            async with answering(good) as mended:
                await _point_to(editor, mended.base_url)
                (item,) = await editor.ghost(path, *END)
                assert item["insertText"] == "w * h"


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_the_command_line_ends_with_the_providers_code(place: Place, name: str) -> None:
    reply, codes = BAD_ANSWERS[name]
    (place.work / "a.py").write_text(TEXT)

    async def run() -> tuple[int, str, str]:
        async with answering(reply) as server:
            place.config(
                '[completion]\nroutes = ["ollama"]\n[providers.ollama]\n'
                f'baseUrl = "{server.base_url}"\nmodel = "qwen2.5-coder:1.5b"\n'
                "[network]\ntimeouts = {connect = 2, firstToken = 2, idle = 1, total = 6}\n"
            )
            done = await asyncio.to_thread(place.command, "complete", "a.py:5:12", "--json")
            return done.returncode, done.stdout, done.stderr

    code, out, err = asyncio.run(run())
    told = json.loads(out)
    assert told["decision"]["code"] in codes
    assert told["items"] == []
    assert code == (4 if name == "a remote host in the stream" else 5), told
    assert "Traceback" not in err
    assert CANARY not in out + err


@pytest.mark.parametrize(
    "name", ["silence", "500", "100 MB", "a redirect", "not even HTTP", "a drip"]
)
async def test_questions_about_the_model_fail_as_calmly(
    place: Place, serve: Serve, name: str
) -> None:
    path = place.work / "a.py"
    async with FakeServer(BAD_ANSWERS[name][0]) as server:
        async with serve(settings(server.base_url)) as editor:
            await editor.open(path, TEXT)
            assert await editor.ghost(path, *END) is None
            told = await decision(editor)
            assert told["code"] == "no-provider"
            assert "ollama" in told["message"]
        assert {request.target for request in server.requests} == {"/api/show"}
        assert all(CANARY.encode() not in request.body for request in server.requests)


async def test_a_model_that_never_stops_is_stopped(place: Place, serve: Serve) -> None:
    """One line without end: more than anybody would insert, less than the limit in bytes."""
    reply = Reply([frame("long " * 8_000)] * 30 + [Stall])
    path = place.work / "a.py"
    async with answering(reply) as server, serve(settings(server.base_url)) as editor:
        await editor.open(path, TEXT)
        assert await editor.ghost(path, *END) is None
        assert (await decision(editor))["code"] == "too-long"
        async with asyncio.timeout(10):
            await server.hung_up.wait()


async def test_nobody_listens(place: Place, serve: Serve) -> None:
    async with FakeServer() as server:
        free = server.base_url
    path = place.work / "a.py"
    async with serve(settings(free)) as editor:
        await editor.open(path, TEXT)
        assert await editor.ghost(path, *END) is None
        status = await editor.request("codegrex/status", {})
        assert status["kind"] == "error"
        assert "ollama" in status["message"]


async def test_a_cancelled_request_hangs_up_and_leaves_the_server_well(
    place: Place, serve: Serve
) -> None:
    path = place.work / "a.py"
    async with answering(Reply([Stall])) as server, serve(settings(server.base_url)) as editor:
        await editor.open(path, TEXT)
        where = {"line": END[0], "character": END[1]}
        params = {"textDocument": {"uri": path.as_uri()}, "position": where}
        asking = asyncio.create_task(
            editor.request(
                "textDocument/inlineCompletion", {**params, "context": {"triggerKind": 1}}
            )
        )
        while not any(one.target == "/api/generate" for one in server.requests):
            await asyncio.sleep(0.02)
        await editor.notify("$/cancelRequest", {"id": editor._ids})
        async with asyncio.timeout(20):
            assert (await asking)["error"]["code"] == -32800
            await server.hung_up.wait()


async def _point_to(editor: Any, base_url: str) -> None:
    wanted = {"codegrex": settings(base_url)}
    await editor.notify("workspace/didChangeConfiguration", {"settings": wanted})
