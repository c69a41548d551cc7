"""The way of one request along the person's routes, whatever its task. No text is read here.

    for each provider listed, in order, and only as far as needed:
        mode and breaker let it pass ─► facts of its model ─► the gate clears anew ─► one attempt

`along` takes what a feature does with one route (`read`: send, decode, show) and gives back its
reply or the reasons why there is none. In this one loop:

- a route whose breaker is open, or that mode forbids, is passed over without being asked;
- a local server is waited for until it is this request's turn (`courtesy`); who is overtaken by
  what is wanted more ends there;
- a connection kept from an earlier request, and closed by the server before it answered, is
  tried once more at once, and so is a token that was refused and could be renewed;
- after a failure the next route follows, unless something was shown already, or the request was
  overtaken by one that is wanted more;
- a pause that a server asked for is waited out only for a person who asked by hand, where no
  other route answered and the deadline allows;
- `timeouts.total` of the first route asked is the deadline of all; only what failed and was
  waited counts, so a model may take its time to load, and others theirs.

The gate's decision is made for one route and used for no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from codegrex_lsp.egress.address import declared
from codegrex_lsp.egress.errand import outside
from codegrex_lsp.engine.courtesy import Courtesy, Overtaken
from codegrex_lsp.engine.guards import Guards
from codegrex_lsp.engine.health import Health
from codegrex_lsp.engine.looking import get_to_know
from codegrex_lsp.engine.models import ModelBook, model_of, no_model
from codegrex_lsp.engine.tokens import wants_another
from codegrex_lsp.engine.trip import Arrival, Budget, Leg, Read, Stop, Trip
from codegrex_lsp.errors import (
    BadAnswer,
    CodegrexError,
    ProviderError,
    RefusedError,
    ServedElsewhere,
)
from codegrex_lsp.privacy.cleared import Withheld
from codegrex_lsp.privacy.gate import Clearance
from codegrex_lsp.routing.route import Candidate, choose, listed, permitted, refused, told
from codegrex_lsp.settings.model import Settings
from codegrex_lsp.values.ask import Ask
from codegrex_lsp.values.mode import Destination, Task, strictest
from codegrex_lsp.values.reply import Decision
from codegrex_lsp.values.route import Detour, ProviderConfig, Route

__all__ = ["Arrival", "Journey", "Leg", "Read", "Stop", "Trip"]

T = TypeVar("T")

ROUNDS: Final = 30
"""Most walks along the list for one request by hand; the deadline ends it sooner."""

LOADING_MS: Final = 1_000.0
"""Pause before a local server that loads its model is asked again, where it names none."""

WAITING: Final = "waiting until the model server takes requests again"


class Journey:
    """Walks requests along routes.

    Args:
        settings: Settings in force for a folder, now.
        guards: The gates in force.
        book: What is known of models.
        health: How the destinations fare.
        renewed: After a key was refused: whether there is another one now.
        courtesy: The queues of local model servers.
        progress: Told a fixed sentence while a pause is waited out, and nothing afterwards.
        clock: Monotonic, in ms.
        sleep: Waits for seconds.
    """

    def __init__(
        self,
        *,
        settings: Callable[[Path | None], Settings],
        guards: Guards,
        book: ModelBook,
        health: Health,
        courtesy: Courtesy,
        progress: Callable[[str], None],
        clock: Callable[[], float],
        renewed: Callable[[ProviderConfig], Awaitable[bool]] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._guards = guards
        self._book = book
        self._health = health
        self._courtesy = courtesy
        self._progress = progress
        self._clock = clock
        self._renewed = renewed
        self._sleep = sleep

    async def along(self, trip: Trip, read: Read[T]) -> Arrival[T]:
        """Take a request along the routes until one answers. Raises only cancellation."""
        budget = Budget()
        stops: dict[str, Stop] = {}
        todo = listed(self._settings(trip.folder), trip.ask.task)
        for turn in range(ROUNDS):
            arrival = await self._walk(trip, read, todo, budget, stops, insist=turn > 0)
            if arrival is not None:
                return arrival
            again = {name: stop.again_ms for name, stop in stops.items()}
            waits = [wait for wait in again.values() if wait is not None]
            if not (trip.by_hand and waits and budget.allows(min(waits))):
                break
            await self._wait(min(waits), budget)
            todo = tuple(name for name in todo if again.get(name) == min(waits))
        return _nothing(tuple(stops.values()), _worst(tuple(stops.values())))

    async def first(self, trip: Trip) -> Leg | Stop:
        """What `along` would try first, or the reason why nothing would be sent.

        Asks model servers text-free questions as `along` does, and changes no breaker.
        """
        stops = []
        todo = listed(self._settings(trip.folder), trip.ask.task)
        async with aclosing(self._legs(trip, todo, Budget(), insist=False)) as legs:
            async for leg in legs:
                if isinstance(leg, Leg):
                    return leg
                stops.append(leg)
        return _worst(stops)

    async def route(self, trip: Trip) -> Route | None:
        """The first route that may be taken. No gate is asked, so there may be text to come."""
        settings = self._settings(trip.folder)
        for name in listed(settings, trip.ask.task):
            if (provider := settings.providers.get(name)) is not None:
                route = await self._route(trip, provider, settings, insist=False)
                if isinstance(route, Route):
                    return route
        return None

    async def clear(self, ask: Ask, route: Route, settings: Settings) -> Clearance | Withheld:
        """The gate's decision for one route."""
        await self._guards.ready(settings, route.destination)
        gate, redact_local = self._guards.gate(settings), settings.privacy.redact_local
        engine = self._guards.engine(settings)
        stopped = await get_to_know(engine, gate, ask, route.destination, redact_local)
        if stopped is not None:
            return stopped
        clearance = gate.clear(ask, route, redact_local=redact_local)
        if await self._guards.names_learnt(settings, route.destination):
            clearance = gate.clear(ask, route, redact_local=redact_local)
        return clearance

    async def _walk(
        self,
        trip: Trip,
        read: Read[T],
        todo: Sequence[str],
        budget: Budget,
        stops: dict[str, Stop],
        *,
        insist: bool,
    ) -> Arrival[T] | None:
        """Once along the list; what stops on the way is added to `stops`."""
        async with aclosing(self._legs(trip, todo, budget, insist=insist)) as legs:
            async for leg in legs:
                if isinstance(leg, Stop):
                    stops[leg.detour.provider] = leg
                    continue
                reply = await self._attempt(leg, trip, read, budget, insist=insist)
                if not isinstance(reply, Stop):
                    detours = tuple(stop.detour for stop in stops.values())
                    cleared, gate_ms = leg.clearance.cleared, leg.gate_ms
                    return Arrival(reply, None, leg.route, cleared, (), detours, gate_ms)
                stops[reply.detour.provider] = reply
                if reply.final:
                    return _nothing(tuple(stops.values()), reply)
        return None

    async def _legs(
        self, trip: Trip, todo: Sequence[str], budget: Budget, *, insist: bool
    ) -> AsyncGenerator[Leg | Stop, None]:
        """Each listed provider in order, asked about only when it is its turn."""
        for name in todo:
            # What was tightened or taken off the list since the request began counts.
            settings = self._settings(trip.folder)
            provider = settings.providers.get(name)
            if name not in listed(settings, trip.ask.task):
                continue
            if provider is None:
                if name in settings.limits.left_out:
                    yield _not_allowed(name, "your organisation does not allow it")
                continue
            if not budget.allows():
                yield Stop(Detour(name, "timeout-total", "no time was left to ask it"))
                continue
            route = await self._route(trip, budget.limit(provider), settings, insist=insist)
            if isinstance(route, Stop):
                yield route
                continue
            begun = self._clock()
            clearance = await self.clear(trip.ask, route, settings)
            gate_ms = self._clock() - begun
            if isinstance(clearance, Withheld):
                expected = not clearance.code.startswith("detector-")
                detour = Detour(name, clearance.code, clearance.message, expected)
                yield Stop(detour, route, withheld=clearance.pieces, gate_ms=gate_ms)
            else:
                yield Leg(route, clearance, gate_ms)

    async def _route(
        self, trip: Trip, provider: ProviderConfig, settings: Settings, *, insist: bool
    ) -> Route | Stop:
        task, mode = trip.ask.task, strictest(trip.ask.mode, settings.privacy.mode)
        address = declared(provider.base_url, provider.kind, settings.privacy.private_hosts)
        candidate = Candidate(provider, model_of(provider, task), address)
        for sort in (task, Task.PROBE):
            if reason := permitted(sort, mode, candidate):
                return Stop(Detour(provider.id, "refused-by-mode", reason, expected=True))
        if trouble := no_model(provider, task):
            return Stop(Detour(provider.id, "no-model", trouble))
        unasked = Route(provider, candidate.model, candidate.destination)
        if stop := _outside(settings, unasked):
            return stop
        if stop := self._passed_over(unasked, insist=insist):
            return stop
        try:
            facts = await self._book.facts(provider, candidate.model)
        except CodegrexError as error:
            return Stop(_detour(provider, error), again_ms=_again(error, unasked))
        chosen = choose(task, mode, replace(candidate, facts=facts))
        if isinstance(chosen, Detour):
            return Stop(chosen)
        return _outside(settings, chosen) or chosen

    def _passed_over(self, route: Route, *, insist: bool) -> Stop | None:
        """Why a route is not asked now, at the cost of a look into a table."""
        if self._health.admits(route, insist=insist):
            return None
        if self._health.should_knock(route, gave_up=False):
            self._book.knock(route.provider, route.model)
        standing = self._health.standing(route.provider, route.model)
        reason = standing.reason or "it is just being tried again"
        detour = Detour(route.provider.id, "resting", reason)
        if standing.asked:
            return Stop(detour, again_ms=standing.retry_ms)
        return Stop(detour, again_ms=None if insist else 0.0)

    async def _attempt(
        self, leg: Leg, trip: Trip, read: Read[T], budget: Budget, *, insist: bool
    ) -> T | Stop:
        route = leg.route
        try:
            async with self._courtesy.turn(route, trip.rank):
                with (
                    budget.spending(self._clock),
                    self._health.attempt(route, insist=insist) as admitted,
                ):
                    if admitted:
                        return await self._read_fresh(leg, read)
            return Stop(Detour(route.provider.id, "resting", "it is just being tried again"))
        except asyncio.CancelledError:
            self._gave_up(leg)
            raise
        except Overtaken as error:
            self._gave_up(leg)
            return self._failed(leg, error)
        except ServedElsewhere as error:
            self._book.served_remotely(route.provider, route.model, error.host)
            return self._failed(leg, error)
        except CodegrexError as error:
            if not isinstance(error, RefusedError):
                self._book.failed(route.provider, route.model)
            return self._failed(leg, error)

    def _gave_up(self, leg: Leg) -> None:
        """Nobody waits for this answer any more, which says nothing against the server."""
        route = leg.route
        if leg.begun:
            self._health.heard(route.provider, route.model, route.destination)
        elif self._health.should_knock(route, gave_up=True):
            self._book.knock(route.provider, route.model)

    async def _read_fresh(self, leg: Leg, read: Read[T]) -> T:
        """Read; once more at once where a kept connection was closed, or there is a new token."""
        try:
            return await read(leg)
        except BadAnswer as error:
            if leg.begun or not (error.unanswered or await self._has_another(error, leg)):
                raise
        return await read(leg)

    async def _has_another(self, error: BadAnswer, leg: Leg) -> bool:
        if self._renewed is None or not wants_another(error):
            return False
        return await self._renewed(leg.route.provider)

    def _failed(self, leg: Leg, error: CodegrexError) -> Stop:
        route = leg.route
        again_ms = None if leg.shown else _again(error, route)
        detour = _detour(route.provider, error)
        # Who was overtaken is not wanted any more, neither here nor by the next route.
        final = leg.shown or isinstance(error, Overtaken)
        cleared = leg.clearance.cleared
        return Stop(detour, route, cleared, (), again_ms, final, leg.gate_ms)

    async def _wait(self, pause_ms: float, budget: Budget) -> None:
        budget.spend(pause_ms)
        if pause_ms:
            self._progress(WAITING)
            try:
                await self._sleep(pause_ms / 1000)
            finally:
                self._progress("")


