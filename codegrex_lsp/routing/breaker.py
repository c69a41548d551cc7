"""Circuit breaker: what failed is left alone for a while, so that nobody waits for it. Pure.

    closed ── half of the last outcomes failed, or one wait ran into its limit ──► open
    open ── its pause is over ──► half-open ── one trial ──► closed, or open for longer

A pause that the server asked for, or that a refused key brings, opens it at once. Times are
milliseconds of the caller's monotonic clock; chance is the caller's too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LAST: Final = 6
"""Outcomes that count: an outage shows within seconds, however long all went well before."""

LEAST: Final = 3
"""Outcomes below which nothing is concluded."""

RATE: Final = 0.5
"""Share of failures that opens."""

WINDOW_MS: Final = 60_000.0
"""Outcomes older than this say nothing of now."""

FIRST_PAUSE_MS: Final = 5_000.0
"""The first pause; each further one is twice as long, up to the breaker's longest."""

JITTER: Final = 0.2
"""Pauses differ by this share up and down, so that many clients do not come back as one."""


class State(StrEnum):
    """What becomes of the next request."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Kind(StrEnum):
    """How a failure counts."""

    COUNTS = "counts"
    """One failed outcome."""

    STALLED = "stalled"
    """Somebody waited for a limit: opens at once, and a trial comes after a sign of life only."""

    ASKED = "asked"
    """The server named a pause: it is kept, even where a person asks by hand."""

    SET_ASIDE = "set-aside"
    """Asking again changes nothing until somebody does something about it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure, as far as it says something of the next request.

    Attributes:
        kind: How it counts.
        pause_ms: The pause, for `ASKED` and `SET_ASIDE`.
    """

    kind: Kind = Kind.COUNTS
    pause_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to send one request. What becomes of it is told to the breaker exactly once.

    Attributes:
        era: Which opening or closing it belongs to; what comes back from an older one is void.
        trial: Whether it is the one request that decides about a half-open breaker.
    """

    era: int
    trial: bool


class Breaker:
    """For one provider, address and model.

    Args:
        longest_ms: The longest pause of its own making.
        chance: Uniform in [0, 1).
    """

    def __init__(self, longest_ms: float, chance: Callable[[], float]) -> None:
        self._longest_ms = longest_ms
        self._chance = chance
        self._outcomes: deque[tuple[float, bool]] = deque(maxlen=LAST)
        self._until: float | None = None
        self._openings = 0
        self._era = 0
        self._trial_out = False
        self._asked = False
        self._stalled = False
        self.failures = 0
        """Failures since the last success."""

    def state(self, now: float) -> State:
        """Closed, open or half-open."""
        if self._until is None:
            return State.CLOSED
        return State.OPEN if now < self._until else State.HALF_OPEN

    def pause_ms(self, now: float) -> float:
        """What is left of the pause; 0 where there is none."""
        return 0.0 if self._until is None else max(0.0, self._until - now)

    def asked(self, now: float) -> bool:
        """Whether the server itself asked for the pause that is under way."""
        return self._asked and self.state(now) is State.OPEN

    def admits(self, now: float, *, insist: bool = False) -> bool:
        """Whether `enter` would let a request pass.

        Args:
            now: The time.
            insist: A person asks by hand and there is nobody else: their request is the trial.
        """
        state = self.state(now)
        if state is State.CLOSED:
            return True
        if self._trial_out or (state is State.OPEN and self._asked):
            return False
        return insist or (state is State.HALF_OPEN and not self._stalled)

    def wants_a_sign(self, now: float) -> bool:
        """Whether a trial waits for `heard`, since the last one cost somebody a whole limit."""
        return self._stalled and self.state(now) is State.HALF_OPEN and not self._trial_out

    def enter(self, now: float, *, insist: bool = False) -> Ticket | None:
        """Leave for one request, or None. Arguments as for `admits`."""
        if not self.admits(now, insist=insist):
            return None
        trial = self.state(now) is not State.CLOSED
        self._trial_out = self._trial_out or trial
        return Ticket(self._era, trial)

    def succeeded(self, ticket: Ticket, now: float) -> None:
        """The request was answered."""
        if ticket.era != self._era:
            return
        self.failures = 0
        if ticket.trial:
            self._close()
        else:
            self._outcomes.append((now, True))

    def failed(self, ticket: Ticket, fault: Fault, now: float) -> None:
        """The request failed in a way that says something of the next one."""
        if ticket.era == self._era:
            self._count(fault, now)

    def released(self, ticket: Ticket) -> None:
        """The request was given up, or failed for a reason of its own: nothing is known."""
        if ticket.era == self._era and ticket.trial:
            self._trial_out = False

    def noticed(self, fault: Fault, now: float) -> None:
        """A question without a ticket failed. While it is open, that is no news."""
        if self.state(now) is not State.OPEN:
            self._count(fault, now)

    def heard(self) -> None:
        """A sign of life: the next trial need not fear for its time."""
        self._stalled = False

    def forgiven(self) -> None:
        """Somebody did something about the cause: what was learnt counts no more."""
        self.failures = 0
        self._close()

    def _count(self, fault: Fault, now: float) -> None:
        self.failures += 1
        self._outcomes.append((now, False))
        if fault.kind in (Kind.ASKED, Kind.SET_ASIDE):
            self._open(now, fault.kind, fault.pause_ms * (1 + JITTER * self._chance()))
        elif fault.kind is Kind.STALLED or self._until is not None or self._too_many(now):
            self._open(now, fault.kind, self._next_pause())

    def _too_many(self, now: float) -> bool:
        recent = [good for at, good in self._outcomes if now - at <= WINDOW_MS]
        return len(recent) >= LEAST and recent.count(False) >= RATE * len(recent)

    def _next_pause(self) -> float:
        doubled = FIRST_PAUSE_MS * 2.0 ** min(self._openings, 20)
        self._openings += 1
        return min(self._longest_ms, doubled) * (1 + JITTER * (2 * self._chance() - 1))

    def _open(self, now: float, kind: Kind, pause_ms: float) -> None:
        self._until = now + pause_ms
        self._asked = kind is Kind.ASKED
        self._stalled = kind is Kind.STALLED
        self._era += 1
        self._trial_out = False

    def _close(self) -> None:
        self._until = None
        self._asked = self._stalled = self._trial_out = False
        self._outcomes.clear()
        self._openings = 0
        self._era += 1
