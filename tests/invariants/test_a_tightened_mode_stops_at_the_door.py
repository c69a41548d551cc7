"""Invariant 3, second half: a mode tightened while a request is under way stops it at the door."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp.egress.door import Endpoint
from codegrex_lsp.errors import RefusedError
from codegrex_lsp.values.mode import ALLOWED, Destination, Mode, Task
from codegrex_lsp.values.route import ProviderConfig, Timeouts
from tests.fakes.http import FakeServer, Reply, Stall
from tests.support.doors import Bench, bench, provider

CLOUD, LOCAL = Destination.CLOUD, Destination.LOCAL
TEXT = [task for task in Task if task.bears_text]


def cloud(server: FakeServer) -> dict[str, object]:
    return {"provider": provider(server.base_url, "openai"), "destination": CLOUD}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("destination", Destination)
@pytest.mark.parametrize("task", TEXT)
async def test_the_door_asks_the_table_and_not_the_clearance(
    tmp_path: Path, mode: Mode, destination: Destination, task: Task
) -> None:
    """Everything was cleared in normal mode; what counts is the mode now."""
    kind = "openai" if destination is CLOUD else "ollama"
    async with FakeServer() as server, bench(tmp_path, mode=mode) as b:
        wish = {"provider": provider(server.base_url, kind), "destination": destination}
        if mode in ALLOWED[task, destination]:
            assert await b.read(task=task, **wish) == b"ok"
        else:
            with pytest.raises(RefusedError) as caught:
                await b.read(task=task, **wish)
            assert caught.value.code == "mode"
            assert server.connections == 0
            assert b.ledger.lines() == []


async def test_a_mode_that_was_relaxed_since_does_not_free_what_was_cleared_under_a_stricter_one(
    tmp_path: Path,
) -> None:
    async with FakeServer() as server, bench(tmp_path, mode=Mode.NORMAL) as b:
        with pytest.raises(RefusedError):
            await b.read(mode=Mode.SENSITIVE, **cloud(server))
    assert server.connections == 0


async def test_the_mode_is_that_of_the_requests_own_folder(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        await b.read(folder="/work/a", provider=provider(server.base_url))
        assert set(b.asked) == {"/work/a"}


async def test_between_two_chunks_a_stricter_mode_ends_the_answer_unannounced(
    tmp_path: Path,
) -> None:
    more = asyncio.Event()
    reply = Reply(chunks=[b"one", more, b"two", Stall])
    async with FakeServer(reply) as server, bench(tmp_path) as b:
        async with aclosing(b.stream(**cloud(server))) as chunks:
            assert await anext(chunks) == b"one"
            b.mode = Mode.SENSITIVE
            more.set()
            with pytest.raises(RefusedError):
                await anext(chunks)
        await asyncio.wait_for(server.hung_up.wait(), 10)


@pytest.mark.parametrize(
    "reply",
    [Reply(stall_first=True), Reply(chunks=[Stall]), Reply(chunks=[b"one", Stall])],
    ids=["before the head", "before the first token", "in the middle"],
)
async def test_a_wait_under_way_ends_at_once_when_the_mode_is_announced(
    tmp_path: Path, reply: Reply
) -> None:
    async with FakeServer(reply) as server, bench(tmp_path) as b:
        to = provider(server.base_url, "openai", timeouts=Timeouts(900, 900, 900, 900))
        task = asyncio.create_task(_read(b, provider=to, destination=CLOUD))
        await server.arrived.wait()
        await asyncio.sleep(0.05)
        b.mode = Mode.OFFLINE
        b.door.mode_changed()
        with pytest.raises(RefusedError):
            await asyncio.wait_for(task, 10)
        await asyncio.wait_for(server.hung_up.wait(), 10)
        assert await b.outcomes() == ["mode"]


async def test_a_request_that_is_still_allowed_goes_on(tmp_path: Path) -> None:
    more = asyncio.Event()
    reply = Reply(chunks=[b"one ", more, b"two"])
    async with FakeServer(reply) as server, bench(tmp_path) as b:
        task = asyncio.create_task(_read(b, provider=provider(server.base_url)))
        await server.arrived.wait()
        b.mode = Mode.OFFLINE
        b.door.mode_changed()
        more.set()
        assert await task == b"one two"


async def test_a_mode_tightened_and_relaxed_again_does_not_revive_what_it_ended(
    tmp_path: Path,
) -> None:
    server = FakeServer(Reply(chunks=[b"one", b"two", Stall]))
    async with server, bench(tmp_path) as b, aclosing(b.stream(**cloud(server))) as chunks:
        await anext(chunks)
        b.mode = Mode.SENSITIVE
        b.door.mode_changed()
        b.mode = Mode.NORMAL
        with pytest.raises(RefusedError):
            while True:
                await anext(chunks)


async def test_a_mode_tightened_while_a_key_is_looked_up_lets_nothing_out(tmp_path: Path) -> None:
    async def tighten(b: Bench) -> None:
        b.mode = Mode.SENSITIVE

    async with FakeServer() as server, bench(tmp_path) as b:
        _slow_endpoint(b, lambda: tighten(b))
        with pytest.raises(RefusedError):
            await b.read(**cloud(server))
        assert server.connections == 0
        assert b.ledger.lines() == []


async def test_a_mode_tightened_while_the_line_is_written_lets_nothing_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        record = b.ledger.record

        def tighten_and_record(entry):  # type: ignore[no-untyped-def]
            b.mode = Mode.SENSITIVE
            return record(entry)

        monkeypatch.setattr(b.ledger, "record", tighten_and_record)
        with pytest.raises(RefusedError):
            await b.read(**cloud(server))
        assert server.connections == 0
        assert await b.outcomes() == ["mode"]


def _slow_endpoint(b: Bench, meanwhile: Callable[[], Awaitable[None]]) -> None:
    async def endpoint(config: ProviderConfig) -> Endpoint:
        await meanwhile()
        return Endpoint(config.base_url)

    b.door._endpoints = endpoint


async def _read(b: Bench, **wish: object) -> bytes:
    return await b.read(**wish)


async def test_a_mode_tightened_while_the_connection_was_made_stops_the_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another program, so that nobody tells the door."""
    from codegrex_lsp.egress.transport import PinnedBackend

    connect = PinnedBackend.connect_tcp

    async with FakeServer() as server, bench(tmp_path) as b:

        async def slowly(*args: Any, **more: Any) -> Any:
            made = await connect(*args, **more)
            b.mode = Mode.SENSITIVE
            return made

        monkeypatch.setattr(PinnedBackend, "connect_tcp", slowly)
        with pytest.raises(RefusedError):
            await b.read(**cloud(server))
        assert server.connections == 1
        assert server.requests == []
        assert b.ledger.lines()[0]["outcome"] in ("mode", None)
