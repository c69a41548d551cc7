"""What the model servers said of their models: asked by text-free probes, kept for seconds.

An alias can be pointed at a remote model at any time, so what is known is soon asked again; and
a stream that names a remote host ends at once and is remembered here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from codegrex_lsp.egress import starter
from codegrex_lsp.egress.door import Door
from codegrex_lsp.errors import CodegrexError, ModelMissing
from codegrex_lsp.providers.wire import Probe, Purpose, Translator
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.route import ModelFacts, ProviderConfig

FRESH_MS: Final = 10_000
"""How long facts hold. Short, since Ollama aliases change under us and asking takes 1 to 2 ms."""

TROUBLE_MS: Final = 3_000
"""How long a failure holds, so that a dead server is not asked on each keystroke."""


Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Known:
    at: float
    facts: ModelFacts | None
    trouble: CodegrexError | None


class ModelBook:
    """Facts by provider and model, asked at most once at a time.

    Args:
        door: The one door.
        translator: Kind → its translator.
        clock: Monotonic, in ms.
    """

    def __init__(
        self, door: Door, translator: Callable[[str], Translator], clock: Callable[[], float]
    ) -> None:
        self._door = door
        self._translator = translator
        self._clock = clock
        self._known: dict[Key, _Known] = {}
        self._asking: dict[Key, asyncio.Task[_Known]] = {}

    async def facts(self, provider: ProviderConfig, model: str) -> ModelFacts:
        """What the server says of `model`.

        A caller that is cancelled does not stop the question: a model that loads for half a
        minute must not begin again with each keystroke.

        Raises:
            CodegrexError: The server can not be asked, or does not have the model.
        """
        key = _key(provider, model)
        known = self._known.get(key)
        if known is None or not self._holds(known):
            task = self._asking.get(key)
            if task is None:
                task = asyncio.create_task(self._ask(provider, model))
                self._asking[key] = task
                task.add_done_callback(lambda _: self._asking.pop(key, None))
            known = await asyncio.shield(task)
        if known.trouble is not None:
            raise known.trouble
        assert known.facts is not None
        return known.facts

    def now(self, provider: ProviderConfig, model: str) -> ModelFacts | None:
        """Facts that are already known, however old, without asking. For status only."""
        known = self._known.get(_key(provider, model))
        return known.facts if known else None

    def served_remotely(self, provider: ProviderConfig, model: str, host: str) -> None:
        """An answer named a remote host: text stays away from this model until it is asked anew."""
        facts = self.now(provider, model) or ModelFacts()
        remote = replace(facts, remote=host or "unnamed host", verified=False)
        self._known[_key(provider, model)] = _Known(self._clock(), remote, None)

    def failed(self, provider: ProviderConfig, model: str) -> None:
        """A request failed: ask again before the next one."""
        self._known.pop(_key(provider, model), None)

    async def close(self) -> None:
        """Stop asking."""
        for task in list(self._asking.values()):
            task.cancel()

    def _holds(self, known: _Known) -> bool:
        age = self._clock() - known.at
        return age < (TROUBLE_MS if known.trouble else FRESH_MS)

    async def _ask(self, provider: ProviderConfig, model: str) -> _Known:
        probe = Probe(provider, Purpose.FACTS, model)
        facts: ModelFacts | None = None
        trouble: CodegrexError | None = None
        try:
            translator = self._translator(provider.kind)
            facts = translator.known(probe)
            if facts is None:
                facts = translator.facts(probe, await self._door.probe(probe, translator))
            if not facts.present:
                trouble = ModelMissing(f"the model {model} is not there")
        except CodegrexError as error:
            trouble = error
        known = _Known(self._clock(), facts, trouble)
        self._known[_key(provider, model)] = known
        return known


def model_of(provider: ProviderConfig, task: Task = Task.COMPLETION) -> str:
    """The model for a task: the configured one, or the starter's file; empty where none is."""
    chosen = provider.model
    if task is not Task.COMPLETION:
        chosen = provider.chat_model or provider.model
    return chosen or (starter.FILE if provider.kind == "embedded" else "")


def _key(provider: ProviderConfig, model: str) -> Key:
    return provider.id, provider.kind, provider.base_url, model
