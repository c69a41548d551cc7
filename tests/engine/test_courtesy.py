"""A local model server is asked one thing at a time, and first what is wanted most."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegrex_lsp.engine.courtesy import Courtesy, Overtaken, Rank
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import ProviderConfig, Route

OLLAMA = Route(ProviderConfig("ollama", "ollama", "http://127.0.0.1:11434"), "m", Destination.LOCAL)
OTHER = replace(OLLAMA, provider=ProviderConfig("gpu", "vllm", "http://127.0.0.1:8000"))
CLOUD = Route(ProviderConfig("openai", "openai", "https://api.example"), "m", Destination.CLOUD)


class Server:
    """Requests that run until they are told to end; writes down what happened in order."""

    def __init__(self) -> None:
        self.courtesy = Courtesy()
        self.log: list[str] = []
        self.running: dict[str, int] = {}
        self.most = 0
        self._ends: dict[str, asyncio.Event] = {}

    def start(self, name: str, rank: Rank, route: Route = OLLAMA) -> asyncio.Task[str]:
        self._ends[name] = asyncio.Event()
        return asyncio.create_task(self._request(name, rank, route), name=name)

    def end(self, name: str) -> None:
        self._ends[name].set()

    async def _request(self, name: str, rank: Rank, route: Route) -> str:
        server = route.provider.base_url
        try:
            async with self.courtesy.turn(route, rank):
                self.log.append(f"{name} runs")
                self.running[server] = self.running.get(server, 0) + 1
                self.most = max(self.most, self.running[server])
                try:
                    await self._ends[name].wait()
                finally:
                    self.running[server] -= 1
            return "answered"
        except Overtaken:
            self.log.append(f"{name} overtaken")
            return "overtaken"


async def settle() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


async def test_the_most_wanted_goes_first_and_equals_in_the_order_of_arrival() -> None:
    server = Server()
    tasks = [server.start("chat 1", Rank.CHAT)]
    await settle()
    for name, rank in (
        ("prefetch", Rank.PREFETCH),
        ("typing", Rank.AUTOMATIC),
        ("chat 2", Rank.CHAT),
        ("by hand", Rank.MANUAL),
        ("chat 3", Rank.CHAT),
    ):
        tasks.append(server.start(name, rank))
        await settle()
    for name in ("chat 1", "by hand", "chat 2", "chat 3", "typing", "prefetch"):
        server.end(name)
        await settle()
    assert server.log == [
        "chat 1 runs",
        "by hand runs",
        "chat 2 runs",
        "chat 3 runs",
        "typing runs",
        "prefetch runs",
    ]
    assert await asyncio.gather(*tasks) == ["answered"] * 6


@pytest.mark.parametrize("running", [True, False], ids=["running", "waiting"])
async def test_newer_typing_takes_the_place_of_older_typing(running: bool) -> None:
    server = Server()
    chat = None
    if not running:
        chat = server.start("chat", Rank.CHAT)
        await settle()
    older = server.start("older", Rank.AUTOMATIC)
    await settle()
    newer = server.start("newer", Rank.AUTOMATIC)
    await settle()
    assert older.done()
    assert older.result() == "overtaken"
    if chat is not None:
        server.end("chat")
        await settle()
    server.end("newer")
    assert await newer == "answered"


@pytest.mark.parametrize("wanted", [Rank.MANUAL, Rank.CHAT])
@pytest.mark.parametrize("unwanted", [Rank.AUTOMATIC, Rank.PREFETCH])
async def test_who_waits_for_an_answer_does_not_wait_for_typing(
    wanted: Rank, unwanted: Rank
) -> None:
    server = Server()
    running = server.start("unwanted", unwanted)
    await settle()
    asked = server.start("wanted", wanted)
    await settle()
    assert server.log == ["unwanted runs", "unwanted overtaken", "wanted runs"]
    server.end("wanted")
    assert await asyncio.gather(running, asked) == ["overtaken", "answered"]


async def test_nobody_hangs_up_on_a_person_who_waits() -> None:
    server = Server()
    chat = server.start("chat", Rank.CHAT)
    await settle()
    by_hand = server.start("by hand", Rank.MANUAL)
    await settle()
    assert not chat.done()
    server.end("chat")
    server.end("by hand")
    assert await asyncio.gather(chat, by_hand) == ["answered", "answered"]


async def test_who_is_cancelled_while_waiting_leaves_the_queue() -> None:
    server = Server()
    chat = server.start("chat", Rank.CHAT)
    await settle()
    gone, next_one = server.start("gone", Rank.MANUAL), server.start("next", Rank.CHAT)
    await settle()
    gone.cancel()
    await settle()
    server.end("chat")
    server.end("next")
    assert await asyncio.gather(chat, next_one) == ["answered", "answered"]
    assert "gone runs" not in server.log


async def test_servers_do_not_wait_for_each_other_nor_the_cloud_for_anybody() -> None:
    server = Server()
    tasks = [
        server.start(name, Rank.CHAT, route)
        for name, route in (("a", OLLAMA), ("b", OTHER), ("c", CLOUD), ("d", CLOUD))
    ]
    await settle()
    assert server.log == ["a runs", "b runs", "c runs", "d runs"]
    for name in "abcd":
        server.end(name)
    await asyncio.gather(*tasks)


async def test_a_time_limit_of_the_request_itself_is_not_taken_for_being_overtaken() -> None:
    with pytest.raises(TimeoutError):
        async with Courtesy().turn(OLLAMA, Rank.CHAT), asyncio.timeout(0):
            await asyncio.sleep(1)


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("start"), st.sampled_from(Rank)),
        st.tuples(st.just("end"), st.integers(0, 20)),
        st.tuples(st.just("cancel"), st.integers(0, 20)),
    ),
    max_size=30,
)


@settings(deadline=None)
@given(EVENTS)
def test_every_request_ends_and_one_runs_at_a_time(events: list[tuple[str, object]]) -> None:
    async def play() -> None:
        server = Server()
        tasks: list[asyncio.Task[str]] = []
        ranks: list[Rank] = []
        for what, which in events:
            if what == "start":
                assert isinstance(which, Rank)
                ranks.append(which)
                tasks.append(server.start(str(len(tasks)), which))
            elif tasks:
                assert isinstance(which, int)
                chosen = which % len(tasks)
                if what == "end":
                    server.end(str(chosen))
                else:
                    tasks[chosen].cancel()
            await settle()
            alive = [task for task in tasks if not task.done()]
            assert bool(alive) == bool(sum(server.running.values())), "nobody waits in vain"
        for number in range(len(tasks)):
            server.end(str(number))
        with suppress(asyncio.CancelledError):
            ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
            for rank, how in zip(ranks, ended, strict=True):
                assert how in ("answered", "overtaken") or isinstance(how, asyncio.CancelledError)
                assert how != "overtaken" or not rank.waited_for
        assert server.most <= 1
        assert not server.courtesy.busy(OLLAMA.provider)

    asyncio.run(play())
