"""What the model servers said of their models: asked by text-free probes, kept for seconds.

An alias can be pointed at a remote model at any time, so where that decides about privacy, what
is known is soon asked again before any text goes; elsewhere it is used and renewed in the
background. A stream that names a remote host ends at once and is remembered here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from codegrex_lsp.egress import starter
from codegrex_lsp.egress.door import Door
from codegrex_lsp.errors import CodegrexError, ModelMissing
from codegrex_lsp.providers.wire import Probe, Purpose, Translator
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.route import LOCAL_KINDS, ModelFacts, ProviderConfig

FRESH_MS: Final = 10_000
"""How long facts hold. Short, since Ollama aliases change under us and asking takes 1 to 2 ms."""

STALE_MS: Final = 300_000
"""How long older facts are still used, while they are asked again, by kinds in `_NEVER_FORWARD`."""

TROUBLE_MS: Final = 3_000
"""How long a failure holds, so that a dead server is not asked on each keystroke."""

CAUGHT_MS: Final = 300_000
"""How long a model counts as remote after an answer said so, whatever the server says when asked:
one that says otherwise would get another prompt each time that its facts are old."""

PROBE_SECONDS: Final = 5.0
"""How long the answer to a text-free question may take; no model has to be loaded for it."""

_NEVER_FORWARD: Final = frozenset({"embedded", "llamacpp"})
"""Kinds whose server runs its models itself, so that their facts decide nothing about privacy."""

Outcome = Callable[[ProviderConfig, str, CodegrexError | None], None]
"""Told how each question to a server ended; None where it was answered."""

Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Known:
    at: float
    facts: ModelFacts | None
    trouble: CodegrexError | None


@dataclass(frozen=True, slots=True)
class _Caught:
    at: float
    host: str


class ModelBook:
    """Facts by provider and model, asked at most once at a time.

    Args:
        door: The one door.
        translator: Kind → its translator.
        clock: Monotonic, in ms.
        told: How each question ended.
        ready: Raises CodegrexError where a provider lacks what it needs to be asked: a key.
    """

    def __init__(
        self,
        door: Door,
        translator: Callable[[str], Translator],
        clock: Callable[[], float],
        told: Outcome = lambda provider, model, error: None,
        ready: Callable[[ProviderConfig], Awaitable[None]] | None = None,
    ) -> None:
        self._door = door
        self._translator = translator
        self._clock = clock
        self._told = told
        self._ready = ready
        self._known: dict[Key, _Known] = {}
        self._caught: dict[Key, _Caught] = {}
        self._asking: dict[Key, asyncio.Task[_Known]] = {}
        self._knocking: set[asyncio.Task[None]] = set()

    async def facts(self, provider: ProviderConfig, model: str) -> ModelFacts:
        """What the server says of `model`.

        A caller that is cancelled does not stop the question: a model that loads for half a
        minute must not begin again with each keystroke.

        Raises:
            CodegrexError: The server can not be asked, or does not have the model.
        """
        if self._ready is not None:
            await self._ready(provider)
        key = _key(provider, model)
        known = self._known.get(key)
        if known is None or not self._holds(known):
            task = self._asking.get(key)
            if task is None:
                task = asyncio.create_task(self._ask(provider, model))
                self._asking[key] = task
                task.add_done_callback(lambda _: self._asking.pop(key, None))
            if known is None or not self._serves_while_asked(provider, known):
                known = await asyncio.shield(task)
        if known.trouble is not None:
            raise known.trouble
        assert known.facts is not None
        return self._as_caught(key, known.facts)

    def now(self, provider: ProviderConfig, model: str) -> ModelFacts | None:
        """Facts that are already known, however old, without asking. For status only."""
        key = _key(provider, model)
        known = self._known.get(key)
        return self._as_caught(key, known.facts) if known and known.facts else None

    def served_remotely(self, provider: ProviderConfig, model: str, host: str) -> None:
        """An answer named a remote host: the model counts as remote for `CAUGHT_MS`."""
        self._caught[_key(provider, model)] = _Caught(self._clock(), host or "unnamed host")

    def failed(self, provider: ProviderConfig, model: str) -> None:
        """A request failed: ask again before the next one."""
        self._known.pop(_key(provider, model), None)

    def knock(self, provider: ProviderConfig, model: str) -> None:
        """Find out in the background whether anybody is there; `told` hears of it."""
        task = asyncio.create_task(self._knock(provider, model))
        self._knocking.add(task)
        task.add_done_callback(self._knocking.discard)

    async def close(self) -> None:
        """Stop asking."""
        for task in (*self._asking.values(), *self._knocking):
            task.cancel()

    def _as_caught(self, key: Key, facts: ModelFacts) -> ModelFacts:
        caught = self._caught.get(key)
        if caught is None or self._clock() - caught.at >= CAUGHT_MS:
            return facts
        return replace(facts, remote=facts.remote or caught.host, verified=False)

    def _holds(self, known: _Known) -> bool:
        age = self._clock() - known.at
        return age < (TROUBLE_MS if known.trouble else FRESH_MS)

    def _serves_while_asked(self, provider: ProviderConfig, known: _Known) -> bool:
        never_forwards = provider.kind in _NEVER_FORWARD or provider.kind not in LOCAL_KINDS
        return never_forwards and not known.trouble and self._clock() - known.at < STALE_MS

    async def _knock(self, provider: ProviderConfig, model: str) -> None:
        trouble: CodegrexError | None = None
        try:
            await self._probe(Probe(provider, Purpose.HEALTH))
        except CodegrexError as error:
            trouble = error
        self._told(provider, model, trouble)

    async def _probe(self, probe: Probe) -> bytes:
        provider = probe.provider
        limits = provider.timeouts
        short = replace(limits, first_token=min(limits.first_token, PROBE_SECONDS))
        hurried = replace(probe, provider=replace(provider, timeouts=short))
        return await self._door.probe(hurried, self._translator(provider.kind))

    async def _ask(self, provider: ProviderConfig, model: str) -> _Known:
        probe = Probe(provider, Purpose.FACTS, model)
        facts: ModelFacts | None = None
        trouble: CodegrexError | None = None
        try:
            translator = self._translator(provider.kind)
            facts = translator.known(probe)
            if facts is None:
                facts = translator.facts(probe, await self._probe(probe))
                self._told(provider, model, None)
            if not facts.present:
                trouble = ModelMissing(f"the model {model} is not there")
        except CodegrexError as error:
            trouble = error
            self._told(provider, model, error)
        known = _Known(self._clock(), facts, trouble)
        self._known[_key(provider, model)] = known
        return known


def model_of(provider: ProviderConfig, task: Task = Task.COMPLETION) -> str:
    """The model for a task: the configured one, or the starter's file; empty where none is."""
    chosen = provider.model
    if task is not Task.COMPLETION and provider.kind != "embedded":  # which has one loaded
        chosen = provider.chat_model or provider.model
    return chosen or (starter.FILE if provider.kind == "embedded" else "")


def no_model(provider: ProviderConfig, task: Task) -> str:
    """The sentence for a cloud provider without a chosen model; empty where all is well.

    A local server that loads one model needs no name, and the managed cloud chooses by itself.
    """
    if model_of(provider, task) or provider.kind in {*LOCAL_KINDS, "codegrex"}:
        return ""
    key = "model" if task is Task.COMPLETION else "chatModel"
    return (
        "no model is chosen; list them with `codegrex-lsp models list` "
        f"and set providers.{provider.id}.{key}"
    )


def _key(provider: ProviderConfig, model: str) -> Key:
    return provider.id, provider.kind, provider.base_url, model
