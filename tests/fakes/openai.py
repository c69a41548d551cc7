"""Fake servers of OpenAI's wire, each as strict as its vendor: keys, paths, fields, failures.

The official client packages drive them in tests/fakes/test_fake_openai.py, so that they speak as
the real ones do; translators are then held against them, through the real door.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.http import FakeServer, Reply, Request

KEY = "-".join(("fake", "key", "of", "a", "test"))

_CHAT = frozenset(
    ("model", "messages", "max_tokens", "temperature", "top_p", "stop", "stream", "n", "seed",
     "tools", "tool_choice", "frequency_penalty", "presence_penalty", "response_format")
)  # fmt: skip
_FILL = frozenset(
    ("model", "prompt", "suffix", "max_tokens", "temperature", "top_p", "stop", "stream")
)
_USAGE = {"stream_options"}
_OPENAI = _CHAT | _USAGE | {"max_completion_tokens", "store", "reasoning_effort", "verbosity"}


@dataclass(frozen=True)
class Vendor:
    """What one vendor's server takes and how it says no.

    Attributes:
        chat: Path of the chat endpoint.
        chat_fields: Fields that it takes; any other is refused.
        fill: Path of the endpoint that takes a prompt, or empty.
        fill_fields: Fields that it takes.
        listing: Path of the list of models.
        auth: Name of the key's header; `authorization` takes a bearer.
        thoughts: Where a thinking model's thoughts are: `reasoning_content` or `reasoning`.
        refused: Status for a field that is unknown.
        usage: `asked` (by stream_options), `always` (in the last chunk), or `x_groq`.
    """

    chat: str
    chat_fields: frozenset[str]
    listing: str
    fill: str = ""
    fill_fields: frozenset[str] = frozenset()
    auth: str = "authorization"
    thoughts: str = "reasoning_content"
    refused: int = 400
    usage: str = "asked"


VENDORS = {
    "openai": Vendor("/v1/chat/completions", _OPENAI, "/v1/models"),
    "azure-openai": Vendor(
        "/openai/v1/chat/completions", _OPENAI, "/openai/v1/models", auth="api-key"
    ),
    "gemini": Vendor(
        "/v1beta/openai/chat/completions",
        _CHAT | _USAGE | {"max_completion_tokens", "reasoning_effort"},
        "/v1beta/openai/models",
    ),
    "openrouter": Vendor(
        "/api/v1/chat/completions",
        _CHAT | _USAGE | {"provider", "reasoning", "transforms", "models"},
        "/api/v1/models",
        thoughts="reasoning",
    ),
    "groq": Vendor(
        "/openai/v1/chat/completions",
        _CHAT
        | {"max_completion_tokens", "reasoning_effort", "reasoning_format", "include_reasoning"},
        "/openai/v1/models",
        thoughts="reasoning",
        usage="x_groq",
    ),
    "mistral": Vendor(
        "/v1/chat/completions",
        _CHAT - {"seed"} | {"random_seed", "safe_prompt", "reasoning_effort"},
        "/v1/models",
        "/v1/fim/completions",
        _FILL | {"random_seed", "min_tokens"},
        refused=422,
        usage="always",
    ),
    "deepseek": Vendor(
        "/v1/chat/completions",
        _CHAT | _USAGE | {"thinking", "reasoning_effort"},
        "/v1/models",
        "/beta/completions",
        _FILL | _USAGE,
        refused=422,
    ),
    "codegrex": Vendor(
        "/v1/chat/completions",
        frozenset(_CHAT | _USAGE),
        "/v1/models",
        "/v1/completions",
        frozenset(_FILL | _USAGE),
    ),
    "vllm": Vendor(
        "/v1/chat/completions",
        _CHAT | _USAGE | {"chat_template_kwargs"},
        "/v1/models",
        "/v1/completions",
        _FILL | _USAGE,
    ),
    "lmstudio": Vendor(
        "/v1/chat/completions",
        frozenset(_CHAT | _USAGE),
        "/v1/models",
        "/v1/completions",
        frozenset(_FILL - {"suffix"} | _USAGE),
        auth="",
    ),
    "openai-compatible": Vendor(
        "/v1/chat/completions",
        frozenset(_CHAT | _USAGE),
        "/v1/models",
        "/v1/completions",
        frozenset(_FILL | _USAGE),
    ),
}
"""Kind → its server. Fields are those of the vendors' API references."""

BASES = {
    "openai": "/v1",
    "gemini": "/v1beta/openai",
    "openrouter": "/api/v1",
    "groq": "/openai/v1",
}
"""Kind → what its usual base URL holds after the host."""


