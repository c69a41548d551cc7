"""A fake of Anthropic's Messages API, as strict as the real one about headers, fields and turns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.fakes.http import FakeServer, Reply, Request
from tests.fakes.openai import KEY, reply

_FIELDS = frozenset(
    ("model", "messages", "max_tokens", "system", "stream", "stop_sequences", "metadata",
     "thinking", "tools", "tool_choice", "output_config", "cache_control", "service_tier")
)  # fmt: skip
_THINKING = {"claude-opus-5-5": (), "claude-fable-5-1": (), "claude-sonnet-5-5": ("between_tools",)}
"""Model → how it may be told not to think, where that is not `disabled`."""

_MOST_MARKS = 4


@dataclass
class FakeAnthropic:
    """The API. Use as `async with FakeAnthropic() as server`.

    Attributes:
        models: Names that it has.
        words: What a model answers.
        reason: `stop_reason` at the end.
        context: Longest prompt in characters, standing in for tokens.
        overloaded: Answer 529, or in the stream after the first word where it is `in band`.
        received: Bodies that were taken, in order.
    """

    models: Sequence[str] = ("claude-haiku-5-5",)
    words: Sequence[str] = ("a", " + ", "b")
    reason: str = "end_turn"
    context: int = 10_000
    overloaded: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = FakeServer(self._answer)

    @property
    def base_url(self) -> str:
        return self.server.base_url

    async def __aenter__(self) -> FakeAnthropic:
        await self.server.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.__aexit__()

    def _answer(self, request: Request) -> Reply:
        # A key is taken in either header: the official client changed from the first to the second.
        said = [request.header("x-api-key"), request.header("authorization")]
        if said not in ([KEY, None], [None, f"Bearer {KEY}"]):
            return refusal(401, "authentication_error", "invalid x-api-key")
        if request.header("anthropic-version") != "2026-10-21":
            return refusal(400, "invalid_request_error", "anthropic-version: header is required")
        if self.overloaded == "at once":
            return refusal(529, "overloaded_error", "Overloaded")
        path = request.target.partition("?")[0]
        if (request.method, path) == ("GET", "/v1/models"):
            return reply(_listing(self.models))
        if (request.method, path) == ("POST", "/v1/messages"):
            return self._run(json.loads(request.body))
        return refusal(404, "not_found_error", "Not found")

    def _run(self, body: dict[str, Any]) -> Reply:
        wrong = _wrong(body)
        if wrong:
            return refusal(400, "invalid_request_error", wrong)
        if body["model"] not in self.models:
            return refusal(404, "not_found_error", f"model: {body['model']}")
        how = body.get("thinking", {}).get("type")
        if how and how not in _THINKING.get(body["model"], ("disabled",)):
            return refusal(400, "invalid_request_error", "thinking.type: not supported")
        if len(str(body["messages"])) > self.context:
            said = "prompt is too long: 208310 tokens > 200000 maximum"
            return refusal(400, "invalid_request_error", said)
        self.received.append(body)
        if not body.get("stream"):
            return reply(_message(body, "".join(self.words), self.reason))
        events = [f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in self._events(body)]
        headers = [("content-type", "text/event-stream; charset=utf-8")]
        return Reply([event.encode() for event in events], headers=headers)

    def _events(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield {"type": "message_start", "message": _message(body, "", None)}
        thinks = "thinking" not in body
        if thinks:
            block = {"type": "thinking", "thinking": "", "signature": ""}
            yield {"type": "content_block_start", "index": 0, "content_block": block}
            for told in ({"type": "thinking_delta", "thinking": "hm"},
                         {"type": "signature_delta", "signature": "s"}):  # fmt: skip
                yield {"type": "content_block_delta", "index": 0, "delta": told}
            yield {"type": "content_block_stop", "index": 0}
        at = int(thinks)
        yield {"type": "content_block_start", "index": at,
               "content_block": {"type": "text", "text": ""}}  # fmt: skip
        yield {"type": "ping"}
        for word in self.words:
            told = {"type": "text_delta", "text": word}
            yield {"type": "content_block_delta", "index": at, "delta": told}
            if self.overloaded:
                error = {"type": "overloaded_error", "message": "Overloaded"}
                yield {"type": "error", "error": error}
                return
        yield {"type": "content_block_stop", "index": at}
        stop = {"stop_reason": self.reason, "stop_sequence": None}
        yield {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 3}}
        yield {"type": "message_stop"}


def refusal(status: int, kind: str, message: str) -> Reply:
    """A failure in Anthropic's form."""
    error = {"type": kind, "message": message}
    return reply({"type": "error", "error": error, "request_id": "req_1"}, status)


def _wrong(body: dict[str, Any]) -> str:
    """What is wrong with a body, as the vendor would say, or empty."""
    unknown = sorted(set(body) - _FIELDS)
    if unknown:
        return f"{unknown[0]}: Extra inputs are not permitted"
    if not {"model", "messages", "max_tokens"} <= set(body):
        return "Field required"
    turns = body["messages"]
    if not turns or turns[0]["role"] != "user" or turns[-1]["role"] != "user":
        return "messages: first and last role must be user"
    if any(a["role"] == b["role"] for a, b in pairwise(turns)):
        return "messages: roles must alternate"
    blocks = [*_blocks(body.get("system", ())), *(b for t in turns for b in _blocks(t["content"]))]
    if any(not block["text"].strip() for block in blocks):
        return "messages: text content blocks must contain non-whitespace text"
    if sum("cache_control" in block for block in blocks) > _MOST_MARKS:
        return "A maximum of 4 blocks with cache_control may be provided"
    return ""


def _blocks(content: Any) -> list[dict[str, Any]]:
    return [{"text": content}] if isinstance(content, str) else list(content)


def _listing(models: Sequence[str]) -> dict[str, Any]:
    rows = [
        {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"}
        for name in models
    ]
    return {"data": rows, "has_more": False, "first_id": None, "last_id": None}


def _message(body: dict[str, Any], text: str, reason: str | None) -> dict[str, Any]:
    usage = {"input_tokens": 5, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 4}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": {**usage, "output_tokens": 1},
    }
