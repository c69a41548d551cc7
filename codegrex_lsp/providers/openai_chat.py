"""The wire that most of the world speaks: `/chat/completions` as OpenAI's API reference has it.

A kind that speaks it is a small class on top of `OpenAiChat`, which says what is different there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from codegrex_lsp.errors import BadAnswer, ProviderError
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import failures, holefiller
from codegrex_lsp.providers.decoding import (
    Json,
    JsonDecoder,
    count,
    delta,
    encoded,
    parse,
    section,
    text,
)
from codegrex_lsp.providers.framing import Sse
from codegrex_lsp.providers.wire import Call, Decoder, Event, Finished, Probe, Sampling
from codegrex_lsp.values.reply import Usage
from codegrex_lsp.values.route import ModelFacts, ProviderConfig


class OpenAiChat:
    """A `wire.Translator` for a cloud that speaks this wire and no other. Holds no state.

    Attributes:
        cap: Name of the field that bounds the answer's tokens.
    """

    cap = "max_tokens"

    def encode(self, cleared: Cleared, sampling: Sampling) -> Call:
        """The request: a hole to fill, or a conversation."""
        return self.chat(cleared, sampling)

    def chat(self, cleared: Cleared, sampling: Sampling) -> Call:
        """A chat request; the growing text stands last, for prompt caches."""
        body = model_field(cleared) | {"messages": holefiller.messages(cleared)}
        body |= self.options(cleared, sampling)
        return post(endpoint(cleared.route.provider, "chat/completions"), body)

    def options(self, cleared: Cleared, sampling: Sampling) -> dict[str, object]:
        """Fields beside model and messages."""
        return {
            self.cap: sampling.max_tokens,
            "temperature": sampling.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    def decoder(self, cleared: Cleared) -> Decoder:
        """A fresh decoder."""
        return JsonDecoder(Sse(), ChoiceReader(cleared.route.provider))

    def fills_by_chat(self, cleared: Cleared) -> bool:
        """Always: there is no other endpoint."""
        return True

    def encode_probe(self, probe: Probe) -> Call:
        """The list of models, for every purpose: it asks for the key and costs nothing."""
        return Call("GET", endpoint(probe.provider, "models"), b"", ())

    def known(self, probe: Probe) -> ModelFacts | None:
        """A vendor's cloud needs no asking: what is wrong there, the first request says."""
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


class ChoiceReader:
    """Reads the first choice of `/chat/completions` and of `/completions`.

    The reason comes before the usage, and `[DONE]` comes last. Thoughts (`reasoning_content`,
    `reasoning`, chunks of type `thinking`) and tool calls are not shown.

    Args:
        provider: Who answers, for sentences.
    """

    def __init__(self, provider: ProviderConfig) -> None:
        self._provider = provider
        self._reason = ""
        self._usage = Usage()

    def read(self, frame: Json) -> Iterator[Event]:
        """Text; reason and usage are kept for the end."""
        if frame.get("error") is not None:
            raise failures.in_band(self._provider, frame["error"])
        usage = section(frame.get("usage") or section(frame.get("x_groq")).get("usage"))
        if usage:
            self._usage = usage_of(usage)
        choices = frame.get("choices")
        choice = section(choices[0]) if isinstance(choices, list) and choices else {}
        yield from delta(_shown(choice))
        self._reason = text(choice.get("finish_reason")) or self._reason

    def done(self) -> Finished:
        """The end mark.

        Raises:
            BadAnswer: The answer has no reason to end, or one that is a failure.
        """
        if not self._reason:
            raise failures.cut(self._provider)
        if self._reason in _FILTERED:
            raise failures.content_refused(self._provider)
        if self._reason in _FAILED:
            raise failures.in_band(self._provider, {"code": self._reason})
        return Finished(_REASONS.get(self._reason, self._reason), self._usage)


_FILTERED: Final = frozenset({"content_filter", "safety", "recitation", "prohibited_content"})
_FAILED: Final = frozenset({"error", "insufficient_system_resource"})
_REASONS: Final = {"model_length": "length", "max_tokens": "length"}


def endpoint(provider: ProviderConfig, name: str) -> str:
    """Path of an endpoint below the provider's base URL.

    A base URL that ends in a version, as vendors print them (`/v1`, `/api/v1`, `/v1beta/openai`),
    is complete; any other gets `/v1`.
    """
    return f"/{name}" if _VERSIONED.search(provider.base_url) else f"/v1/{name}"


_VERSIONED: Final = re.compile(r"[^/]/(v\d+[a-z]*\d*|openai)/?$")

THOUGHT: Final = 8192
"""Tokens added to the bound where a model thinks first, since its thoughts count as answer."""


def post(path: str, body: dict[str, object]) -> Call:
    """A call that carries JSON."""
    return Call("POST", path, encoded(body))


def model_field(cleared: Cleared) -> dict[str, object]:
    """The model, left out where none is chosen: a server with one model needs no name."""
    return {"model": cleared.route.model} if cleared.route.model else {}


def usage_of(usage: Json) -> Usage:
    """Token counts of OpenAI's form, cached ones as OpenAI or as DeepSeek names them."""
    details = section(usage.get("prompt_tokens_details"))
    cached = details.get("cached_tokens") or usage.get("prompt_cache_hit_tokens")
    tokens = usage.get("prompt_tokens"), usage.get("completion_tokens")
    return Usage(count(tokens[0]), count(tokens[1]), count(cached))


def model_names(answer: bytes) -> tuple[str, ...]:
    """Ids in a list of models. Raises BadAnswer where it is none."""
    models = parse(answer).get("data")
    if not isinstance(models, list):
        raise BadAnswer("The server did not list its models.", code="garbage")
    names = (text(section(model).get("id")) for model in models)
    return tuple(name for name in names if name)


def listed(model: str, names: Sequence[str]) -> bool:
    """Whether a server that lists `names` has `model`, however much of the name was written.

    Servers take `org/name@quant` under its shorter forms, so only the bare names are compared.
    """
    return not model or _bare(model) in map(_bare, names)


def _bare(model: str) -> str:
    return re.split(r"[@:]", model.rpartition("/")[2].lower())[0].removesuffix(".gguf")


def _shown(choice: Json) -> object:
    """The choice's new text. Mistral's thinking models send it in typed chunks."""
    if "text" in choice:
        return choice["text"]
    content = section(choice.get("delta")).get("content")
    if isinstance(content, list):
        chunks = map(section, content)
        return "".join(text(chunk.get("text")) for chunk in chunks if chunk.get("type") == "text")
    return content