@dataclass
class FakeOpenAi:
    """One vendor's server. Use as `async with FakeOpenAi("groq") as server`.

    Attributes:
        kind: Which vendor.
        models: Names that it has.
        words: What a model answers.
        thoughts: What it thinks before it answers.
        reason: `finish_reason` at the end.
        context: Longest prompt in characters, standing in for tokens.
        fails: A status and a body that answer every request from now on.
        received: Bodies that were taken, in order.
    """

    kind: str = "openai"
    models: Sequence[str] = ("m",)
    words: Sequence[str] = ("a", " + ", "b")
    thoughts: Sequence[str] = ()
    reason: str = "stop"
    context: int = 10_000
    fails: tuple[int, dict[str, Any]] | None = None
    received: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.vendor = VENDORS[self.kind]
        self.server = FakeServer(self._answer)

    @property
    def base_url(self) -> str:
        """As a person writes it into `providers.<id>.baseUrl`."""
        return self.server.base_url + BASES.get(self.kind, "")

    async def __aenter__(self) -> FakeOpenAi:
        await self.server.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.__aexit__()

    def _answer(self, request: Request) -> Reply:
        if self.fails is not None:
            return reply(*reversed(self.fails))
        if not self._has_key(request):
            return refusal(401, "invalid_api_key", "Incorrect API key provided")
        if request.method == "GET" and request.target == self.vendor.listing:
            rows = [{"id": name, "object": "model", "owned_by": "x"} for name in self.models]
            return reply({"object": "list", "data": rows})
        if request.method == "POST" and request.target == self.vendor.chat:
            return self._run(request, self.vendor.chat_fields, "messages")
        if request.method == "POST" and request.target == self.vendor.fill:
            return self._run(request, self.vendor.fill_fields, "prompt")
        return refusal(404, None, "Invalid URL")

    def _has_key(self, request: Request) -> bool:
        name = self.vendor.auth
        said = request.header(name) if name else KEY
        return said == (f"Bearer {KEY}" if name == "authorization" else KEY)

    def _run(self, request: Request, fields: frozenset[str], asks: str) -> Reply:
        if "application/json" not in (request.header("content-type") or ""):
            return refusal(415, None, "not JSON")
        body = json.loads(request.body)
        unknown = sorted(set(body) - fields)
        if unknown or not {"model", asks} <= set(body):
            said = f"field: {unknown}"
            return refusal(self.vendor.refused, "unknown_parameter", said, "".join(unknown[:1]))
        wrong = self._wrong(body)
        if wrong is not None:
            return wrong
        if len(str(body[asks])) > self.context:
            said = "This model's maximum context length is less"
            return refusal(400, "context_length_exceeded", said, asks)
        if body["model"] not in self.models:
            return refusal(404, "model_not_found", "The model does not exist", "model")
        self.received.append(body)
        return self._stream(body, chat=asks == "messages")

    def _wrong(self, body: dict[str, Any]) -> Reply | None:
        """The refusal of a field whose value this model does not take."""
        if self.kind in ("openai", "azure-openai") and not re.match(r"gpt-4", body["model"]):
            for name in ("temperature", "max_tokens", "stop"):
                if name in body:
                    return refusal(400, "unsupported_parameter", f"{name} is not supported", name)
        for message in body.get("messages", ()):
            if not message["content"].strip():
                return refusal(400, "invalid_value", "empty content", "messages")
        if len(body.get("stop", ())) > 16 or body.get("max_tokens", 1) < 1:
            return refusal(400, "invalid_value", "out of range", "stop")
        return None

    def _stream(self, body: dict[str, Any], *, chat: bool) -> Reply:
        frames = list(self._frames(body, chat=chat))
        if not body.get("stream"):
            whole = frames[-1] | {"choices": [_whole("".join(self.words), chat)]}
            return reply(whole | {"object": "chat.completion" if chat else "text_completion"})
        events = [f"data: {json.dumps(frame)}\n\n".encode() for frame in frames]
        if self.kind == "openrouter":
            events.insert(0, b": OPENROUTER PROCESSING\n\n")
        headers = [("content-type", "text/event-stream; charset=utf-8")]
        return Reply([*events, b"data: [DONE]\n\n"], headers=headers)

    def _frames(self, body: dict[str, Any], *, chat: bool) -> Sequence[dict[str, Any]]:
        named = {"id": "x-1", "created": 1, "model": body["model"]}
        named["object"] = "chat.completion.chunk" if chat else "text_completion"
        usage = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
        usage["prompt_tokens_details"] = {"cached_tokens": 4}
        deltas = chat or self.kind == "mistral"  # Mistral's fim answers in the form of a chat
        said = [_choice(word, None, deltas) for word in self.words]
        if chat:
            thought = [{"index": 0, "delta": {self.vendor.thoughts: t}} for t in self.thoughts]
            said = [{"index": 0, "delta": {"role": "assistant"}}, *thought, *said]
        frames = [named | {"choices": [choice]} for choice in said]
        frames.append(named | {"choices": [_choice("", self.reason, deltas)]})
        if self.vendor.usage == "always":
            frames[-1]["usage"] = usage
        elif self.vendor.usage == "x_groq":
            frames[-1]["x_groq"] = {"id": "r", "usage": usage}
        elif body.get("stream_options", {}).get("include_usage") or not body.get("stream"):
            frames.append(named | {"choices": [], "usage": usage})
        return frames


def reply(answer: dict[str, Any], status: int = 200) -> Reply:
    """A JSON answer."""
    headers = [("content-type", "application/json")]
    return Reply([json.dumps(answer).encode()], status, headers, framing="length")


def refusal(status: int, code: str | None, message: str, param: str | None = None) -> Reply:
    """A failure in OpenAI's form."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return reply({"error": error}, status)


def _choice(text: str, reason: str | None, chat: bool) -> dict[str, Any]:
    said = {"delta": {"content": text}} if chat else {"text": text}
    return {"index": 0, "finish_reason": reason, **said}


def _whole(text: str, chat: bool) -> dict[str, Any]:
    said = {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
    return {"index": 0, "finish_reason": "stop", "logprobs": None, **said}
