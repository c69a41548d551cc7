"""How destinations fare: what is counted, what is told, and what a restart of trust takes."""

from __future__ import annotations

import pytest

from codegrex_lsp.engine.health import (
    KNOCK_MS,
    LONGEST_CLOUD_MS,
    LONGEST_LOCAL_MS,
    MOST,
    Health,
)
from codegrex_lsp.errors import BadAnswer, CodegrexError, TimedOut, Unreachable
from codegrex_lsp.routing.breaker import JITTER, State
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import ProviderConfig, Route
from tests.support.journeys import provider

DEAD = Unreachable("ollama can not be reached.")
LOCAL = Route(provider("ollama"), "m", Destination.LOCAL)
CLOUD = Route(provider("mistral"), "m", Destination.CLOUD)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def health(clock: Clock) -> Health:
    return Health(clock, wall=lambda: 1_000_000 + clock.now / 1000, chance=lambda: 0.5)


def fail(one: Health, route: Route, error: CodegrexError = DEAD, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(CodegrexError), one.attempt(route, insist=True) as admitted:
            assert admitted
            raise error


def test_who_was_never_asked_fares_well() -> None:
    standing = health(Clock()).standing(LOCAL.provider, "m")
    assert (standing.state, standing.reason, standing.proven) == (State.CLOSED, "", False)


def test_reason_count_and_times_are_told() -> None:
    clock = Clock()
    one = health(clock)
    fail(one, LOCAL)
    clock.now = 2_000
    fail(one, LOCAL, times=2)
    now = one.standing(LOCAL.provider, "m")
    assert now.state is State.OPEN
    assert now.reason == "ollama can not be reached (3 times)"
    assert now.since == 1_000_000
    assert now.until == 1_000_007
    assert now.retry_ms == 5_000


def test_an_answer_ends_the_trouble() -> None:
    one = health(Clock())
    fail(one, LOCAL, times=3)
    with one.attempt(LOCAL, insist=True) as admitted:
        assert admitted
    now = one.standing(LOCAL.provider, "m")
    assert (now.state, now.reason, now.since, now.proven) == (State.CLOSED, "", 0.0, True)


@pytest.mark.parametrize(
    ("route", "longest"), [(LOCAL, LONGEST_LOCAL_MS), (CLOUD, LONGEST_CLOUD_MS)]
)
def test_a_server_on_this_machine_is_asked_again_sooner(route: Route, longest: float) -> None:
    clock = Clock()
    one = health(clock)
    for _ in range(30):
        fail(one, route)
        pause = one.standing(route.provider, "m").retry_ms
        assert pause <= longest * (1 + JITTER)
        clock.now += pause
    assert pause == longest


def test_another_address_or_model_begins_with_trust() -> None:
    one = health(Clock())
    fail(one, LOCAL, times=3)
    other = ProviderConfig("ollama", "ollama", "http://127.0.0.1:1", "m")
    assert one.standing(other, "m").state is State.CLOSED
    assert one.standing(LOCAL.provider, "n").state is State.CLOSED
    assert one.standing(LOCAL.provider, "m").state is State.OPEN


def test_only_so_many_are_kept() -> None:
    one = health(Clock())
    for number in range(MOST * 2):
        fail(one, Route(provider("ollama"), str(number), Destination.LOCAL), times=3)
    assert len(one._records) == MOST
    assert one.standing(LOCAL.provider, str(MOST * 2 - 1)).state is State.OPEN


def test_failed_questions_open_it_and_a_refusal_is_a_sign_of_life() -> None:
    clock = Clock()
    one = health(clock)
    one.probed(CLOUD.provider, "m", CLOUD.destination, TimedOut("x", code="timeout-connect"))
    assert one.standing(CLOUD.provider, "m").state is State.OPEN
    clock.now += 10_000
    assert not one.admits(CLOUD, insist=False)
    refusal = BadAnswer("x", code="endpoint-missing", status=404)
    one.probed(CLOUD.provider, "m", CLOUD.destination, refusal)
    assert one.admits(CLOUD, insist=False)


def test_knocks_are_rare() -> None:
    clock = Clock()
    one = health(clock)
    fail(one, CLOUD, TimedOut("x", code="timeout-connect"))
    assert not one.should_knock(CLOUD, gave_up=False)
    clock.now += 6_000
    assert one.should_knock(CLOUD, gave_up=False)
    assert not one.should_knock(CLOUD, gave_up=False)
    clock.now += KNOCK_MS
    assert one.should_knock(CLOUD, gave_up=False)
