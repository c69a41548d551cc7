"""One recording server for every wire: it answers by the path, and keeps each byte it was sent.

How strict vendors are is the business of tests/fakes; here a request that is refused has arrived
all the same. A chat is answered with its last question where that says `SAY_AGAIN`, so that what
was masked in it comes back and is restored into the conversation.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.fakes.http import FakeServer, Reply, Request

SAY_AGAIN = "say that again"
ANSWER = "a + b"
MARKS = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")

SIGN_IN = {
    "device_code": "-".join(("device", "code", "4711")),
    "user_code": "ABCD-EFGH",
    "verification_uri": "https://account.example/device",
    "interval": 1,
    "expires_in": 3600,
    "access_token": "-".join(("access", "token", "4711")),
    "refresh_token": "-".join(("refresh", "token", "4711")),
    "token_type": "Bearer",
}
"""What the account's service answers, to whatever it is asked about a sign-in."""


@dataclass
class Echo:
    """The server. Use as `async with Echo() as server`.

    Attributes:
        models: Names that it has.
        remote: Host that serves its models, where it only forwards.
        tls: Its identity, or None for plain http.
        fails: Answers every request that bears text with a failure.
    """

    models: tuple[str, ...] = ("m",)
    remote: str = ""
    tls: ssl.SSLContext | None = None
    fails: bool = False

    def __post_init__(self) -> None:
        self.server = FakeServer(self._answer, tls=self.tls)

    async def __aenter__(self) -> Echo:
        await self.server.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.__aexit__()

    @property
    def requests(self) -> list[Request]:
        return self.server.requests

    def _answer(self, request: Request) -> Reply:
        path = request.target.partition("?")[0]
        if self.fails and request.method == "POST" and path not in ("/api/show", "/tokenize"):
            return _json({"error": "out of order"}, 500)
        if request.method == "GET":
            return _json(self._listing(path))
        if path.startswith("/v1/oauth/"):
            return _json(SIGN_IN)
        body = json.loads(request.body)
        if path == "/api/show":
            far = {"remote_model": "x", "remote_host": self.remote} if self.remote else {}
            return _json({"capabilities": ["completion", "insert"], "details": {}} | far)
        if path == "/tokenize":
            return _json({"tokens": [{"id": n, "piece": mark} for n, mark in enumerate(MARKS)]})
        return _stream(path, _said(body))

    def _listing(self, path: str) -> dict[str, Any]:
        if path == "/health":
            return {"status": "ok"}
        if path == "/v1/me":
            return {"id": "u1"}
        rows = [{"id": name, "name": name, "model": name} for name in self.models]
        return {"object": "list", "data": rows, "models": rows, "has_more": False}


def _said(body: dict[str, Any]) -> str:
    """What a model says to this."""
    turns = body.get("messages") or [{"content": ""}]
    last = turns[-1]["content"]
    text = last if isinstance(last, str) else "".join(block["text"] for block in last)
    return text if SAY_AGAIN in text else ANSWER


def _stream(path: str, text: str) -> Reply:
    """An answer in the wire of this path, cut into small pieces."""
    pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
    if path.startswith("/api/"):
        lines = [_line(frame) for frame in _ollama(pieces)]
        return Reply(lines, headers=[("content-type", "application/x-ndjson")])
    frames = {
        "/v1/messages": _anthropic,
        "/infill": _llama,
        "/completion": _llama,
    }.get(path, _openai)
    events = [b"data: " + _line(frame) + b"\n" for frame in frames(pieces)]
    if frames is _openai:
        events.append(b"data: [DONE]\n\n")
    return Reply(events, headers=[("content-type", "text/event-stream")])


def _ollama(pieces: list[str]) -> Iterator[dict[str, Any]]:
    for piece in pieces:
        yield {"response": piece, "message": {"content": piece}, "done": False}
    yield {"response": "", "message": {"content": ""}, "done": True, "done_reason": "stop"}


def _llama(pieces: list[str]) -> Iterator[dict[str, Any]]:
    for piece in pieces:
        yield {"content": piece, "stop": False}
    yield {"content": "", "stop": True, "stop_type": "eos"}


def _openai(pieces: list[str]) -> Iterator[dict[str, Any]]:
    for piece in pieces:
        said = {"text": piece, "delta": {"content": piece}}
        yield {"choices": [{"index": 0, "finish_reason": None, **said}]}
    yield {"choices": [{"index": 0, "finish_reason": "stop", "text": "", "delta": {}}]}


def _anthropic(pieces: list[str]) -> Iterator[dict[str, Any]]:
    yield {"type": "message_start", "message": {"usage": {"input_tokens": 1}}}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    for piece in pieces:
        told = {"type": "text_delta", "text": piece}
        yield {"type": "content_block_delta", "index": 0, "delta": told}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}}
    yield {"type": "message_stop"}


def _line(frame: dict[str, Any]) -> bytes:
    return json.dumps(frame).encode() + b"\n"


def _json(answer: dict[str, Any], status: int = 200) -> Reply:
    headers = [("content-type", "application/json")]
    return Reply([json.dumps(answer).encode()], status, headers, framing="length")
