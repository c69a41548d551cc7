"""What a journey along the routes is made of: the trip, its legs, and how it ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from codegrex_lsp.engine.courtesy import Rank
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.values.ask import Ask
from codegrex_lsp.values.reply import Decision, WithheldPiece
from codegrex_lsp.values.route import Detour, ProviderConfig, Route

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trip:
    """What stays the same whichever route is tried.

    Attributes:
        ask: What the feature wishes to send. Its task decides which list of routes counts.
        folder: Whose settings count; they are read again before each route.
        rank: Who asked: its place in the queue of a local model server.
    """

    ask: Ask
    folder: Path | None
    rank: Rank

    @property
    def by_hand(self) -> bool:
        """Whether a person asked and waits."""
        return self.rank.waited_for


@dataclass(slots=True)
class Leg:
    """One attempt along one route.

    Attributes:
        route: Where it goes.
        clearance: What may be sent there, and how to read the answer.
        gate_ms: How long the gate took, in ms.
        begun: Whether characters have arrived.
        shown: Whether the person has seen some; from then on a failure is final.
    """

    route: Route
    clearance: Clearance
    gate_ms: float
    begun: bool = False
    shown: bool = False


Read = Callable[[Leg], Awaitable[T]]
"""Sends `leg.clearance.cleared` through the door and reads the answer. Sets `leg.begun` with the
first characters and `leg.shown` before the person sees any. Raises CodegrexError where the attempt
failed (`ServedElsewhere` where the stream names another machine)."""


@dataclass(frozen=True, slots=True)
class Arrival(Generic[T]):
    """How a journey ended.

    Attributes:
        reply: What `read` gave back, or None.
        decision: Why there is no reply, or None where there is one.
        route: The route that answered, else the one that `decision` speaks of, or None.
        cleared: What was sent there, or None.
        withheld: Pieces that the gate kept back, where it kept back all.
        detours: Providers that were not used, in the order in which they were tried.
        gate_ms: How long the gate took over that route, in ms, or None where it was not reached.
    """

    reply: T | None
    decision: Decision | None
    route: Route | None = None
    cleared: Cleared | None = None
    withheld: tuple[WithheldPiece, ...] = ()
    detours: tuple[Detour, ...] = ()
    gate_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A provider of the list along which nothing came back.

    Attributes:
        detour: Who, and why.
        route: Where a route was made; None where the provider was passed over.
        cleared: What was sent, or None.
        withheld: Pieces that the gate kept back, where it kept back all.
        again_ms: Time after which a person who asks by hand is served by asking again, or None.
        final: Whether no other route may be tried.
        gate_ms: As in `Arrival`.
    """

    detour: Detour
    route: Route | None = None
    cleared: Cleared | None = None
    withheld: tuple[WithheldPiece, ...] = ()
    again_ms: float | None = None
    final: bool = False
    gate_ms: float | None = None


@dataclass(slots=True)
class Budget:
    """The one deadline, in ms of failing and waiting."""

    total: float | None = None
    spent: float = 0.0

    def limit(self, provider: ProviderConfig) -> ProviderConfig:
        """The provider with no more time than is left."""
        limits = provider.timeouts
        if self.total is None:
            self.total = limits.total * 1000
        if not self.spent:
            return provider
        left = (self.total - self.spent) / 1000
        return replace(provider, timeouts=replace(limits, total=min(limits.total, left)))

    def spend(self, duration: float) -> None:
        """An attempt failed, or a pause was waited out."""
        self.spent += max(duration, 0.001)

    @contextmanager
    def spending(self, clock: Callable[[], float]) -> Iterator[None]:
        """Around what counts, in ms of `clock`."""
        begun = clock()
        try:
            yield
        finally:
            self.spend(clock() - begun)

    def allows(self, wait_ms: float = 0.0) -> bool:
        """Whether time to ask is left after a wait."""
        return self.total is None or self.spent + wait_ms < self.total