def _detour(provider: ProviderConfig, error: CodegrexError) -> Detour:
    return Detour(provider.id, error.code, error.message)


def _outside(settings: Settings, route: Route) -> Stop | None:
    """Why the organisation does not allow a route; the door asks the same once more."""
    provider, remote = route.provider, route.facts.remote
    reason = outside(settings.limits, provider, route.destination, route.model, remote)
    return _not_allowed(provider.id, reason) if reason else None


def _not_allowed(provider: str, reason: str) -> Stop:
    return Stop(Detour(provider, "refused-by-policy", reason, expected=True))


def _again(error: CodegrexError, route: Route) -> float | None:
    if isinstance(error, ProviderError) and error.retry_after > 0:
        return error.retry_after * 1000
    loading = error.code == "provider-busy" and route.destination is Destination.LOCAL
    return LOADING_MS if loading else None


def _worst(stops: Sequence[Stop]) -> Stop:
    """The stop that tells most: what was tried and failed, then what was withheld; else all."""
    tried = [stop for stop in stops if stop.route is not None]
    for stop in sorted(tried, key=lambda stop: stop.detour.expected):
        others = [one.detour for one in stops if not one.detour.expected]
        if len(others) < 2 or stop.detour.expected:
            return stop
        return replace(stop, detour=replace(stop.detour, message=told(others)))
    refusal = refused([stop.detour for stop in stops])
    return Stop(Detour("", refusal.code, refusal.message))


def _nothing(stops: Sequence[Stop], telling: Stop) -> Arrival[T]:
    decision = Decision(telling.detour.code, telling.detour.message)
    detours = tuple(stop.detour for stop in stops)
    return Arrival(
        None,
        decision,
        telling.route,
        telling.cleared,
        telling.withheld,
        detours,
        telling.gate_ms,
    )
