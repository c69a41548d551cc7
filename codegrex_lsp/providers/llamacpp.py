"""llama.cpp's server, one's own or the embedded one: `/infill`, `/completion`, chat; SSE.

How a completion is asked: the template that the settings name, raw on `/completion`; a hole
filler on chat where they say `off`; `/infill` where the model has fill-in-the-middle tokens; else
plain continuation of the prefix on `/completion`, in which the suffix takes no part. A small
instruct model continues code far better than it follows instructions about holes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from codegrex_lsp.errors import BadAnswer, ProviderError
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import failures, fim, holefiller, plain
from codegrex_lsp.providers.decoding import (
    Json,
    JsonDecoder,
    count,
    delta,
    encoded,
    parse,
    section,
)
from codegrex_lsp.providers.framing import Sse
from codegrex_lsp.providers.openai_chat import ChoiceReader, model_names
from codegrex_lsp.providers.wire import (
    Call,
    Decoder,
    Delta,
    Event,
    Finished,
    Probe,
    Purpose,
    Sampling,
)
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.reply import Usage
from codegrex_lsp.values.route import ModelFacts, ProviderConfig

_FIELDS: Final = ("content", "stop", "stop_type", "tokens_predicted", "tokens_evaluated", "error")
"""Asked for in the last frame, which would otherwise repeat the whole prompt."""


_MARKS: Final = (
    ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
    ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    ("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),
    ("<\uff5cfim\u2581begin\uff5c>", "<\uff5cfim\u2581hole\uff5c>", "<\uff5cfim\u2581end\uff5c>"),
    ("\u2581<PRE>", "\u2581<SUF>", "\u2581<MID>"),
    ("<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"),
)
"""Prefix, suffix and middle marks that llama.cpp knows by their text (llama-vocab.cpp)."""


class LlamaCpp:
    """A `wire.Translator` for the kinds `llamacpp` and `embedded`. Holds no state."""

    def encode(self, cleared: Cleared, sampling: Sampling) -> Call:
        """The request. Raises ConfigurationError where the settings name an unknown template."""
        if cleared.task is not Task.COMPLETION or self.fills_by_chat(cleared):
            return _chat(cleared, sampling)
        template = fim.named(cleared.route)
        if template is not None:
            stops = (*template.stops, *plain.stops(cleared, sampling))
            return _native("/completion", {"prompt": template.render(cleared)}, sampling, stops)
        stops = plain.stops(cleared, sampling)
        if cleared.route.facts.can_insert:
            return _native("/infill", _infill(cleared), sampling, stops)
        prompt, _ = _continued(cleared)
        return _native("/completion", {"prompt": prompt}, sampling, stops)

    def decoder(self, cleared: Cleared) -> Decoder:
        """A fresh decoder for the endpoint that `encode` chose."""
        if cleared.task is not Task.COMPLETION or self.fills_by_chat(cleared):
            return JsonDecoder(Sse(), ChoiceReader(cleared.route.provider))
        raw = fim.named(cleared.route) is None and not cleared.route.facts.can_insert
        _, healed = _continued(cleared)
        return JsonDecoder(Sse(), _NativeReader(cleared.route.provider, drop_blank=raw and healed))

    def fills_by_chat(self, cleared: Cleared) -> bool:
        """Whether a completion is asked of the model as a chat."""
        return cleared.route.provider.fim == "off"

    def encode_probe(self, probe: Probe) -> Call:
        """Health, list of models, or whether the model can fill in.

        For FACTS, the server is asked to read every family's marks: a model that has them reads
        each as one token. Nothing is evaluated, so no cached prompt is lost, and llama.cpp's own
        `/infill` looks for the same marks.
        """
        match probe.purpose:
            case Purpose.HEALTH | Purpose.PRELOAD:
                return Call("GET", "/health", b"", ())
            case Purpose.MODELS:
                return Call("GET", "/v1/models", b"", ())
            case Purpose.FACTS:
                marks = "".join(mark for family in _MARKS for mark in family)
                body = {"content": marks, "parse_special": True, "with_pieces": True}
                return Call("POST", "/tokenize", encoded(body))

    def known(self, probe: Probe) -> ModelFacts | None:
        """Nothing: only the server knows what its model can do and where it runs."""
        return None

    def facts(self, probe: Probe, answer: bytes) -> ModelFacts:
        """What `/tokenize` said. Raises BadAnswer where it is not llama.cpp that answered."""
        tokens = parse(answer).get("tokens")
        if not isinstance(tokens, list):
            raise failures.garbage(probe.provider, "does not answer like llama.cpp")
        pieces = {_bare(section(token).get("piece")) for token in tokens}
        able = any(pieces.issuperset(map(_bare, family)) for family in _MARKS)
        return ModelFacts(can_insert=able, verified=probe.provider.kind == "embedded")

    def models(self, answer: bytes) -> tuple[str, ...]:
        """Names in `/v1/models`; of a file's path, which may lie below home, its name only."""
        return tuple(map(_file_name, model_names(answer)))

    def explain(self, provider: ProviderConfig, status: int, body: bytes) -> ProviderError:
        """Our error for an HTTP failure."""
        if status == 400 and b"context size" in body.lower():
            return failures.prompt_too_long(provider, status)
        if status == 501:
            return BadAnswer(
                "This model can not fill in the middle.",
                code="no-insert",
                fix="Set the provider's fim to off or auto, or choose a code model.",
                status=status,
            )
        return failures.explain(provider, status, body)


