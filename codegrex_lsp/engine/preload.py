"""Preloading: the model of the next suggestion is loaded while the person still reads.

A text-free question does it, and only a server on this machine is asked. It stands in no queue: a
request that comes meanwhile waits for the same load, and hanging up would only begin it anew.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from codegrex_lsp.egress.door import Door
from codegrex_lsp.engine.courtesy import Rank
from codegrex_lsp.engine.journey import Journey, Trip
from codegrex_lsp.engine.patience import Patience
from codegrex_lsp.errors import CodegrexError
from codegrex_lsp.providers.wire import Probe, Purpose, Translator
from codegrex_lsp.routing.route import listed
from codegrex_lsp.settings.model import Settings
from codegrex_lsp.values.ask import Ask
from codegrex_lsp.values.mode import Destination, Task
from codegrex_lsp.values.route import ProviderConfig, Route

SENTENCE: Final = "loading model"

SECONDS: Final = 300.0
"""How long a model may take to load, as for the embedded server."""

_LOADS_BY_PROBE: Final = frozenset({"ollama"})
"""Kinds whose server loads a model when it is asked for nothing. The embedded one is started by
the question what its model is; the others hold their model from their start."""

_ZERO: Final = re.compile(r"-?0+(\.0+)?(ms|s|m|h)?")

Wanted = tuple[object, ...]


class Preloader:
    """Has models loaded.

    Args:
        settings: Settings in force for a folder, now.
        journey: Knows which route a suggestion would take.
        door: The one door.
        translator: Kind → its translator.
        progress: Told a fixed sentence while it takes long, and nothing when it is over.
    """

    def __init__(
        self,
        *,
        settings: Callable[[Path | None], Settings],
        journey: Journey,
        door: Door,
        translator: Callable[[str], Translator],
        progress: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._journey = journey
        self._door = door
        self._translator = translator
        self._progress = progress
        self._folder: Path | None = None
        self._tried: Wanted | None = None
        self._loaded: Wanted | None = None
        self._task: asyncio.Task[None] | None = None

    def opened(self, folder: Path | None) -> None:
        """A document of this workspace folder was opened."""
        self._folder = folder
        wanted = self._wanted()
        if wanted is not None and wanted != self._loaded:
            self._begin(wanted)

    def look(self) -> None:
        """Settings may be others now. Nothing happens before a document was opened."""
        if self._tried is None:
            return
        wanted = self._wanted()
        if wanted is not None and wanted != self._tried:
            self._begin(wanted)

    async def close(self) -> None:
        """Stop loading."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _wanted(self) -> Wanted | None:
        """What decides which model is loaded; None where none is to be."""
        settings = self._settings(self._folder)
        if not (settings.completion.enabled and settings.completion.preload):
            return None
        routes = listed(settings, Task.COMPLETION)
        providers = tuple(settings.providers.get(name) for name in routes)
        return settings.privacy.mode, providers, settings.limits

    def _begin(self, wanted: Wanted) -> None:
        if self._task is not None and not self._task.done():
            if wanted == self._tried:
                return
            self._task.cancel()
        self._tried = wanted
        self._task = asyncio.create_task(self._preload(wanted, self._folder))

    async def _preload(self, wanted: Wanted, folder: Path | None) -> None:
        # A failure is no news: the first request meets it, and says what to do.
        with suppress(CodegrexError), Patience(self._progress, sentence=SENTENCE):
            mode = self._settings(folder).privacy.mode
            trip = Trip(Ask(Task.COMPLETION, mode, ()), folder, Rank.PREFETCH)
            route = await self._journey.route(trip)
            if route is not None:
                await self._load(route)
                self._loaded = wanted

    async def _load(self, route: Route) -> None:
        provider = route.provider
        if route.destination is not Destination.LOCAL or provider.kind not in _LOADS_BY_PROBE:
            return
        if unloads_at_once(provider):
            return
        patient = replace(provider.timeouts, first_token=SECONDS, idle=SECONDS, total=SECONDS)
        probe = Probe(replace(provider, timeouts=patient), Purpose.PRELOAD, route.model)
        await self._door.probe(probe, self._translator(provider.kind))


def unloads_at_once(provider: ProviderConfig) -> bool:
    """Whether `keepAlive` has each model unloaded behind its answer."""
    return _ZERO.fullmatch(provider.keep_alive) is not None
