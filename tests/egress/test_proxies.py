"""Proxies: for the cloud only, by CONNECT, and each side is told only what is its own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from codegrex_lsp.egress import transport
from codegrex_lsp.egress.address import parse
from codegrex_lsp.errors import ConfigurationError, TimedOut, Unreachable
from codegrex_lsp.settings.model import Network
from codegrex_lsp.values.mode import Destination
from codegrex_lsp.values.route import Timeouts
from tests.fakes.http import FakeServer
from tests.fakes.real_proxy import real_proxy
from tests.support.doors import bench, provider

pytestmark = pytest.mark.usefixtures("every_name_is_this_machine")
Tls = Callable[..., ssl.SSLContext]
Ask = Callable[..., Awaitable[bytes]]
NAME = "api.example.test"
PASSWORD = "pa ss" + "wort"
SECRET = ("authorization", "Bearer " + "canary" * 2)


# -- a real proxy ---------------------------------------------------------------------------------


async def test_a_proxy_carries_the_cloud_inside_tls(
    tmp_path: Path, identity: Tls, bundle: str, ask: Ask
) -> None:
    server = FakeServer(tls=identity())
    async with server, real_proxy(tmp_path) as proxy, bench(tmp_path) as b:
        b.network, b.secret = Network(f"http://127.0.0.1:{proxy.port}", bundle), SECRET
        assert await ask(b, server) == b"ok"
        assert await ask(b, server) == b"ok"
        await b.door.close()
        assert proxy.sent.startswith(f"CONNECT {NAME}:{server.port} HTTP/1.1\r\n".encode())
        assert proxy.sent.count(b"CONNECT") == 1
        assert b"canary" not in proxy.sent and b"def f(" not in proxy.sent
    assert server.requests[0].header("authorization") == SECRET[1]


async def test_the_proxys_password_is_for_the_proxy_alone(
    tmp_path: Path, identity: Tls, bundle: str, ask: Ask
) -> None:
    async with (
        FakeServer(tls=identity()) as server,
        real_proxy(tmp_path, user=f"ada:{PASSWORD}") as proxy,
        bench(tmp_path) as b,
    ):
        b.secret = SECRET
        url = f"http://ada:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{proxy.port}"
        b.network = Network(url, bundle)
        assert await ask(b, server) == b"ok"
        await b.door.close()
        assert b"Proxy-Authorization: Basic " in proxy.sent
        assert b"canary" not in proxy.sent
    (request,) = server.requests
    assert request.header("proxy-authorization") is None
    assert not any("basic" in value.lower() for _, value in request.headers)


@pytest.mark.parametrize("user", ["", "ada:wrong@"])
async def test_a_proxy_that_wants_a_password_says_so(
    tmp_path: Path, identity: Tls, bundle: str, ask: Ask, user: str
) -> None:
    async with (
        FakeServer(tls=identity()) as server,
        real_proxy(tmp_path, user=f"ada:{PASSWORD}") as proxy,
        bench(tmp_path) as b,
    ):
        b.network = Network(f"http://{user}127.0.0.1:{proxy.port}", bundle)
        with pytest.raises(Unreachable, match="user name and password") as caught:
            await ask(b, server)
        assert server.connections == 0
    assert caught.value.code == "proxy-auth"
    assert "wrong" not in repr(caught.value) + caught.value.fix + repr(b.network)


async def test_the_proxys_own_tls_is_checked(
    tmp_path: Path, authority: trustme.CA, identity: Tls, bundle: str, ask: Ask
) -> None:
    shown = authority.issue_cert("proxy.example.test")
    async with (
        FakeServer(tls=identity()) as server,
        real_proxy(tmp_path, tls=shown) as proxy,
        bench(tmp_path) as b,
    ):
        b.secret = SECRET
        b.network = Network(f"https://proxy.example.test:{proxy.port}", bundle)
        assert await ask(b, server) == b"ok"
        await b.door.close()
        for name, network_bundle in (("other.example.test", bundle), ("proxy.example.test", "")):
            b.network = Network(f"https://{name}:{proxy.port}", network_bundle)
            with pytest.raises(Unreachable, match="proxy did not prove who it is") as caught:
                await ask(b, server)
            assert caught.value.code == "tls-failed"
        assert b"CONNECT" not in proxy.sent
    assert len(server.requests) == 1


async def test_a_provider_behind_a_proxy_proves_who_it_is_all_the_same(
    tmp_path: Path, identity: Tls, bundle: str, ask: Ask
) -> None:
    server = FakeServer(tls=identity("other.example.test"))
    async with server, real_proxy(tmp_path) as proxy, bench(tmp_path) as b:
        b.network = Network(f"http://127.0.0.1:{proxy.port}", bundle)
        with pytest.raises(Unreachable, match=r"openai at .* did not prove") as caught:
            await ask(b, server)
        assert caught.value.code == "tls-failed"
        assert server.requests == []


# -- proxies that do not do what they should ------------------------------------------------------


@asynccontextmanager
async def saying(answer: bytes | None) -> AsyncIterator[int]:
    """A proxy that answers any CONNECT like this and hangs up, or says nothing; its port."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await over.wait()
        else:
            writer.write(answer)
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        over.set()
        listener.close()


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        (b"HTTP/1.1 403 canary\r\ncontent-length: 0\r\n\r\n", "proxy-refused", "openai (403)"),
        (b"HTTP/1.1 502 canary\r\ncontent-length: 0\r\n\r\n", "proxy-refused", "openai (502)"),
        (b"HTTP/1.1 302 x\r\nlocation: http://evil\r\n\r\n", "proxy-refused", "openai (302)"),
        (b"\x00\xff canary\r\n\r\n", "proxy-failed", "does not speak HTTP"),
        (b"SSH-2.0-canary\r\n", "proxy-failed", "does not speak HTTP"),
        (b"", "proxy-failed", "hung up"),
        (b"HTTP/1.1 200 Yes\r\n\r\nHTTP/1.1 200 OK\r\n\r\ncanary", "tls-failed", "did not prove"),
    ],
)
async def test_a_proxy_that_misbehaves_is_named_and_gets_nothing(
    tmp_path: Path, bundle: str, answer: bytes, code: str, told: str
) -> None:
    async with saying(answer) as port, bench(tmp_path) as b:
        b.network, b.secret = Network(f"http://127.0.0.1:{port}", bundle), SECRET
        with pytest.raises(Unreachable) as caught:
            to = provider(f"https://{NAME}", "openai")
            await b.read(provider=to, destination=Destination.CLOUD)
    assert caught.value.code == code
    assert told in caught.value.message
    assert "canary" not in repr(caught.value) + caught.value.message + caught.value.fix


