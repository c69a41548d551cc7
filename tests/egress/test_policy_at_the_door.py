"""What an organisation does not allow stops at the door, whoever let it come that far."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from codegrex_lsp.egress.recording import RecordingDoor
from codegrex_lsp.errors import RefusedError
from codegrex_lsp.providers.wire import Sampling
from codegrex_lsp.settings.pins import Limits, ModelPattern
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.mode import Destination, Mode
from codegrex_lsp.values.route import ModelFacts
from tests.fakes.http import FakeServer, Reply, Stall
from tests.support.cleared import cleared
from tests.support.doors import PlainTranslator, bench, provider

CLOUD, LOCAL = Destination.CLOUD, Destination.LOCAL
ELSEWHERE = ModelFacts(remote="gpu.example")

REFUSED = {
    "another provider": (Limits(providers=frozenset({"work"})), "ollama", LOCAL, ModelFacts()),
    "another kind": (Limits(kinds=frozenset({"embedded"})), "ollama", LOCAL, ModelFacts()),
    "another model": (Limits(models=(ModelPattern("qwen*"),)), "ollama", LOCAL, ModelFacts()),
    "another host": (Limits(hosts=("api.example.com",)), "openai", CLOUD, ModelFacts()),
    "no host at all": (Limits(hosts=()), "openai", CLOUD, ModelFacts()),
    "a model served by another host": (Limits(hosts=("127.0.0.1",)), "ollama", CLOUD, ELSEWHERE),
}


@pytest.mark.parametrize(("limits", "kind", "where", "facts"), REFUSED.values(), ids=REFUSED)
async def test_nothing_leaves_for(
    tmp_path: Path, limits: Limits, kind: str, where: Destination, facts: ModelFacts
) -> None:
    async with FakeServer() as server, bench(tmp_path, limits=limits) as b:
        wish = {"provider": provider(server.base_url, kind), "destination": where, "facts": facts}
        with pytest.raises(RefusedError, match="your organisation") as refusal:
            await b.read(**wish)
        assert refusal.value.code == "refused-by-policy"
        assert server.requests == [] and b.ledger.lines() == []
        b.limits = Limits()
        assert await b.read(**wish) == b"ok"


@pytest.mark.parametrize(
    ("limits", "kind", "where"),
    [
        (Limits(hosts=("127.0.0.0/8",)), "openai", CLOUD),
        (Limits(hosts=()), "ollama", LOCAL),
        (Limits(models=(ModelPattern("m"),), kinds=frozenset({"openai"})), "openai", CLOUD),
    ],
    ids=["a listed address", "this machine", "a listed model"],
)
async def test_text_leaves_for(
    tmp_path: Path, limits: Limits, kind: str, where: Destination
) -> None:
    async with FakeServer() as server, bench(tmp_path, limits=limits) as b:
        at = provider(server.base_url, kind)
        assert await b.read(provider=at, destination=where) == b"ok"


async def test_the_preview_is_refused_as_the_send_is() -> None:
    limits = Limits(kinds=frozenset({"embedded"}))
    door = RecordingDoor(
        mode=lambda folder: Mode.NORMAL, private_hosts=tuple, limits=lambda: limits
    )
    ask = cleared((Role.PREFIX, "x"), provider=provider("http://127.0.0.1:9"))
    with pytest.raises(RefusedError, match="your organisation"):
        async for _ in door.stream(ask, PlainTranslator(), Sampling()):
            pass
    assert door.recorded == []


async def test_a_probe_goes_only_to_those_that_are_allowed_and_asks_about_any_model(
    tmp_path: Path,
) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        b.limits = Limits(models=())
        assert await b.probe(provider(server.base_url)) == b"ok"
        b.limits = Limits(kinds=frozenset())
        with pytest.raises(RefusedError):
            await b.probe(provider(server.base_url))


async def test_a_policy_tightened_in_the_middle_of_an_answer_ends_it(tmp_path: Path) -> None:
    more = asyncio.Event()
    reply = Reply(chunks=[b"one", more, b"two", Stall])
    async with FakeServer(reply) as server, bench(tmp_path) as b:
        at = provider(server.base_url, "openai")
        async with aclosing(b.stream(provider=at, destination=CLOUD)) as chunks:
            assert await anext(chunks) == b"one"
            b.limits = Limits(hosts=("api.example.com",))
            more.set()
            with pytest.raises(RefusedError, match="your organisation"):
                await anext(chunks)
        await asyncio.wait_for(server.hung_up.wait(), 10)
        assert await b.outcomes() == ["refused-by-policy"]


async def test_a_wait_under_way_ends_at_once_when_a_policy_is_noticed(tmp_path: Path) -> None:
    async with FakeServer(Reply(stall_first=True)) as server, bench(tmp_path) as b:
        task = asyncio.create_task(b.read(provider=provider(server.base_url)))
        await server.arrived.wait()
        await asyncio.sleep(0.05)
        b.limits = Limits(kinds=frozenset({"embedded"}))
        b.door.mode_changed()
        with pytest.raises(RefusedError, match="your organisation"):
            await asyncio.wait_for(task, 10)
        await asyncio.wait_for(server.hung_up.wait(), 10)


async def test_the_ledger_names_the_policy_under_which_it_left(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path, limits=Limits("Example Ltd#3")) as b:
        await b.read(provider=provider(server.base_url))
        assert [line["policy"] for line in b.ledger.lines()] == ["Example Ltd#3"]
