"""The circuit breaker: every order of events, and the sentences of its docstring."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from codegrex_lsp.routing.breaker import (
    FIRST_PAUSE_MS,
    JITTER,
    LAST,
    LEAST,
    WINDOW_MS,
    Breaker,
    Fault,
    Kind,
    State,
)

LONGEST = 60_000.0
FAILED = Fault()
STALLED = Fault(Kind.STALLED)


def breaker(chance: float = 0.5) -> Breaker:
    return Breaker(LONGEST, lambda: chance)


def fail(one: Breaker, now: float, fault: Fault = FAILED, times: int = 1) -> None:
    for _ in range(times):
        ticket = one.enter(now)
        assert ticket is not None
        one.failed(ticket, fault, now)


def succeed(one: Breaker, now: float, times: int = 1) -> None:
    for _ in range(times):
        ticket = one.enter(now)
        assert ticket is not None
        one.succeeded(ticket, now)


def opened(pauses: int = 1) -> tuple[Breaker, float]:
    """A breaker that has failed its trials, and the time at which its last pause ends."""
    one, now = breaker(), 0.0
    fail(one, now, times=LEAST)
    for _ in range(pauses - 1):
        now += one.pause_ms(now)
        fail(one, now)
    return one, now + one.pause_ms(now)


class Machine(RuleBasedStateMachine):
    """Requests that come, end and are given up in any order, at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.one = Breaker(LONGEST, lambda: 0.7)
        self.out: list[object] = []
        self.asked_until = 0.0

    @rule(ms=st.sampled_from([0.0, 1.0, 900.0, 5_000.0, 61_000.0]))
    def time_passes(self, ms: float) -> None:
        self.now += ms

    @rule(insist=st.booleans())
    def somebody_asks(self, insist: bool) -> None:
        before = self.one.state(self.now)
        admitted = self.one.admits(self.now, insist=insist)
        ticket = self.one.enter(self.now, insist=insist)
        assert (ticket is not None) == admitted
        if ticket is None:
            assert before is not State.CLOSED
            return
        assert ticket.trial == (before is not State.CLOSED)
        assert self.now >= self.asked_until, "a pause that the server named is kept"
        assert insist or before is not State.OPEN
        self.out.append(ticket)

    @precondition(lambda self: self.out)
    @rule(which=st.integers(0, 50))
    def it_answers(self, which: int) -> None:
        ticket = self._take(which)
        current = ticket.era == self.one._era
        before = self.one.state(self.now), self.one.pause_ms(self.now), self.one.failures
        self.one.succeeded(ticket, self.now)
        if current and ticket.trial:
            assert self.one.state(self.now) is State.CLOSED
        if not current:
            after = self.one.state(self.now), self.one.pause_ms(self.now), self.one.failures
            assert before == after

    @precondition(lambda self: self.out)
    @rule(which=st.integers(0, 50), kind=st.sampled_from(Kind))
    def it_fails(self, which: int, kind: Kind) -> None:
        ticket = self._take(which)
        before = self.one.state(self.now), self.one.pause_ms(self.now)
        current = ticket.era == self.one._era
        self.one.failed(ticket, Fault(kind, 7_000), self.now)
        if not current:
            assert before == (self.one.state(self.now), self.one.pause_ms(self.now))
        elif kind is not Kind.COUNTS or ticket.trial:
            assert self.one.state(self.now) is State.OPEN
        if current and kind is Kind.ASKED:
            self.asked_until = self.now + 7_000

    @precondition(lambda self: self.out)
    @rule(which=st.integers(0, 50))
    def it_is_given_up(self, which: int) -> None:
        ticket = self._take(which)
        before = self.one.state(self.now)
        self.one.released(ticket)
        assert self.one.state(self.now) is before

    @rule(kind=st.sampled_from([Kind.COUNTS, Kind.STALLED]))
    def a_question_fails(self, kind: Kind) -> None:
        before = self.one.state(self.now), self.one.pause_ms(self.now)
        self.one.noticed(Fault(kind), self.now)
        if before[0] is State.OPEN:
            assert before == (self.one.state(self.now), self.one.pause_ms(self.now))

    @rule()
    def somebody_shows_up(self) -> None:
        self.one.heard()

    @invariant()
    def at_most_one_trial_is_under_way(self) -> None:
        trials = [one for one in self.out if one.trial and one.era == self.one._era]
        assert len(trials) <= 1
        if trials:
            assert not self.one.admits(self.now) and not self.one.admits(self.now, insist=True)

    @invariant()
    def no_pause_is_longer_than_it_may_be(self) -> None:
        assert 0 <= self.one.pause_ms(self.now) <= LONGEST * (1 + JITTER)

    def _take(self, which: int):  # type: ignore[no-untyped-def]
        return self.out.pop(which % len(self.out))


