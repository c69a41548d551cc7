"""The walk along the routes: order, fallback, asking again, and never to a less private place."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegrex_lsp.engine.courtesy import Overtaken, Rank
from codegrex_lsp.engine.journey import WAITING, Leg, Stop, Trip
from codegrex_lsp.errors import (
    BadAnswer,
    CodegrexError,
    ConfigurationError,
    ModelMissing,
    ProviderError,
    RefusedError,
    ServedElsewhere,
    TimedOut,
    Unreachable,
)
from codegrex_lsp.privacy.detect.engine import Engine
from codegrex_lsp.routing.breaker import State
from codegrex_lsp.values.mode import Destination, Mode, Task, allowed
from codegrex_lsp.values.route import LOCAL_KINDS, ModelFacts, ProviderConfig, Route, Timeouts
from tests.support.gates import chat, completion, gate
from tests.support.journeys import Rig, provider

DEAD = Unreachable("it can not be reached.")


def busy(seconds: float = 0.0) -> ProviderError:
    error = BadAnswer("it is busy.", code="provider-busy", status=503)
    error.retry_after = seconds
    return error


def closed() -> BadAnswer:
    error = BadAnswer("it hung up.", code="cut-short")
    error.unanswered = True
    return error


def rig(*names: str, **more: Any) -> Rig:
    return Rig([provider(name) for name in names], **more)


# -- order and fallback ----------------------------------------------------------------------


async def test_only_the_first_route_is_asked_where_it_answers() -> None:
    r = rig("mistral", "ollama")
    arrival = await r.go()
    assert (arrival.reply, arrival.detours) == ("ok", ())
    assert (r.book.asked, r.went) == (["mistral"], ["mistral"])


async def test_a_failure_leads_to_the_next_and_is_told() -> None:
    r = rig("mistral", "ollama", answers={"mistral": [DEAD]})
    arrival = await r.go()
    assert arrival.route is not None and arrival.route.provider.id == "ollama"
    assert [(one.provider, one.code) for one in arrival.detours] == [
        ("mistral", "provider-unreachable")
    ]
    assert r.book.failures == ["mistral"]


async def test_a_server_that_can_not_be_asked_of_its_model_is_passed_over() -> None:
    r = rig("llamacpp", "ollama")
    r.book.troubles["llamacpp"] = DEAD
    assert (await r.go()).reply == "ok"
    assert r.went == ["ollama"]


async def test_nothing_is_tried_again_once_the_person_has_seen_something() -> None:
    def half(leg: Leg) -> str:
        leg.begun = leg.shown = True
        raise DEAD

    r = rig("mistral", "ollama", answers={"mistral": [half]})
    arrival = await r.go(by_hand=True)
    assert arrival.decision is not None and arrival.decision.code == "provider-unreachable"
    assert r.went == ["mistral"]


async def test_a_request_that_was_overtaken_is_not_taken_elsewhere() -> None:
    r = rig("ollama", "mistral", answers={"ollama": [Overtaken()]})
    for _ in range(9):
        arrival = await r.go()
        assert arrival.decision is not None and arrival.decision.code == "superseded"
    assert set(r.went) == {"ollama"}


async def test_each_task_walks_its_own_list() -> None:
    r = rig("mistral", "ollama")
    r.settings = type(r.settings)(
        completion=r.settings.completion,
        chat=type(r.settings.chat)(routes=("ollama",)),
        privacy=r.settings.privacy,
        providers=r.settings.providers,
    )
    await r.go(chat("hello"))
    assert r.went == ["ollama"]


async def test_a_mode_tightened_on_the_way_counts_for_the_next_route() -> None:
    def tighten(leg: Leg) -> str:
        r.tighten(Mode.SENSITIVE)
        raise DEAD

    r = rig("ollama", "mistral", answers={"ollama": [tighten]})
    arrival = await r.go()
    assert r.went == ["ollama"]
    assert arrival.detours[-1].code == "refused-by-mode"


async def test_a_provider_taken_off_the_list_on_the_way_is_not_used() -> None:
    def take_off(leg: Leg) -> str:
        r.settings = Rig([provider("ollama")]).settings
        raise DEAD

    r = rig("ollama", "mistral", answers={"ollama": [take_off]})
    await r.go()
    assert r.went == ["ollama"]


async def test_a_model_served_elsewhere_is_remembered_and_the_next_route_is_used() -> None:
    r = rig("ollama", "llamacpp", answers={"ollama": [ServedElsewhere("far.example")]})
    assert (await r.go()).reply == "ok"
    assert r.book.remote == {"ollama"}
    r.tighten(Mode.SENSITIVE)
    await r.go()
    assert r.went == ["ollama", "llamacpp", "llamacpp"]


@pytest.mark.parametrize(
    ("error", "forgotten"), [(RefusedError("no"), []), (ConfigurationError("no"), ["ollama"])]
)
async def test_a_no_of_our_own_is_no_outage(error: CodegrexError, forgotten: list[str]) -> None:
    r = rig("ollama", answers={"ollama": [error]})
    for _ in range(9):
        arrival = await r.go()
        assert arrival.decision is not None and arrival.decision.code == error.code
    assert r.health.standing(provider("ollama"), "m").state is State.CLOSED
    assert sorted(set(r.book.failures)) == forgotten


# -- reasons ---------------------------------------------------------------------------------


async def test_an_empty_list_says_so() -> None:
    arrival = await rig().go()
    assert arrival.decision is not None and arrival.decision.code == "no-routes"


async def test_the_one_failure_speaks_for_itself() -> None:
    arrival = await rig("ollama", answers={"ollama": [DEAD]}).go()
    assert arrival.decision is not None
    assert (arrival.decision.code, arrival.decision.message) == (DEAD.code, DEAD.message)


async def test_where_several_failed_each_is_named() -> None:
    r = rig("mistral", "ollama", answers={"mistral": [DEAD]})
    r.book.troubles["ollama"] = ModelMissing("the model is not there")
    decision = (await r.go()).decision
    assert decision is not None
    assert decision.code == "provider-unreachable"
    assert decision.message == "mistral: it can not be reached; ollama: the model is not there"


async def test_a_cloud_provider_without_a_model_says_what_to_set() -> None:
    r = Rig([ProviderConfig("openai", "openai", "https://api.example/v1")])
    decision = (await r.go()).decision
    assert decision is not None and decision.code == "no-provider"
    assert "codegrex-lsp models list" in decision.message
    assert "providers.openai.model" in decision.message
    told = (await r.go(chat("hello"))).decision
    assert told is not None and "providers.openai.chatModel" in told.message
    assert r.went == [] == r.book.asked


async def test_a_mode_that_forbids_all_is_the_reason_and_nobody_is_asked() -> None:
    r = rig("mistral", "openai", mode=Mode.SENSITIVE)
    arrival = await r.go()
    assert arrival.decision is not None and arrival.decision.code == "refused-by-mode"
    assert all(detour.expected for detour in arrival.detours)
    assert r.book.asked == []


async def test_the_first_leg_is_what_would_be_sent_and_moves_no_breaker() -> None:
    r = rig("mistral", "ollama")
    for _ in range(3):
        leg = await r.journey.first(Trip(completion("x|"), None, Rank.MANUAL))
        assert isinstance(leg, Leg) and leg.route.provider.id == "mistral"
    r.tighten(Mode.OFFLINE)
    r.book.troubles["ollama"] = DEAD
    stop = await r.journey.first(Trip(completion("x|"), None, Rank.MANUAL))
    assert isinstance(stop, Stop) and stop.detour.code == "no-provider"
    assert r.went == []


# -- breakers --------------------------------------------------------------------------------


async def test_an_open_breaker_costs_not_one_question() -> None:
    r = rig("mistral", "ollama", answers={"mistral": [TimedOut("x", code="timeout-connect")]})
    await r.go()
    r.book.asked.clear()
    arrival = await r.go()
    assert (arrival.reply, r.book.asked) == ("ok", ["ollama"])
    assert arrival.detours[0].code == "resting"


async def test_three_failures_in_a_row_open_it_and_one_trial_closes_it() -> None:
    r = rig("mistral", "ollama", answers={"mistral": [DEAD, DEAD, DEAD, "back"]})
    for _ in range(5):
        await r.go()
    assert r.went.count("mistral") == 3
    r.now += 60_000
    assert (await r.go()).reply == "back"
    assert r.health.standing(provider("mistral"), "m").state is State.CLOSED


async def test_of_two_requests_at_the_end_of_a_pause_one_is_the_trial() -> None:
    over = asyncio.Event()

    async def slowly(leg: Leg) -> str:
        await over.wait()
        return "back"

    r = rig("mistral", "ollama", answers={"mistral": [DEAD, DEAD, DEAD, slowly]})
    for _ in range(3):
        await r.go()
    r.now += 60_000
    first = asyncio.create_task(r.go())
    while r.went.count("mistral") < 4:
        await asyncio.sleep(0)
    second = await r.go()
    assert second.route is not None and second.route.provider.id == "ollama"
    over.set()
    assert (await first).reply == "back"


async def test_a_cancelled_trial_leaves_its_place() -> None:
    async def never(leg: Leg) -> str:
        await asyncio.Event().wait()
        return ""

    r = rig("mistral", answers={"mistral": [DEAD, DEAD, DEAD, never, "back"]})
    for _ in range(3):
        await r.go()
    r.now += 60_000
    trial = asyncio.create_task(r.go())
    while r.went.count("mistral") < 4:
        await asyncio.sleep(0)
    trial.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trial
    assert (await r.go()).reply == "back"


async def test_typing_that_cancels_each_request_still_finds_an_outage() -> None:
    """No limit is ever reached; after a connection's time without a sign somebody knocks."""

    async def never(leg: Leg) -> str:
        await asyncio.Event().wait()
        return ""

    r = rig("mistral", answers={"mistral": [never]})
    for _ in range(40):
        typing = asyncio.create_task(r.go())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        r.now += 200
        typing.cancel()
        await asyncio.gather(typing, return_exceptions=True)
    assert r.book.knocks == ["mistral"]
    r.health.probed(
        provider("mistral"), "m", Destination.CLOUD, TimedOut("x", code="timeout-connect")
    )
    assert (await r.go()).detours[0].code == "resting"


