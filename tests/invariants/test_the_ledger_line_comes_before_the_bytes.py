"""Invariant 12: the ledger line comes before the bytes. Without it nothing goes to the cloud."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from codegrex_lsp.errors import AddressRefused, LedgerError
from codegrex_lsp.values.mode import Destination
from tests.fakes.http import FakeServer, Reply, Request, Stall
from tests.support.doors import Bench, bench, provider

CLOUD, LOCAL = Destination.CLOUD, Destination.LOCAL


def lines_on_disk(folder: Path) -> int:
    """Requests in the ledger's files, read by nobody's code but this."""
    return sum(
        path.read_bytes().count(b'"kind":"request"') for path in (folder / "ledger").glob("*.jsonl")
    )


@pytest.mark.parametrize(("kind", "destination"), [("ollama", LOCAL), ("openai", CLOUD)])
async def test_when_the_bytes_arrive_the_line_is_already_on_disk(
    tmp_path: Path, kind: str, destination: Destination
) -> None:
    seen: list[int] = []

    def script(request: Request) -> Reply:
        seen.append(lines_on_disk(tmp_path))
        return Reply()

    async with FakeServer(script) as server, bench(tmp_path) as b:
        for _ in range(3):
            await b.read(provider=provider(server.base_url, kind), destination=destination)
    assert seen == [1, 2, 3]


async def test_the_line_is_there_before_a_name_is_even_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    async def look_up(*_: object, **__: object) -> list[object]:
        seen.append(lines_on_disk(tmp_path))
        raise OSError("nobody knows")

    async with bench(tmp_path) as b:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
        with pytest.raises(Exception, match="can not be reached"):
            await b.read(provider=provider("https://x.example", "openai"), destination=CLOUD)
        assert await b.outcomes() == ["provider-unreachable"]
    assert seen == [1]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
async def test_a_ledger_that_fails_stops_the_cloud_before_any_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", _failing(number))
            with pytest.raises(LedgerError):
                await b.read(provider=provider(server.base_url, "openai"), destination=CLOUD)
        assert server.connections == 0
        await b.read(provider=provider(server.base_url, "openai"), destination=CLOUD)
    assert len(server.requests) == 1


async def test_a_ledger_that_fails_to_reach_the_disk_stops_the_cloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        await b.read(provider=provider(server.base_url), destination=LOCAL)
        monkeypatch.setattr(os, "fsync", _failing(errno.EIO))
        with pytest.raises(LedgerError):
            await b.read(provider=provider(server.base_url, "openai"), destination=CLOUD)
        assert len(server.requests) == 1
        assert lines_on_disk(tmp_path) == 1  # nothing stands for what did not go


async def test_what_was_refused_by_address_before_sending_has_no_line(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        with pytest.raises(AddressRefused):
            await b.read(provider=provider("http://198.51.100.7"), destination=LOCAL)
    assert lines_on_disk(tmp_path) == 0


async def test_a_request_under_way_is_listed_before_it_ends(tmp_path: Path) -> None:
    async with FakeServer(Reply(chunks=[Stall])) as server, bench(tmp_path) as b:
        task = asyncio.create_task(_read(b, server.base_url))
        await server.arrived.wait()
        assert [line["outcome"] for line in b.ledger.lines()] == [None]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def _read(b: Bench, url: str) -> bytes:
    return await b.read(provider=provider(url))


def _failing(number: int):  # type: ignore[no-untyped-def]
    def fail(*_: object) -> int:
        raise OSError(number, "no")

    return fail
