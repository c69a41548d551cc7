from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from codegrex_lsp.egress.recording import RecordingDoor
from codegrex_lsp.errors import AddressRefused, RefusedError
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers.wire import Sampling
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.mode import Destination, Mode
from tests.fakes.http import FakeServer
from tests.support.cleared import cleared
from tests.support.doors import PlainTranslator, bench, provider

LOCAL = "http://127.0.0.1:11434"


async def record(door: RecordingDoor, ask: Cleared) -> list[bytes]:
    async with aclosing(door.stream(ask, PlainTranslator(), Sampling())) as chunks:
        return [chunk async for chunk in chunks]


def recording(mode: Mode = Mode.NORMAL) -> RecordingDoor:
    return RecordingDoor(mode=lambda folder: mode, private_hosts=tuple)


async def test_what_is_recorded_is_what_would_arrive(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        ask = cleared((Role.PREFIX, "the text"), provider=provider(server.base_url))
        door = recording()
        assert await record(door, ask) == []
        assert server.connections == 0
        await b.read("the text", provider=provider(server.base_url))
    (kept,) = door.recorded
    arrived = server.requests[0]
    assert (kept.call.method, kept.call.path) == (arrived.method, arrived.target)
    assert kept.call.body == arrived.body
    assert (kept.base_url, kept.route) == (server.base_url, ask.route)


async def test_it_refuses_what_the_door_would_refuse() -> None:
    cloud = cleared(provider=provider(LOCAL, "openai"), destination=Destination.CLOUD)
    with pytest.raises(RefusedError):
        await record(recording(Mode.SENSITIVE), cloud)
    with pytest.raises(AddressRefused):
        await record(recording(), cleared(provider=provider("http://198.51.100.7")))


async def test_a_model_server_that_does_not_run_yet_is_not_started() -> None:
    door = recording(Mode.OFFLINE)
    await record(door, cleared((Role.PREFIX, "x"), provider=provider("", "embedded")))
    assert door.recorded[0].base_url == ""


async def test_what_is_recorded_prints_without_the_text() -> None:
    door = recording()
    await record(door, cleared((Role.PREFIX, "canary"), provider=provider(LOCAL)))
    assert "canary" not in repr(door.recorded)