async def test_after_a_stall_a_knock_goes_first_and_no_request_waits() -> None:
    stalled = TimedOut("x", code="timeout-connect")
    r = rig("mistral", "ollama", answers={"mistral": [stalled, "back"]})
    await r.go()
    r.now += 10_000
    assert (await r.go()).reply == "ok"
    assert (r.book.knocks, r.went) == (["mistral"], ["mistral", "ollama", "ollama"])
    r.health.probed(provider("mistral"), "m", Destination.CLOUD, None)
    assert (await r.go()).reply == "back"


async def test_a_cold_local_model_never_trips_its_breaker() -> None:
    cold = TimedOut("x", code="timeout-first-token")
    r = rig("ollama", answers={"ollama": [cold]})
    for _ in range(9):
        await r.go()
    assert len(r.went) == 9


# -- asking again ----------------------------------------------------------------------------


async def test_a_kept_connection_that_was_closed_is_tried_once_more_at_once() -> None:
    r = rig("ollama", "llamacpp", answers={"ollama": [closed(), "ok"]})
    assert (await r.go()).detours == ()
    assert r.went == ["ollama", "ollama"]


async def test_but_only_once() -> None:
    r = rig("ollama", "llamacpp", answers={"ollama": [closed()]})
    await r.go()
    assert r.went == ["ollama", "ollama", "llamacpp"]