class _NativeReader:
    """Reads `/completion` and `/infill`.

    Args:
        provider: Who answers, for sentences.
        drop_blank: The prompt was sent without its last blank, so the answer begins with it.
    """

    def __init__(self, provider: ProviderConfig, *, drop_blank: bool) -> None:
        self._provider = provider
        self._drop_blank = drop_blank

    def read(self, frame: Json) -> Iterator[Event]:
        """Text, and the end where `stop` is true."""
        if "error" in frame:
            raise failures.in_band(self._provider, frame["error"])
        for event in delta(frame.get("content")):
            yield from self._without_blank(event)
        if frame.get("stop") is True:
            tokens = frame.get("tokens_evaluated"), frame.get("tokens_predicted")
            reason = "length" if frame.get("stop_type") == "limit" else "stop"
            yield Finished(reason, Usage(count(tokens[0]), count(tokens[1])))

    def done(self) -> Finished:
        """Never on this wire."""
        raise failures.garbage(self._provider)

    def _without_blank(self, event: Delta) -> Iterator[Delta]:
        shown = event.text.removeprefix(" ") if self._drop_blank else event.text
        self._drop_blank = False
        if shown:
            yield Delta(shown)


def _file_name(model: str) -> str:
    is_file = model.lower().endswith(".gguf")
    return re.split(r"[/\\]", model)[-1] if is_file else model


def _bare(piece: object) -> str:
    """A token's text without its SentencePiece blank; bytes that are no text count as nothing."""
    return piece.replace("\u2581", " ").strip() if isinstance(piece, str) else ""


def _continued(cleared: Cleared) -> tuple[str, bool]:
    """The prompt of a plain continuation, and whether its last blank was left out.

    Tokens of code begin with their blank, so a prompt that ends in one leads a model astray: the
    blank stays here and is taken off the answer.
    """
    prefix = cleared.text_of(Role.PREFIX)
    healed = prefix.endswith(" ")
    return plain.preamble(cleared) + prefix.removesuffix(" "), healed


def _infill(cleared: Cleared) -> dict[str, object]:
    extra = [
        {"filename": plain.path(piece), "text": piece.text.reveal()}
        for piece in plain.context(cleared)
    ]
    body: dict[str, object] = {"input_extra": extra} if extra else {}
    prefix, suffix = cleared.text_of(Role.PREFIX), cleared.text_of(Role.SUFFIX)
    return body | {"input_prefix": prefix, "input_suffix": suffix}


def _native(
    path: str, prompt: dict[str, object], sampling: Sampling, stops: tuple[str, ...]
) -> Call:
    body = prompt | {
        "n_predict": sampling.max_tokens,
        "temperature": sampling.temperature,
        "stop": list(stops),
        "stream": True,
        "cache_prompt": True,
        "response_fields": list(_FIELDS),
    }
    return Call("POST", path, encoded(body))


def _chat(cleared: Cleared, sampling: Sampling) -> Call:
    body: dict[str, object] = {
        "messages": holefiller.messages(cleared),
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "stream": True,
        "stream_options": {"include_usage": True},
        "cache_prompt": True,
        "chat_template_kwargs": {"enable_thinking": False},
    }
    if cleared.route.provider.kind != "embedded" and cleared.route.model:
        body = {"model": cleared.route.model} | body
    return Call("POST", "/v1/chat/completions", encoded(body))