async def test_a_proxy_that_says_nothing_is_not_waited_for(tmp_path: Path, bundle: str) -> None:
    async with saying(None) as port, bench(tmp_path) as b:
        b.network = Network(f"http://127.0.0.1:{port}", bundle)
        quick = Timeouts(connect=1, first_token=0.2, idle=1, total=2)
        with pytest.raises(TimedOut):
            to = provider(f"https://{NAME}", "openai", timeouts=quick)
            await b.read(provider=to, destination=Destination.CLOUD)


async def test_a_proxy_that_is_not_there_is_named(tmp_path: Path, bundle: str) -> None:
    async with saying(b"") as port:
        pass
    async with bench(tmp_path, network=Network(f"http://127.0.0.1:{port}", bundle)) as b:
        with pytest.raises(Unreachable, match="The proxy can not be reached") as caught:
            to = provider(f"https://{NAME}", "openai")
            await b.read(provider=to, destination=Destination.CLOUD)
    assert caught.value.code == "proxy-unreachable"


@pytest.mark.parametrize(
    "setting", ["socks5://h:1", "http://", "http://h:x", "http://ü", "ftp://h"]
)
async def test_a_proxy_that_can_not_be_used_is_named(tmp_path: Path, setting: str) -> None:
    async with bench(tmp_path, network=Network(proxy=setting)) as b:
        with pytest.raises(ConfigurationError, match=r"network\.proxy"):
            to = provider(f"https://{NAME}", "openai")
            await b.read(provider=to, destination=Destination.CLOUD)


# -- when there is one ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "environ", "expected"),
    [
        ("", {"HTTPS_PROXY": "http://p:1"}, ""),
        ("env", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("env", {"https_proxy": "http://p:1", "ALL_PROXY": "http://q:1"}, "http://p:1"),
        ("env", {"all_proxy": "http://q:1"}, "http://q:1"),
        ("env", {"HTTP_PROXY": "http://p:1"}, ""),
        ("env", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, ""),
        ("env", {"HTTPS_PROXY": "http://p:1", "no_proxy": "x.com, .example.test"}, ""),
        ("env", {"HTTPS_PROXY": "http://p:1", "no_proxy": "*.example.test"}, ""),
        ("env", {"HTTPS_PROXY": "http://p:1", "no_proxy": "API.example.test:443"}, ""),
        ("env", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "i.example.test"}, "http://p:1"),
        ("env", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "xample.test,,:,."}, "http://p:1"),
        ("http://own:1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, "http://own:1"),
    ],
)
def test_the_environments_proxy_is_used_only_where_the_person_says_so(
    setting: str, environ: dict[str, str], expected: str
) -> None:
    way = transport.way_to(
        parse(f"https://{NAME}"),
        Destination.CLOUD,
        (),
        Network(proxy=setting),
        may_resolve=True,
        environ=environ,
    )
    assert way.proxy == expected
    assert not expected or expected not in repr(way)


@pytest.mark.parametrize(
    ("url", "entry", "spared"),
    [
        ("https://10.1.2.3", "10.1.0.0/16", True),
        ("https://10.2.2.3", "10.1.0.0/16", False),
        ("https://[fd00::1]", "[fd00::1]", True),
        ("https://[fd00::1]", "fd00::/8", True),
        ("https://10.1.2.3", "10.1.2.3:443", True),
    ],
)
def test_networks_may_be_spared(url: str, entry: str, spared: bool) -> None:
    environ = {"HTTPS_PROXY": "http://p:1", "NO_PROXY": entry}
    network = Network(proxy="env")
    way = transport.way_to(
        parse(url), Destination.CLOUD, (), network, may_resolve=True, environ=environ
    )
    assert way.proxy == ("" if spared else "http://p:1")


@pytest.mark.parametrize(
    ("url", "destination"),
    [
        ("http://127.0.0.1:11434", Destination.LOCAL),
        ("https://gpu.example.test", Destination.LOCAL),
        ("http://127.0.0.1:4000", Destination.CLOUD),
        ("https://localhost:4000", Destination.CLOUD),
        ("unix:/run/model.sock", Destination.CLOUD),
        ("http://api.example.test", Destination.CLOUD),
    ],
)
def test_nothing_but_https_to_the_cloud_takes_a_proxy(url: str, destination: Destination) -> None:
    network = Network(proxy="http://p:1")
    assert not transport.way_to(parse(url), destination, (), network, may_resolve=True).proxy