async def test_and_not_once_characters_have_come() -> None:
    def half(leg: Leg) -> str:
        leg.begun = True
        raise closed()

    r = rig("ollama", answers={"ollama": [half]})
    await r.go()
    assert r.went == ["ollama"]


async def test_typing_takes_the_next_route_rather_than_wait() -> None:
    r = rig("mistral", "ollama", answers={"mistral": [busy(5)]})
    await r.go()
    assert (r.went, r.slept) == (["mistral", "ollama"], [])


async def test_typing_does_not_wait_where_there_is_no_other_route_either() -> None:
    r = rig("mistral", answers={"mistral": [busy(5)]})
    arrival = await r.go()
    assert arrival.decision is not None and arrival.decision.code == "provider-busy"
    assert r.slept == []


async def test_a_person_who_asks_by_hand_waits_where_there_is_no_other_route() -> None:
    r = rig("mistral", answers={"mistral": [busy(5), "ok"]})
    arrival = await r.go(by_hand=True)
    assert arrival.reply == "ok"
    assert sum(r.slept) >= 5
    assert r.told == [WAITING, ""]


async def test_but_not_where_another_route_answers() -> None:
    r = rig("mistral", "ollama", answers={"mistral": [busy(5)]})
    await r.go(by_hand=True)
    assert (r.went, r.slept) == (["mistral", "ollama"], [])


async def test_a_pause_beyond_the_deadline_is_not_begun() -> None:
    r = Rig([provider("mistral", timeouts=Timeouts(total=4))], {"mistral": [busy(5)]})
    arrival = await r.go(by_hand=True)
    assert arrival.decision is not None and arrival.decision.code == "provider-busy"
    assert (r.slept, r.went) == ([], ["mistral"])


