"""A journey waits its turn at a local server, and one that is overtaken ends without blame."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from codegrex_lsp.engine import patience
from codegrex_lsp.engine.courtesy import Rank
from codegrex_lsp.engine.journey import Arrival, Leg, Trip
from codegrex_lsp.engine.requests import ChatRequest
from codegrex_lsp.errors import Unreachable
from codegrex_lsp.routing.breaker import State
from codegrex_lsp.values.route import Timeouts
from codegrex_lsp.values.sealed import Sealed
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.gates import chat, completion
from tests.support.houses import MODEL, house, wish
from tests.support.journeys import Rig, provider


async def held(leg: Leg) -> str:
    await asyncio.Event().wait()
    return "never"


def trip(rank: Rank) -> Trip:
    return Trip(chat("hello") if rank is Rank.CHAT else completion("x|"), Path("/p"), rank)


async def begin(rig: Rig, rank: Rank) -> asyncio.Task[Arrival[str]]:
    task = asyncio.create_task(rig.journey.along(trip(rank), rig.read))
    for _ in range(20):
        await asyncio.sleep(0)
    return task


async def test_typing_that_is_overtaken_tries_no_other_route_and_blames_nobody() -> None:
    rig = Rig([provider("ollama"), provider("llamacpp")], answers={"ollama": [held, "ok"]})
    typing = await begin(rig, Rank.AUTOMATIC)
    assert (await (await begin(rig, Rank.CHAT))).reply == "ok"
    arrival = await typing
    assert arrival.decision is not None and arrival.decision.code == "superseded"
    assert rig.went == ["ollama", "ollama"]
    assert rig.health.standing(provider("ollama"), "m").state is State.CLOSED
    assert rig.book.failures == []


async def test_typing_waits_for_a_chat_and_is_then_answered() -> None:
    over = asyncio.Event()

    async def until_over(leg: Leg) -> str:
        await over.wait()
        return "told"

    rig = Rig([provider("ollama")], answers={"ollama": [until_over, "ok"]})
    talking = await begin(rig, Rank.CHAT)
    typing = await begin(rig, Rank.AUTOMATIC)
    assert rig.went == ["ollama"]
    over.set()
    assert [(await talking).reply, (await typing).reply] == ["told", "ok"]


async def test_waiting_for_others_takes_nothing_from_the_deadline() -> None:
    limits = Timeouts(total=10.0)
    rig = Rig([provider("ollama", timeouts=limits), provider("llamacpp", timeouts=limits)])
    over = asyncio.Event()

    async def long(leg: Leg) -> str:
        await over.wait()
        rig.now += 60_000
        return "told"

    rig.answers["ollama"] = [long, Unreachable("it can not be reached.")]
    talking = await begin(rig, Rank.CHAT)
    typing = await begin(rig, Rank.MANUAL)
    over.set()
    await talking
    assert (await typing).reply == "ok"
    assert rig.went == ["ollama", "ollama", "llamacpp"]


async def test_what_an_attempt_takes_is_counted() -> None:
    limits = Timeouts(total=10.0)
    rig = Rig([provider("ollama", timeouts=limits), provider("llamacpp", timeouts=limits)])

    def slow(leg: Leg) -> str:
        rig.now += 60_000
        raise Unreachable("it can not be reached.")

    rig.answers["ollama"] = [slow]
    arrival = await rig.go()
    assert rig.went == ["ollama"]
    assert arrival.detours[-1].code == "timeout-total"


async def test_nobody_is_told_of_a_loading_model_while_others_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience.Patience.__init__, "__defaults__", (0.0,))
    told: list[str] = []
    async with FakeOllama({MODEL: FakeModel(insert=True, words=("a", "b"))}) as ollama:
        ollama.pause = asyncio.Event()
        async with house(tmp_path / "home", ollama, progress=told.append) as built:
            first = asyncio.create_task(built.complete(wish(tmp_path / "a.py", "x = |")))
            await asyncio.wait_for(until(lambda: len(ollama.prompts) == 1), 10)
            await asyncio.wait_for(until(lambda: told == [patience.SENTENCE, ""]), 10)
            second = asyncio.create_task(built.complete(wish(tmp_path / "b.py", "y = |")))
            await asyncio.sleep(0.1)
            assert told == [patience.SENTENCE, ""]
            assert len(ollama.prompts) == 1
            ollama.pause.set()
            outcomes = [await first, await second]
    assert [one.decision.code for one in outcomes] == ["shown", "shown"]


async def test_a_question_hangs_up_on_typing_and_the_status_does_not_speak_of_it(
    tmp_path: Path,
) -> None:
    settings = {"chat__routes": ["ollama"]}
    async with (
        FakeOllama({MODEL: FakeModel(insert=True, words=("a", "b"))}) as ollama,
        house(tmp_path / "home", ollama, **settings) as built,
    ):
        first = await built.complete(wish(tmp_path / "a.py", "x = |"))
        ollama.pause = asyncio.Event()
        request = wish(tmp_path / "b.py", "y = |", invoked=False)
        typing = asyncio.create_task(built.complete(request))
        await asyncio.wait_for(until(lambda: len(ollama.prompts) == 2), 10)
        asking = asyncio.create_task(built.chat(ChatRequest(Sealed("Why?"), folder=tmp_path)))
        assert (await typing).decision.code == "superseded"
        await asyncio.wait_for(ollama.server.hung_up.wait(), 10)
        assert built.status(tmp_path).last_decision == first.decision
        ollama.pause.set()
        assert (await asking).decision.code == "answered"


async def until(condition: object) -> None:
    assert callable(condition)
    while not condition():
        await asyncio.sleep(0.005)
