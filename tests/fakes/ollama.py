"""A fake Ollama: its endpoints, failures and rules as the real daemon has them.

No package registry ships the real one. The official client package checks this fake in
tests/fakes/test_fake_ollama.py, and translators are checked against the fake.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.http import FakeServer, Reply, Request, Stall


@dataclass(frozen=True)
class FakeModel:
    """A model that the daemon has.

    Attributes:
        insert: Has a template with a place for a suffix.
        thinks: Is a thinking model.
        family: `details.family`.
        words: What it answers, word by word.
        remote_host: Set where the daemon only forwards.
        context: Longest prompt in characters, standing in for tokens.
    """

    insert: bool = False
    thinks: bool = False
    family: str = "llama"
    words: Sequence[str] = ("a", " + ", "b")
    remote_host: str = ""
    context: int = 10_000


@dataclass
class FakeOllama:
    """The daemon. Use as `async with FakeOllama({"m": FakeModel()}) as ollama`.

    Attributes:
        models: Name → model.
        loads: Each (model, num_ctx) that had to be loaded, in order.
        prompts: What was handed to the model, rendered.
        pause: Between words: seconds, an event to wait for, or Stall; None for no pause.
    """

    models: dict[str, FakeModel]
    loads: list[tuple[str, int]] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    pause: float | asyncio.Event | type[Stall] | None = None

    def __post_init__(self) -> None:
        self.server = FakeServer(self._answer)

    @property
    def base_url(self) -> str:
        return self.server.base_url

    async def __aenter__(self) -> FakeOllama:
        await self.server.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.__aexit__()

    def _answer(self, request: Request) -> Reply:
        match request.method, request.target:
            case "GET", "/api/version":
                return _json({"version": "0.12.6"})
            case "GET", "/api/tags":
                return _json({"models": [_tag(name, one) for name, one in self.models.items()]})
            case "GET", "/api/ps":
                return _json({"models": [_tag(name, self.models[name]) for name, _ in self.loads]})
            case "POST", "/api/show" | "/api/generate" | "/api/chat":
                body = json.loads(request.body)
                name = body.get("model", "")
                model = self.models.get(name)
                if model is None:
                    return _json({"error": f"model '{name}' not found"}, 404)
                if request.target == "/api/show":
                    return _json(_show(model))
                return self._run(request.target, name, model, body)
        return Reply([b"404 page not found"], 404)

    def _run(self, target: str, name: str, model: FakeModel, body: dict[str, Any]) -> Reply:
        # With `raw` the suffix does nothing, and is still refused without the capability.
        if body.get("suffix") and not model.insert:
            return _json(
                {"error": f"registry.ollama.ai/library/{name} does not support insert"}, 400
            )
        if body.get("think") and not model.thinks:
            return _json({"error": f'"{name}" does not support thinking'}, 400)
        rendered = _render(body)
        if len(rendered) > model.context and body.get("truncate") is False:
            return _json({"error": "the input length exceeds the context length"}, 400)
        load = (name, body.get("options", {}).get("num_ctx", 4096))
        if not self.loads or self.loads[-1] != load:
            self.loads.append(load)
        chat = target == "/api/chat"
        if not body.get("prompt") and not body.get("messages"):
            return _json(_frame(name, model, chat, "", done="load"))
        self.prompts.append(rendered)
        frames = [_frame(name, model, chat, word) for word in model.words]
        frames.append(_frame(name, model, chat, "", done="stop"))
        if body.get("stream") is False:
            return _json(_frame(name, model, chat, "".join(model.words), done="stop"))
        return self._stream(frames)

    def _stream(self, frames: list[dict[str, Any]]) -> Reply:
        chunks: list[Any] = []
        for frame in frames:
            chunks.append(json.dumps(frame).encode() + b"\n")
            if self.pause is not None:
                chunks.append(self.pause)
        return Reply(chunks, headers=[("content-type", "application/x-ndjson")])


def _json(answer: dict[str, Any], status: int = 200) -> Reply:
    headers = [("content-type", "application/json; charset=utf-8")]
    return Reply([json.dumps(answer).encode()], status, headers, framing="length")


def _render(body: dict[str, Any]) -> str:
    """The prompt as the model sees it: an empty suffix falls back to the chat template."""
    if "messages" in body:
        return "".join(f"<{turn['role']}>{turn['content']}" for turn in body["messages"])
    if body.get("raw"):
        return str(body["prompt"])
    if body.get("suffix"):
        return f"<PRE>{body['prompt']}<SUF>{body['suffix']}<MID>"
    return f"<user>{body.get('prompt', '')}"


def _frame(name: str, model: FakeModel, chat: bool, text: str, *, done: str = "") -> dict[str, Any]:
    frame: dict[str, Any] = {"model": name, "created_at": "2026-01-01T00:00:00Z"}
    if model.remote_host:
        frame |= {"remote_model": name, "remote_host": model.remote_host}
    frame |= {"message": {"role": "assistant", "content": text}} if chat else {"response": text}
    frame["done"] = bool(done)
    if done:
        counts = {"prompt_eval_count": 7, "eval_count": len(model.words)}
        frame |= {"done_reason": done, "total_duration": 5_000_000, **counts}
    return frame


def _show(model: FakeModel) -> dict[str, Any]:
    capabilities = ["completion", *(["insert"] if model.insert else [])]
    capabilities += ["thinking"] if model.thinks else []
    shown: dict[str, Any] = {
        "capabilities": capabilities,
        "template": "{{ .Prompt }}",
        "details": {"family": model.family, "format": "gguf"},
        "model_info": {"general.architecture": model.family},
    }
    if model.remote_host:
        shown |= {"remote_model": "x", "remote_host": model.remote_host}
    return shown


def _tag(name: str, model: FakeModel) -> dict[str, Any]:
    tag: dict[str, Any] = {"name": name, "model": name, "details": {"family": model.family}}
    if model.remote_host:
        tag |= {"remote_model": name, "remote_host": model.remote_host}
    return tag