async def test_the_deadline_is_one_over_all_routes_and_attempts() -> None:
    def slowly(leg: Leg) -> str:
        r.now += 50_000
        raise DEAD

    names = ("mistral", "openai", "groq", "ollama")
    r = rig(*names, answers={name: [slowly] for name in names})
    arrival = await r.go()
    totals = [leg.route.provider.timeouts.total for _, leg in r.taken]
    assert totals == pytest.approx([120, 70, 20], abs=0.01)
    assert arrival.detours[-1].code == "timeout-total"


async def test_a_loading_model_is_asked_until_the_deadline_for_a_person_who_waits() -> None:
    limits = Timeouts(total=7.5)
    r = Rig([provider("llamacpp", timeouts=limits)], {"llamacpp": [busy()]})
    arrival = await r.go(by_hand=True)
    assert arrival.decision is not None and arrival.decision.code == "provider-busy"
    assert (len(r.went), r.slept) == (8, [1.0] * 7)


async def test_a_person_who_insists_is_the_trial_where_nobody_else_answers() -> None:
    r = rig("mistral", answers={"mistral": [DEAD, DEAD, DEAD, "back"]})
    for _ in range(5):
        await r.go()
    assert len(r.went) == 3
    assert (await r.go(by_hand=True)).reply == "back"


async def test_a_person_who_insists_does_not_shorten_a_pause_that_a_server_named() -> None:
    r = rig("mistral", answers={"mistral": [busy(3_000)]})
    await r.go()
    await r.go(by_hand=True)
    assert len(r.went) == 1


# -- never to a less private place ---------------------------------------------------------------

NAMES = ("ollama", "llamacpp", "vllm", "mistral", "openai", "anthropic")
LEVELS = ("never", "local", "redact", "normal")
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
FAILURES: list[Any] = [
    DEAD,
    busy(),
    busy(2),
    TimedOut("x", code="timeout-connect"),
    BadAnswer("x", code="key-refused", status=401),
    closed(),
    ServedElsewhere("far.example"),
    RefusedError("no"),
]


@settings(max_examples=150, deadline=None)
@given(
    mode=st.sampled_from(Mode),
    task=st.sampled_from([Task.COMPLETION, Task.CHAT]),
    names=st.lists(st.sampled_from(NAMES), unique=True),
    remote=st.sets(st.sampled_from(["ollama", "vllm"])),
    broken=st.sets(st.sampled_from(NAMES)),
    levels=st.tuples(st.sampled_from(LEVELS), st.sampled_from(LEVELS)),
    by_hand=st.booleans(),
    data=st.data(),
)
async def test_no_fallback_leads_to_a_less_private_place_than_mode_list_and_policies_allow(
    mode: Mode,
    task: Task,
    names: list[str],
    remote: set[str],
    broken: set[str],
    levels: tuple[str, str],
    by_hand: bool,
    data: st.DataObject,
) -> None:
    home, other = levels
    made = gate(
        engine=Engine(),
        path_level=lambda path, folder: home if path.name == "a.py" else other,
    )
    r = Rig([provider(name) for name in names], mode=mode, gate=made)
    r.book.remote = set(remote)
    for name in broken:
        if data.draw(st.booleans()):
            r.book.troubles[name] = DEAD
        one = Route(provider(name), "m", Destination.CLOUD, ModelFacts())
        for _ in range(data.draw(st.integers(0, 4))):
            with pytest.raises(Unreachable), r.health.attempt(one, insist=True):
                raise DEAD

    def answer(leg: Leg) -> str:
        failure = data.draw(st.sampled_from([None, *FAILURES]))
        if failure is not None:
            raise failure
        return "ok"

    r.answers = {name: [answer] for name in NAMES}
    text = f'token = "{TOKEN}"\n'
    ask = completion(text + "x = |", ("b.py", text), mode=mode)
    if task is Task.CHAT:
        ask = chat("why?", ("b.py", text), mode=mode)
    arrival = await r.go(ask, by_hand=by_hand)
    for name, leg in r.taken:
        where, cleared = leg.route.destination, leg.clearance.cleared
        assert name in names
        assert allowed(mode, task, where)
        assert where is Destination.CLOUD or (name in LOCAL_KINDS and name not in remote)
        assert cleared.route is leg.route and cleared.task is task
        assert cleared.mode is mode
        sent = "".join(piece.text.reveal() for piece in cleared.pieces)
        origins = {piece.origin for piece in cleared.pieces}
        for origin, level in (("a.py", home), ("b.py", other)):
            if level == "never" or (level == "local" and where is Destination.CLOUD):
                assert origin not in origins
        assert TOKEN not in sent
    assert (arrival.reply is None) == (arrival.decision is not None)
    order = [names.index(name) for name, _ in r.taken]
    if not by_hand:
        assert order == sorted(order)
