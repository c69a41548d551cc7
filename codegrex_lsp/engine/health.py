"""How the destinations fare: one circuit breaker for each provider, address and model.

Kept in memory only, so a restart begins with trust.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from codegrex_lsp.errors import CodegrexError
from codegrex_lsp.routing.breaker import Breaker, State, Ticket
from codegrex_lsp.routing.faults import fault_of, is_alive
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import ProviderConfig, Route

LONGEST_LOCAL_MS: Final = 10_000.0
"""A server on this machine is asked again soon: refusing costs it a millisecond, and the person
may just have started it."""

LONGEST_CLOUD_MS: Final = 300_000.0

MOST: Final = 64
"""Breakers kept; each change of an address or a model in the settings makes a new one."""

KNOCK_MS: Final = 10_000.0
"""Least time between two knocks at one door."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one destination fares now.

    Attributes:
        state: Of its breaker.
        reason: What went wrong last, as a sentence without its end; empty where nothing did.
        since: When the trouble began, in seconds since the epoch; 0 where there is none.
        until: When it is asked again, likewise.
        retry_ms: Time until then.
        asked: Whether the server itself named that time.
        proven: Whether it has answered before in this session.
    """

    state: State
    reason: str = ""
    since: float = 0.0
    until: float = 0.0
    retry_ms: float = 0.0
    asked: bool = False
    proven: bool = False


@dataclass(slots=True)
class _Record:
    breaker: Breaker
    destination: Destination
    trouble: str = ""
    since: float = 0.0
    proven: bool = False
    waiting_since: float | None = None
    """When the first request went that no sign of life has followed yet."""
    knocked: float | None = None
    refused_under: object = None
    """The mark of the keys when one was refused; another mark, and it is worth asking again."""


@dataclass(slots=True)
class Health:
    """Every breaker.

    Args:
        clock: Monotonic, in ms.
        wall: Seconds since the epoch, for people.
        chance: Uniform in [0, 1).
        keys: Changes when a key may have been set.
    """

    clock: Callable[[], float]
    wall: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random
    keys: Callable[[], object] = lambda: 0
    _records: dict[tuple[str, str, str], _Record] = field(default_factory=dict)

    def standing(self, provider: ProviderConfig, model: str) -> Standing:
        """How a destination fares; one that was never asked fares well."""
        record = self._records.get(_key(provider, model))
        if record is None:
            return Standing(State.CLOSED)
        self._forgive(record)
        now = self.clock()
        breaker, pause = record.breaker, record.breaker.pause_ms(now)
        return Standing(
            breaker.state(now),
            _counted(record.trouble, breaker.failures),
            record.since,
            round(self.wall() + pause / 1000) if pause else 0.0,
            pause,
            breaker.asked(now),
            record.proven,
        )

    def admits(self, route: Route, *, insist: bool) -> bool:
        """Whether a request may be sent along a route now; see `Breaker.admits`."""
        return self._record(route).breaker.admits(self.clock(), insist=insist)

    @contextmanager
    def attempt(self, route: Route, *, insist: bool) -> Iterator[bool]:
        """Around one request; False where another one is the trial just now.

        How the block ends is what the breaker learns: a plain end is an answer, a cancel says
        nothing, and of the errors only those count that are outages.
        """
        record = self._record(route)
        ticket = record.breaker.enter(self.clock(), insist=insist)
        if ticket is None:
            yield False
            return
        if record.waiting_since is None:
            record.waiting_since = self.clock()
        try:
            yield True
        except CodegrexError as error:
            self._failed(record, ticket, error)
            raise
        except BaseException:
            record.breaker.released(ticket)
            raise
        record.breaker.succeeded(ticket, self.clock())
        self._well(record)

    def heard(self, provider: ProviderConfig, model: str, destination: Destination) -> None:
        """A sign of life, of any kind."""
        record = self._at(provider, model, destination)
        record.waiting_since = None
        record.proven = True
        record.breaker.heard()

    def probed(
        self,
        provider: ProviderConfig,
        model: str,
        destination: Destination,
        error: CodegrexError | None,
    ) -> None:
        """How a text-free question ended; None where it was answered.

        Who refuses a question is there, and may still answer a request.
        """
        if error is None or is_alive(error):
            self.heard(provider, model, destination)
        elif fault := fault_of(error, destination, probing=True):
            record = self._at(provider, model, destination)
            record.breaker.noticed(fault, self.clock())
            self._ill(record, error)

    def should_knock(self, route: Route, *, gave_up: bool) -> bool:
        """Whether to ask in the background if anybody is there; True is said once in a while.

        Args:
            route: Where.
            gave_up: A request was cancelled before any sign of life. Typing cancels so often that
                no limit would ever be reached; after a connection's time without a sign, a knock
                finds out.
        """
        record, now = self._record(route), self.clock()
        wanted = record.breaker.wants_a_sign(now)
        if gave_up and record.waiting_since is not None:
            wanted = now - record.waiting_since >= route.provider.timeouts.connect * 1000
        recent = record.knocked is not None and now - record.knocked < KNOCK_MS
        if not wanted or recent:
            return False
        record.knocked = now
        return True

    def _failed(self, record: _Record, ticket: Ticket, error: CodegrexError) -> None:
        fault = fault_of(error, record.destination)
        if fault is None:
            record.breaker.released(ticket)
            return
        record.breaker.failed(ticket, fault, self.clock())
        record.waiting_since = None
        self._ill(record, error)

    def _ill(self, record: _Record, error: CodegrexError) -> None:
        # Now, and not when the request began: a token that was renewed on its way is no news.
        record.refused_under = self.keys() if error.code == "key-refused" else None
        record.trouble = error.message.rstrip(".")
        record.since = record.since or self.wall()

    def _forgive(self, record: _Record) -> None:
        if record.refused_under is not None and record.refused_under != self.keys():
            record.refused_under = None
            record.breaker.forgiven()
            record.trouble, record.since = "", 0.0

    def _well(self, record: _Record) -> None:
        record.proven = True
        record.waiting_since = None
        if record.breaker.state(self.clock()) is State.CLOSED:
            record.trouble, record.since = "", 0.0

    def _record(self, route: Route) -> _Record:
        return self._at(route.provider, route.model, route.destination)

    def _at(self, provider: ProviderConfig, model: str, destination: Destination) -> _Record:
        key = _key(provider, model)
        record = self._records.get(key)
        if record is None:
            if len(self._records) >= MOST:
                del self._records[next(iter(self._records))]
            local = destination is Destination.LOCAL
            longest = LONGEST_LOCAL_MS if local else LONGEST_CLOUD_MS
            record = self._records[key] = _Record(Breaker(longest, self.chance), destination)
        self._forgive(record)
        return record


def _key(provider: ProviderConfig, model: str) -> tuple[str, str, str]:
    return provider.id, provider.base_url, model


def _counted(trouble: str, failures: int) -> str:
    return f"{trouble} ({failures} times)" if trouble and failures > 1 else trouble
