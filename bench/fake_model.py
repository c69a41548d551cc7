"""A model server that answers at once, in a process of its own: `python -m bench.fake_model`.

Prints its port, then serves until standard input closes. It speaks Ollama's wire (NDJSON, a model
that can insert) and OpenAI's (SSE). What it says depends on the model asked: see MODELS.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator

QUICK, LONG, STEADY = "quick", "long", "steady"
MODELS = {QUICK: (40, 0.0), LONG: (2_000, 0.0), STEADY: (500, 0.005)}
"""Name → tokens of an answer, and seconds from one to the next."""


@contextlib.contextmanager
def running() -> Iterator[int]:
    """The server in a process of its own, and its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.fake_model"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None and process.stdin is not None
    with process.stdin:
        yield int(process.stdout.readline())
    process.wait()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
            names = (line.lower().partition(":") for line in head.splitlines())
            length = next((int(value) for name, _, value in names if name == "content-length"), 0)
            body = json.loads(await reader.readexactly(length) or b"{}")
            path = head.split(" ", 2)[1]
            if path in ("/api/show", "/v1/models"):
                _whole(writer)
            else:
                await _answer(writer, body.get("model", QUICK), sse=path.startswith("/v1/"))
            await writer.drain()
    writer.close()


def _whole(writer: asyncio.StreamWriter) -> None:
    """What it has and can."""
    shown = {"capabilities": ["completion", "insert"], "details": {}}
    answer = json.dumps(shown | {"data": [{"id": name} for name in MODELS]}).encode()
    writer.write(_head("application/json", f"Content-Length: {len(answer)}") + answer)


async def _answer(writer: asyncio.StreamWriter, model: str, *, sse: bool) -> None:
    tokens, pause = MODELS.get(model, MODELS[QUICK])
    kind = "text/event-stream" if sse else "application/x-ndjson"
    writer.write(_head(kind, "Transfer-Encoding: chunked"))
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for number in range(tokens):
        if pause:  # by the clock, so that no pause adds up
            await asyncio.sleep(begun + number * pause - loop.time())
        writer.write(_chunk(_frame(f"v{number} ", "", sse=sse), sse=sse))
        await writer.drain()
    writer.write(_chunk(_frame("", "stop", sse=sse), sse=sse))
    if sse:
        writer.write(_framed(b"data: [DONE]\n\n"))
    writer.write(b"0\r\n\r\n")


def _frame(text: str, reason: str, *, sse: bool) -> dict[str, object]:
    if sse:
        return {"choices": [{"index": 0, "text": text, "finish_reason": reason or None}]}
    return {"response": text, "done": bool(reason), "done_reason": reason}


def _chunk(value: dict[str, object], *, sse: bool) -> bytes:
    line = json.dumps(value).encode() + b"\n"
    return _framed(b"data: " + line + b"\n" if sse else line)


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _head(kind: str, framing: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{framing}\r\n\r\n".encode()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
