"""What the configured providers say of themselves: for `doctor` and `models list`. No text goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from codegrex_lsp.egress.address import declared
from codegrex_lsp.egress.door import Door
from codegrex_lsp.engine.models import ModelBook, model_of, no_model
from codegrex_lsp.errors import CodegrexError
from codegrex_lsp.providers.wire import Probe, Purpose, Translator
from codegrex_lsp.routing.route import listed
from codegrex_lsp.settings.model import Settings
from codegrex_lsp.values.mode import Destination, Task, allowed
from codegrex_lsp.values.route import LOCAL_KINDS, ModelFacts, ProviderConfig


@dataclass(frozen=True, slots=True)
class ProviderCheck:
    """What `doctor` says of one provider in the routes.

    Attributes:
        id: Provider id.
        destination: Where it is, as far as known.
        model: The model that the task would use.
        asked: False where mode forbids even asking.
        reachable: Whether it answered.
        facts: What it said of the model, if it did.
        message: One calm sentence.
        fix: What to do, or empty.
        task: Completion, or chat where the provider has another model for it or is in no other
            list.
    """

    id: str
    destination: Destination
    model: str
    asked: bool
    reachable: bool
    facts: ModelFacts | None
    message: str
    fix: str = ""
    task: Task = Task.COMPLETION


class Survey:
    """Asks providers, as far as the mode allows.

    Args:
        settings: Settings in force for a folder, now.
        door: The one door.
        book: What is known of models.
        translator: Kind → its translator.
    """

    def __init__(
        self,
        settings: Callable[[Path | None], Settings],
        door: Door,
        book: ModelBook,
        translator: Callable[[str], Translator],
    ) -> None:
        self._settings = settings
        self._door = door
        self._book = book
        self._translator = translator

    async def checks(self, folder: Path | None) -> tuple[ProviderCheck, ...]:
        """One for each provider in the routes and each model that it would be asked for."""
        settings = self._settings(folder)
        return tuple([await self._check(*one, settings) for one in _asked_for(settings)])

    async def models(self, folder: Path | None) -> tuple[tuple[str, tuple[str, ...], str], ...]:
        """(provider, models, trouble) for each provider in the routes."""
        settings = self._settings(folder)
        found = []
        for provider in _in_routes(settings):
            names: tuple[str, ...] = ()
            trouble = _forbidden(provider, settings)
            if not trouble:
                try:
                    wire = self._translator(provider.kind)
                    answer = await self._door.probe(Probe(provider, Purpose.MODELS), wire)
                    names = _fit_to_show(wire.models(answer))
                except CodegrexError as error:
                    trouble = error.message
            found.append((provider.id, names, trouble))
        return tuple(found)

    async def _check(
        self, provider: ProviderConfig, task: Task, settings: Settings
    ) -> ProviderCheck:
        where, model = destination(provider, settings), model_of(provider, task)

        def check(
            message: str, *, fix: str = "", asked: bool = True, facts: ModelFacts | None = None
        ) -> ProviderCheck:
            there = facts is not None
            return ProviderCheck(provider.id, where, model, asked, there, facts, message, fix, task)

        if reason := _forbidden(provider, settings):
            return check(reason, asked=False)
        if trouble := no_model(provider, task):
            return check(trouble)
        try:
            facts = await self._book.facts(provider, model)
        except CodegrexError as error:
            there = error.code == "model-missing"
            return replace(check(error.message, fix=error.fix), reachable=there)
        if facts.remote:
            told = "its model runs on another machine"
            return replace(check(told, facts=facts), destination=Destination.CLOUD)
        return check(
            "ready" + (", and runs here by its own word" if facts.verified else ""), facts=facts
        )


def destination(provider: ProviderConfig, settings: Settings) -> Destination:
    """Where a provider is by its kind and its address."""
    if provider.kind not in LOCAL_KINDS:
        return Destination.CLOUD
    return declared(provider.base_url, provider.kind, settings.privacy.private_hosts)


MOST_NAMES: Final = 2_000
"""Model names shown of one provider; the largest catalogue (OpenRouter) lists some hundreds."""

LONGEST_NAME: Final = 200
"""Characters in a model's name."""


def _fit_to_show(names: Sequence[str]) -> tuple[str, ...]:
    """Names that can be copied into the settings: a listing is a stranger's text.

    A line break in one would be a row of its own, with whatever provider it says.
    """
    fit = (name for name in names if len(name) <= LONGEST_NAME and name.isprintable())
    return tuple(islice(fit, MOST_NAMES))


def _in_routes(settings: Settings) -> Iterator[ProviderConfig]:
    for name in dict.fromkeys((*settings.completion.routes, *settings.chat.routes)):
        if (provider := settings.providers.get(name)) is not None:
            yield provider


def _asked_for(settings: Settings) -> Iterator[tuple[ProviderConfig, Task]]:
    """Each provider in the routes, with the tasks for which it would be asked for a model."""
    for provider in _in_routes(settings):
        tasks = [task for task in _TASKS if provider.id in listed(settings, task)]
        yield provider, tasks[0]
        if len({model_of(provider, task) for task in tasks}) > 1:
            yield provider, tasks[1]


_TASKS: Final = (Task.COMPLETION, Task.CHAT)


def _forbidden(provider: ProviderConfig, settings: Settings) -> str:
    mode = settings.privacy.mode
    if allowed(mode, Task.PROBE, destination(provider, settings)):
        return ""
    return f"not asked: it is in the cloud, and the mode is {mode}"
