"""A Journey whose model servers, clock and gate are the test's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from codegrex_lsp.engine.courtesy import Courtesy, Rank
from codegrex_lsp.engine.health import Health
from codegrex_lsp.engine.journey import Arrival, Journey, Leg, Trip
from codegrex_lsp.errors import CodegrexError
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.privacy.gate import Gate
from codegrex_lsp.settings.model import Chat, Completion, Privacy, Settings
from codegrex_lsp.values.ask import Ask
from codegrex_lsp.values.mode import Destination, Mode
from codegrex_lsp.values.route import ModelFacts, ProviderConfig
from tests.support.gates import completion, gate

Answer = str | CodegrexError | Callable[[Leg], Any]


@dataclass
class Book:
    """What a ModelBook is asked for; `troubles` and `remote` are by provider id."""

    troubles: dict[str, CodegrexError] = field(default_factory=dict)
    remote: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    knocks: list[str] = field(default_factory=list)

    async def facts(self, provider: ProviderConfig, model: str) -> ModelFacts:
        self.asked.append(provider.id)
        if trouble := self.troubles.get(provider.id):
            raise trouble
        return ModelFacts(remote="far.example" if provider.id in self.remote else "")

    def failed(self, provider: ProviderConfig, model: str) -> None:
        self.failures.append(provider.id)

    def served_remotely(self, provider: ProviderConfig, model: str, host: str) -> None:
        self.remote.add(provider.id)

    def knock(self, provider: ProviderConfig, model: str) -> None:
        self.knocks.append(provider.id)


@dataclass
class Guards:
    """One gate for all settings."""

    made: Gate

    async def ready(self, settings: Settings, destination: Destination) -> None:
        return

    def gate(self, settings: Settings) -> Gate:
        return self.made

    def engine(self, settings: Settings) -> Engine:
        return Engine([])

    async def names_learnt(self, settings: Settings, destination: Destination) -> bool:
        return False


def provider(name: str, kind: str = "", **more: Any) -> ProviderConfig:
    """A provider on this machine; `kind` is its name where empty."""
    return ProviderConfig(name, kind or name, "http://127.0.0.1:9", "m", **more)


@dataclass
class Rig:
    """Routes, and what each of them answers, in order; the last answer is repeated."""

    providers: list[ProviderConfig]
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    mode: Mode = Mode.NORMAL
    gate: Gate = field(default_factory=lambda: gate(engine=Engine([])))
    now: float = 0.0
    chance: float = 0.0
    taken: list[tuple[str, Leg]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book = Book()
        self.health = Health(lambda: self.now, wall=lambda: 0.0, chance=lambda: self.chance)
        names = tuple(one.id for one in self.providers)
        self.settings = Settings(
            privacy=Privacy(mode=self.mode),
            completion=Completion(routes=names),
            chat=Chat(routes=names),
            providers=MappingProxyType({one.id: one for one in self.providers}),
        )
        self.journey = Journey(
            settings=lambda folder: self.settings,
            guards=Guards(self.gate),  # type: ignore[arg-type]
            book=self.book,  # type: ignore[arg-type]
            health=self.health,
            courtesy=Courtesy(),
            progress=self.told.append,
            clock=lambda: self.now,
            sleep=self._sleep,
        )

    @property
    def went(self) -> list[str]:
        """Whom text was sent to, in order."""
        return [name for name, _ in self.taken]

    def tighten(self, mode: Mode) -> None:
        self.settings = replace(self.settings, privacy=Privacy(mode=mode))

    async def go(self, ask: Ask | None = None, *, by_hand: bool = False) -> Arrival[str]:
        made = ask or completion("x = |", mode=self.mode)
        rank = Rank.MANUAL if by_hand else Rank.AUTOMATIC
        return await self.journey.along(Trip(made, Path("/projects/shop"), rank), self.read)

    async def read(self, leg: Leg) -> str:
        name = leg.route.provider.id
        self.taken.append((name, leg))
        answers = self.answers.get(name, ["ok"])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, CodegrexError):
            raise answer
        if isinstance(answer, str):
            return answer
        made = answer(leg)
        return await made if asyncio.iscoroutine(made) else made

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds * 1000
