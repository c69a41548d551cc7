"""Connections: when they are encrypted, and to which of several addresses they go."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from codegrex_lsp.egress import transport
from codegrex_lsp.egress.address import parse
from codegrex_lsp.errors import AddressRefused, CodegrexError
from codegrex_lsp.settings.model import Network
from codegrex_lsp.values.mode import Destination
from tests.fakes.http import FakeServer
from tests.support.doors import bench, provider

CLOUD = Destination.CLOUD
NAME = "api.example.test"
pytestmark = pytest.mark.usefixtures("every_name_is_this_machine")
Tls = Callable[..., ssl.SSLContext]
Ask = Callable[..., Awaitable[bytes]]


async def test_the_cloud_is_reached_with_tls_and_a_checked_name(
    tmp_path: Path, identity: Tls, bundle: str, ask: Ask
) -> None:
    async with FakeServer(tls=identity()) as server, bench(tmp_path) as b:
        b.network = Network(ca_bundle=bundle)
        assert await ask(b, server) == b"ok"
        assert server.requests[0].header("host") == f"{NAME}:{server.port}"


async def test_the_cloud_without_tls_is_refused_save_on_this_machine(tmp_path: Path) -> None:
    async with FakeServer() as server, bench(tmp_path) as b:
        with pytest.raises(AddressRefused) as caught:
            to = provider(f"http://{NAME}:{server.port}", "openai")
            await b.read(provider=to, destination=CLOUD)
        assert caught.value.code == "cloud-without-tls"
        assert server.connections == 0
        to = provider(server.base_url, "openai")
        assert await b.read(provider=to, destination=CLOUD) == b"ok"


def test_plain_http_builds_no_tls_context(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport.tls, "context", lambda _: pytest.fail("a TLS context was built"))
    way = transport.way_to(
        parse("http://127.0.0.1:1"), Destination.LOCAL, (), Network(), may_resolve=True
    )
    transport.PinnedTransport(way)


async def test_the_next_address_is_tried_where_one_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look_up(_: object, host: str, port: int, **__: object) -> list[object]:
        return [(socket.AF_INET, 1, 6, "", (ip, port)) for ip in ("127.0.0.9", "127.0.0.1")]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    async with FakeServer() as server, bench(tmp_path, private_hosts=["gpu.corp"]) as b:
        assert await b.read(provider=provider(f"http://gpu.corp:{server.port}")) == b"ok"


async def test_a_name_that_nobody_knows_is_unreachable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look_up(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "canary")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    async with bench(tmp_path) as b:
        with pytest.raises(CodegrexError) as caught:
            await b.read(provider=provider(f"https://{NAME}", "openai"), destination=CLOUD)
    assert caught.value.code == "provider-unreachable"
    assert "canary" not in repr(caught.value)