TestEveryOrderOfEvents = Machine.TestCase


@given(st.lists(st.booleans(), max_size=20))
def test_it_is_open_exactly_when_half_of_the_last_outcomes_failed(outcomes: list[bool]) -> None:
    one = breaker()
    for index, good in enumerate(outcomes):
        (succeed if good else fail)(one, float(index))
        last = outcomes[: index + 1][-LAST:]
        bad = last.count(False)
        if not good and len(last) >= LEAST and bad * 2 >= len(last):
            assert one.state(float(index)) is State.OPEN
            return
        assert one.state(float(index)) is State.CLOSED


def test_what_failed_long_ago_does_not_count() -> None:
    one = breaker()
    fail(one, 0.0, times=LEAST - 1)
    fail(one, WINDOW_MS + 1)
    assert one.state(WINDOW_MS + 1) is State.CLOSED


def test_an_outage_shows_soon_however_long_all_went_well() -> None:
    one = breaker()
    succeed(one, 0.0, times=500)
    fail(one, 1.0, times=LEAST)
    assert one.state(1.0) is State.OPEN


def test_one_wait_that_ran_into_its_limit_is_enough() -> None:
    one = breaker()
    succeed(one, 0.0, times=100)
    fail(one, 1.0, STALLED)
    assert one.state(1.0) is State.OPEN


def test_after_a_stall_the_trial_waits_for_a_sign_of_life_unless_a_person_insists() -> None:
    one = breaker()
    fail(one, 0.0, STALLED)
    later = one.pause_ms(0.0)
    assert one.wants_a_sign(later)
    assert not one.admits(later)
    assert one.admits(later, insist=True)
    one.heard()
    assert one.admits(later)


def test_the_trial_closes_it_or_opens_it_for_longer() -> None:
    one, end = opened()
    assert one.pause_ms(0.0) == FIRST_PAUSE_MS
    fail(one, end)
    assert one.pause_ms(end) == 2 * FIRST_PAUSE_MS
    end += one.pause_ms(end)
    succeed(one, end)
    assert one.state(end) is State.CLOSED
    assert one.failures == 0
    fail(one, end, times=LEAST)
    assert one.pause_ms(end) == FIRST_PAUSE_MS


@given(st.integers(1, 60), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_to_a_limit_and_differ_by_chance(pauses: int, chance: float) -> None:
    one, now = breaker(chance), 0.0
    fail(one, now, times=LEAST)
    for done in range(pauses):
        nominal = min(LONGEST, FIRST_PAUSE_MS * 2.0**done)
        assert one.pause_ms(now) == pytest.approx(nominal * (1 - JITTER + 2 * JITTER * chance))
        now += one.pause_ms(now)
        one.heard()
        fail(one, now)


@pytest.mark.parametrize("chance", [0.0, 0.99])
def test_a_pause_that_the_server_asked_for_is_never_shortened(chance: float) -> None:
    one = breaker(chance)
    fail(one, 0.0, Fault(Kind.ASKED, 30_000))
    assert 30_000 <= one.pause_ms(0.0) <= 30_000 * (1 + JITTER)
    assert one.asked(29_999)
    assert not one.admits(29_999, insist=True)


def test_what_is_set_aside_may_be_tried_by_a_person_who_insists() -> None:
    one = breaker()
    fail(one, 0.0, Fault(Kind.SET_ASIDE, 30_000))
    assert not one.admits(1.0)
    assert one.admits(1.0, insist=True)


def test_an_answer_from_before_the_opening_closes_nothing() -> None:
    one = breaker()
    early = one.enter(0.0)
    assert early is not None
    fail(one, 0.0, times=LEAST)
    one.succeeded(early, 1.0)
    assert one.state(1.0) is State.OPEN


def test_a_trial_that_a_failed_question_has_overtaken_closes_nothing() -> None:
    one, end = opened()
    trial = one.enter(end)
    assert trial is not None
    one.noticed(STALLED, end)
    one.succeeded(trial, end)
    assert one.state(end) is State.OPEN


def test_a_trial_that_was_given_up_leaves_its_place_to_the_next() -> None:
    one, end = opened()
    ticket = one.enter(end)
    assert ticket is not None and ticket.trial
    assert one.enter(end) is None
    one.released(ticket)
    assert one.enter(end) is not None
