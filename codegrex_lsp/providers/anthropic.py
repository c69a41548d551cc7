"""Anthropic's Messages API, SSE.

A prompt is cached where a block says so: the system sentence and what stays while somebody types
carry `cache_control`. No temperature goes along, which this version of the API refuses, and no
start of an answer, which today's models refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from codegrex_lsp.errors import ProviderError
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import failures, holefiller
from codegrex_lsp.providers.decoding import Json, JsonDecoder, count, delta, encoded, section, text
from codegrex_lsp.providers.framing import Sse
from codegrex_lsp.providers.openai_chat import THOUGHT, endpoint, listed, model_names
from codegrex_lsp.providers.wire import Call, Decoder, Event, Finished, Probe, Sampling
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.reply import Usage
from codegrex_lsp.values.route import ModelFacts, ProviderConfig

_VERSION: Final = ("anthropic-version", "2026-10-21")

_UNTHINKING: Final = (
    (re.compile(r"claude-sonnet-5-5"), {"thinking": {"type": "between_tools"}}),
    (re.compile(r"claude-(opus-5-5|fable|mythos)"), {"output_config": {"effort": "low"}}),
    (re.compile(r"claude-(3|(opus|sonnet|haiku)-[45])\b"), {"thinking": {"type": "disabled"}}),
    (re.compile(r""), {"output_config": {"effort": "low"}}),
)
"""How a model is told not to think, or where that can not be, to think little. The first that
fits counts. Source: "Thinking support by model" in Anthropic's documentation."""

Block = dict[str, object]


class Anthropic:
    """A `wire.Translator` for the kind `anthropic`. Holds no state."""

    def encode(self, cleared: Cleared, sampling: Sampling) -> Call:
        """The request: a hole to fill, or a conversation."""
        filling = cleared.task is Task.COMPLETION
        system, turns = _hole(cleared) if filling else _conversation(cleared)
        body: dict[str, object] = {
            "model": cleared.route.model,
            "max_tokens": sampling.max_tokens,
            "system": [_cached(system)],
            "messages": turns,
            "stream": True,
        }
        if filling:
            model = cleared.route.model
            body |= next(fields for names, fields in _UNTHINKING if names.match(model))
        if "thinking" not in body:
            body["max_tokens"] = sampling.max_tokens + THOUGHT
        headers = (("content-type", "application/json"), _VERSION)
        return Call("POST", endpoint(cleared.route.provider, "messages"), encoded(body), headers)

    def decoder(self, cleared: Cleared) -> Decoder:
        """A fresh decoder."""
        return JsonDecoder(Sse(), _Reader(cleared.route.provider))

    def fills_by_chat(self, cleared: Cleared) -> bool:
        """Always: there is no other endpoint."""
        return True

    def encode_probe(self, probe: Probe) -> Call:
        """The list of models, for every purpose."""
        return Call("GET", endpoint(probe.provider, "models?limit=1000"), b"", (_VERSION,))

    def known(self, probe: Probe) -> ModelFacts | None:
        """A vendor's cloud needs no asking."""
        return ModelFacts()

    def facts(self, probe: Probe, answer: bytes) -> ModelFacts:
        """Whether the model is in the list. Raises BadAnswer where that is no list."""
        return ModelFacts(present=listed(probe.model, self.models(answer)))

    def models(self, answer: bytes) -> tuple[str, ...]:
        """Names in the answer."""
        return model_names(answer)

    def explain(self, provider: ProviderConfig, status: int, body: bytes) -> ProviderError:
        """Our error for an HTTP failure."""
        return failures.explain(provider, status, body)


class _Reader:
    """Reads the events of `/v1/messages`; thoughts, signatures and tool calls are not shown."""

    def __init__(self, provider: ProviderConfig) -> None:
        self._provider = provider
        self._reason = ""
        self._counts: dict[str, int] = {}

    def read(self, frame: Json) -> Iterator[Event]:
        """Text as it comes; reason and usage at `message_stop`."""
        match frame.get("type"):
            case "message_start":
                self._count(section(frame.get("message")).get("usage"))
            case "content_block_start":
                yield from delta(section(frame.get("content_block")).get("text"))
            case "content_block_delta":
                yield from delta(section(frame.get("delta")).get("text"))
            case "message_delta":
                self._reason = text(section(frame.get("delta")).get("stop_reason")) or self._reason
                self._count(frame.get("usage"))
            case "message_stop":
                yield self.done()
            case "error":
                raise failures.in_band(self._provider, frame.get("error"))

    def done(self) -> Finished:
        """The end. Raises BadAnswer where no reason was given, or a refusal was."""
        if not self._reason:
            raise failures.cut(self._provider)
        if self._reason == "refusal":
            raise failures.content_refused(self._provider)
        counts = self._counts
        cached = counts.get("cache_read_input_tokens", 0)
        asked = counts.get("input_tokens", 0) + counts.get("cache_creation_input_tokens", 0)
        usage = Usage(asked + cached, counts.get("output_tokens", 0), cached)
        return Finished(_REASONS.get(self._reason, self._reason), usage)

    def _count(self, usage: object) -> None:
        """Keep counts; the later ones are of the whole answer and replace the earlier."""
        stated = section(usage)
        self._counts |= {name: count(stated[name]) for name in _COUNTS if stated.get(name)}


_COUNTS: Final = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
)

_REASONS: Final = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
}


def _hole(cleared: Cleared) -> tuple[str, list[Block]]:
    steady, growing = holefiller.hole(cleared)
    blocks = [_cached(steady), _block(growing)] if steady else [_block(growing)]
    return holefiller.FILL, [{"role": "user", "content": blocks}]


def _conversation(cleared: Cleared) -> tuple[str, list[Block]]:
    """The turns; the last is marked, so that the next request finds this one in the cache."""
    _, *turns = holefiller.chat(cleared)
    if not turns or turns[0]["role"] == "assistant":  # a conversation begins with the person
        turns = [{"role": "user", "content": "(Earlier turns are left out.)"}, *turns]
    blocks = [_block(turn["content"]) for turn in turns]
    blocks[-1] = _cached(turns[-1]["content"])
    made: list[Block] = [
        {"role": turn["role"], "content": [block]}
        for turn, block in zip(turns, blocks, strict=True)
    ]
    return holefiller.CHAT, made


def _block(content: str) -> Block:
    return {"type": "text", "text": content}


def _cached(content: str) -> Block:
    return _block(content) | {"cache_control": {"type": "ephemeral"}}
