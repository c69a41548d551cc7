"""Ollama's own wire: `/api/generate` and `/api/chat`, NDJSON.

How a completion is asked, in this order and never by guess: the template that the settings name;
`suffix` where the server states the capability `insert`; a raw prompt where the table knows the
model; a hole filler on chat. Loopback is no proof here: a daemon forwards `:cloud` models and
aliases of remote ones, and says so in `remote_host`, which ends a stream at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from codegrex_lsp.errors import BadAnswer, ModelMissing, ProviderError
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
    text,
)
from codegrex_lsp.providers.framing import Ndjson
from codegrex_lsp.providers.wire import (
    Call,
    Decoder,
    Event,
    Finished,
    Probe,
    Purpose,
    Sampling,
    ServedRemotely,
)
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.reply import Usage
from codegrex_lsp.values.route import ModelFacts, ProviderConfig

CLOUD: Final = "ollama.com"
"""Who serves a model whose tag is `cloud` or ends in `-cloud`."""

UNNAMED: Final = "unnamed host"
"""Stands for a remote model whose host the server does not name properly."""


class Ollama:
    """A `wire.Translator`. Holds no state."""

    def encode(self, cleared: Cleared, sampling: Sampling) -> Call:
        """The request. Raises ConfigurationError where the settings name an unknown template."""
        if cleared.task is not Task.COMPLETION or self.fills_by_chat(cleared):
            body = _common(cleared, sampling, stops=())
            return _post("/api/chat", body | {"messages": holefiller.messages(cleared)})
        return _post("/api/generate", _generate(cleared, sampling))

    def decoder(self, cleared: Cleared) -> Decoder:
        """A fresh decoder; `/api/generate` and `/api/chat` differ by one field only."""
        return JsonDecoder(Ndjson(), _Reader(cleared.route.provider))

    def fills_by_chat(self, cleared: Cleared) -> bool:
        """Whether a completion is asked of the model as a chat."""
        return not _inserts(cleared) and _template(cleared) is None

    def encode_probe(self, probe: Probe) -> Call:
        """Version, list of models, what one model is, or nothing to generate: that loads it."""
        match probe.purpose:
            case Purpose.HEALTH:
                return Call("GET", "/api/version", b"", ())
            case Purpose.MODELS:
                return Call("GET", "/api/tags", b"", ())
            case Purpose.FACTS:
                return _post("/api/show", {"model": probe.model})
            case Purpose.PRELOAD:
                body: dict[str, object] = {"model": probe.model, "stream": False}
                if probe.provider.num_ctx:
                    body["options"] = {"num_ctx": probe.provider.num_ctx}
                return _post("/api/generate", body | _kept_alive(probe.provider))

    def known(self, probe: Probe) -> ModelFacts | None:
        """Nothing: only the server knows what its model can do and where it runs."""
        return None

    def facts(self, probe: Probe, answer: bytes) -> ModelFacts:
        """What `/api/show` said.

        Raises:
            BadAnswer: The answer is not of `/api/show`.
        """
        shown = parse(answer)
        details, abilities = section(shown.get("details")), shown.get("capabilities")
        if not details and not isinstance(abilities, list):
            raise BadAnswer("Ollama did not say what this model is.", code="garbage")
        remote = _remote(shown) or (CLOUD if named_cloud(probe.model) else "")
        return ModelFacts(
            present=True,
            remote=remote,
            can_insert=isinstance(abilities, list) and "insert" in abilities,
            family=text(details.get("family")),
            verified=not remote,
        )

    def models(self, answer: bytes) -> tuple[str, ...]:
        """Names in `/api/tags`, remote ones included."""
        listed = parse(answer).get("models")
        if not isinstance(listed, list):
            raise BadAnswer("Ollama did not list its models.", code="garbage")
        names = (text(section(model).get("name")) for model in listed)
        return tuple(name for name in names if name)

    def explain(self, provider: ProviderConfig, status: int, body: bytes) -> ProviderError:
        """Our error for an HTTP failure."""
        said = body.lower()
        if status == 404:
            return ModelMissing(
                "Ollama does not have the model that the settings name.",
                fix="Run ollama pull with that name, or choose one of: codegrex-lsp models list",
            )
        if b"does not support insert" in said:
            return BadAnswer(
                "This model has no place for a suffix.",
                code="no-insert",
                fix="Set the provider's fim to off, or choose a code model.",
                status=status,
            )
        if status == 400 and b"context" in said:
            return failures.prompt_too_long(provider, status)
        return failures.explain(provider, status, body)


def named_cloud(model: str) -> bool:
    """Whether the name itself says that the model runs elsewhere: `x:cloud`, `x:120b-cloud`."""
    tag = model.rpartition(":")[2]
    return tag == "cloud" or tag.endswith("-cloud")


class _Reader:
    """A `decoding.Reader`."""

    def __init__(self, provider: ProviderConfig) -> None:
        self._provider = provider

    def read(self, frame: Json) -> Iterator[Event]:
        """Text, the end, or the news that the model runs elsewhere."""
        if "error" in frame:
            raise failures.in_band(self._provider, frame["error"])
        remote = _remote(frame)
        if remote:
            yield ServedRemotely(remote)
            return
        message = frame.get("message")
        yield from delta(section(message).get("content") if message else frame.get("response"))
        if frame.get("done") is True:
            usage = Usage(count(frame.get("prompt_eval_count")), count(frame.get("eval_count")))
            yield Finished(text(frame.get("done_reason")) or "stop", usage)

    def done(self) -> Finished:
        """Never on this wire."""
        raise failures.garbage(self._provider)


def _remote(said: Json) -> str:
    """Host that really serves the model, where the daemon names one or another model."""
    address = said.get("remote_host")
    if not address and not said.get("remote_model"):
        return ""
    try:
        url = address if isinstance(address, str) else ""
        host = urlsplit(url if "://" in url else f"//{url}").hostname or ""
    except ValueError:
        host = ""
    fit = (
        0 < len(host) <= 253 and host.isascii() and host.replace(".", "").replace("-", "").isalnum()
    )
    return host if fit else UNNAMED


def _template(cleared: Cleared) -> fim.Template | None:
    route = cleared.route
    chosen = fim.named(route)
    if chosen is None and route.provider.fim != "off":
        chosen = fim.of_model(route.model, route.facts.family)
    return chosen


def _inserts(cleared: Cleared) -> bool:
    route = cleared.route
    return route.facts.can_insert and route.provider.fim in ("", "auto")


def _generate(cleared: Cleared, sampling: Sampling) -> dict[str, object]:
    template = None if _inserts(cleared) else _template(cleared)
    if template is not None:
        stops = (*template.stops, *plain.stops(cleared, sampling))
        body = _common(cleared, sampling, stops)
        return body | {"prompt": template.render(cleared), "raw": True}
    prompt = plain.preamble(cleared) + cleared.text_of(Role.PREFIX)
    # An empty suffix would make the server take the prompt for a chat turn.
    suffix = cleared.text_of(Role.SUFFIX) or "\n"
    body = _common(cleared, sampling, plain.stops(cleared, sampling))
    return body | {"prompt": prompt, "suffix": suffix}


def _common(cleared: Cleared, sampling: Sampling, stops: tuple[str, ...]) -> dict[str, object]:
    """What every request states. `num_ctx` is one for all tasks: a change reloads the model."""
    provider = cleared.route.provider
    options: dict[str, object] = {
        "temperature": sampling.temperature,
        "num_predict": sampling.max_tokens,
    }
    if provider.num_ctx:
        options["num_ctx"] = provider.num_ctx
    if stops:
        options["stop"] = list(stops)
    body: dict[str, object] = {
        "model": cleared.route.model,
        "stream": True,
        "think": False,
        "truncate": False,
        "shift": False,
        "options": options,
    }
    return body | _kept_alive(provider)


def _kept_alive(provider: ProviderConfig) -> dict[str, object]:
    """How long the model stays loaded: 0 unloads it at once; the server decides where unset."""
    return {"keep_alive": _duration(provider.keep_alive)} if provider.keep_alive else {}


def _duration(setting: str) -> str | int:
    """Seconds go as a number: the server reads a string only with a unit."""
    try:
        return int(setting)
    except ValueError:
        return setting


def _post(path: str, body: dict[str, object]) -> Call:
    return Call("POST", path, encoded(body))
