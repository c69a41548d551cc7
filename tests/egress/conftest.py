"""A certificate authority of our own, and a world in which every name is this machine."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from codegrex_lsp.values.mode import Destination
from tests.fakes.http import FakeServer
from tests.support.doors import Bench, provider

NAME = "api.example.test"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """The company's own authority."""
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    """Its certificate, as a file for `network.caBundle`."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def identity(authority: trustme.CA) -> Callable[..., ssl.SSLContext]:
    """TLS of a server with a certificate for a name."""

    def make(name: str = NAME, *, by: trustme.CA = authority, **more: object) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        by.issue_cert(name, **more).configure_cert(context)  # type: ignore[arg-type]
        return context

    return make


@pytest.fixture
def every_name_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look_up(_: object, host: str, port: int, **__: object) -> list[object]:
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)


@pytest.fixture
def ask() -> Callable[..., object]:
    """One request to a cloud provider of that name."""

    async def ask(b: Bench, server: FakeServer, name: str = NAME) -> bytes:
        to = provider(f"https://{name}:{server.port}", "openai")
        return await b.read(provider=to, destination=Destination.CLOUD)

    return ask
