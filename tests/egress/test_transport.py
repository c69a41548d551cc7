"""Encrypted and proxied connections, with certificates and proxies of our own."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme

from codegrex_lsp.egress import transport
from codegrex_lsp.egress.address import parse
from codegrex_lsp.errors import AddressRefused, CodegrexError, ConfigurationError, Unreachable
from codegrex_lsp.settings.model import Network
from codegrex_lsp.values.mode import Destination
from tests.fakes.http import FakeServer
from tests.support.doors import Bench, bench, provider

CLOUD = Destination.CLOUD
NAME = "api.example.test"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def identity(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture(autouse=True)
def every_name_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look_up(_: object, host: str, port: int, **__: object) -> list[object]:
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)


async def ask(b: Bench, server: FakeServer, name: str = NAME, **changes: object) -> bytes:
    to = provider(f"https://{name}:{server.port}", "openai", **changes)
    return await b.read(provider=to, destination=CLOUD)


async def test_the_cloud_is_reached_with_tls_and_a_checked_name(
    tmp_path: Path, authority: trustme.CA, bundle: str
) -> None:
    async with FakeServer(tls=identity(authority, NAME)) as server, bench(tmp_path) as b:
        b.network = Network(ca_bundle=bundle)
        assert await ask(b, server) == b"ok"
        assert server.requests[0].header("host") == f"{NAME}:{server.port}"


@pytest.mark.parametrize("flaw", ["unknown authority", "another name"])
async def test_a_server_that_does_not_prove_who_it_is_gets_nothing(
    tmp_path: Path, authority: trustme.CA, bundle: str, flaw: str
) -> None:
    name = "other.example.test" if flaw == "another name" else NAME
    async with FakeServer(tls=identity(authority, name)) as server, bench(tmp_path) as b:
        b.network = Network(ca_bundle=bundle if flaw == "another name" else "")
        with pytest.raises(Unreachable) as caught:
            await ask(b, server)
        assert caught.value.code == "tls-failed"
        assert server.requests == []


def test_tls_older_than_1_2_is_not_spoken(bundle: str) -> None:
    context = transport._tls(bundle)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_session_keys_are_not_written_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundle: str
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert transport._tls(bundle).keylog_filename is None


@pytest.mark.parametrize("content", [None, b"", b"\x00 not a certificate"])
async def test_a_ca_bundle_that_can_not_be_read_is_named(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    async with bench(tmp_path, network=Network(ca_bundle=str(path))) as b:
        with pytest.raises(ConfigurationError, match=r"network\.caBundle"):
            await b.read(provider=provider(f"https://{NAME}", "openai"), destination=CLOUD)


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
    monkeypatch.setattr(transport, "_tls", lambda _: pytest.fail("a TLS context was built"))
    way = transport.way_to(
        parse("http://127.0.0.1:1"), Destination.LOCAL, (), Network(), may_resolve=True
    )
    transport.PinnedTransport(way)


# ---- proxies


@dataclass
class FakeProxy:
    """Tunnels every CONNECT to one port of this machine, or refuses it."""

    port_behind: int
    refuse: bool = False
    heads: list[str] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        if self.refuse:
            writer.write(b"HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n")
            writer.close()
            return
        behind, to_behind = await asyncio.open_connection("127.0.0.1", self.port_behind)
        writer.write(b"HTTP/1.1 200 Yes\r\n\r\n")
        await asyncio.gather(_pump(reader, to_behind), _pump(behind, writer))


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(2**16):
            sink.write(data)
    except OSError:
        pass
    finally:
        sink.close()


@asynccontextmanager
async def proxying(server: FakeServer, *, refuse: bool = False) -> AsyncIterator[FakeProxy]:
    proxy = FakeProxy(server.port, refuse)
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()


async def test_a_proxy_carries_the_cloud_inside_tls(
    tmp_path: Path, authority: trustme.CA, bundle: str
) -> None:
    tls = identity(authority, NAME)
    async with FakeServer(tls=tls) as server, proxying(server) as proxy, bench(tmp_path) as b:
        url = f"http://user:pa%20ss@127.0.0.1:{proxy.port}"
        b.network = Network(proxy=url, ca_bundle=bundle)
        b.secret = ("authorization", "Bearer canary")
        assert await ask(b, server) == b"ok"
        await b.door.close()
    assert proxy.heads[0].startswith(f"CONNECT {NAME}:{server.port} HTTP/1.1")
    assert "Basic dXNlcjpwYSBzcw==" in proxy.heads[0]
    assert "canary" not in proxy.heads[0]
    assert server.requests[0].header("authorization") == "Bearer canary"
    assert server.requests[0].header("proxy-authorization") is None


async def test_a_proxy_that_refuses_is_named_without_its_password(
    tmp_path: Path, bundle: str
) -> None:
    server = FakeServer()
    async with server, proxying(server, refuse=True) as proxy, bench(tmp_path) as b:
        url = f"http://user:canary@127.0.0.1:{proxy.port}"
        b.network = Network(proxy=url, ca_bundle=bundle)
        with pytest.raises(Unreachable, match="through the proxy") as caught:
            await ask(b, server)
    assert "canary" not in repr(caught.value) + caught.value.fix
    assert "canary" not in repr(b.network)


@pytest.mark.parametrize(
    "setting", ["socks5://h:1", "http://", "http://h:x", "http://ü", "ftp://h"]
)
async def test_a_proxy_that_can_not_be_used_is_named(tmp_path: Path, setting: str) -> None:
    async with bench(tmp_path, network=Network(proxy=setting)) as b:
        with pytest.raises(ConfigurationError, match=r"network\.proxy"):
            await b.read(provider=provider(f"https://{NAME}", "openai"), destination=CLOUD)


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
        ("env", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "i.example.test"}, "http://p:1"),
        ("http://own:1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, "http://own:1"),
    ],
)
def test_the_environments_proxy_is_used_only_where_the_person_says_so(
    setting: str, environ: dict[str, str], expected: str
) -> None:
    network = Network(proxy=setting)
    target = parse(f"https://{NAME}")
    way = transport.way_to(target, CLOUD, (), network, may_resolve=True, environ=environ)
    assert way.proxy == expected
    assert not expected or expected not in repr(way)


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
