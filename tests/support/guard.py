"""Keeps the whole test run on this machine: no connection beyond loopback, no name look-up.

Whoever tries is stopped, and the test fails even where the attempt's error was swallowed. The
guard covers Python's own sockets in this process; child processes are watched by the tests that
start them.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

attempts: list[str] = []
"""Where somebody tried to go during the test under way."""


class LeftTheMachine(OSError):
    """Something in the test run reached for the network."""


def _stop(what: str) -> None:
    attempts.append(what)
    raise LeftTheMachine(f"the test run reached for the network: {what}")


def _may(address: object) -> bool:
    """Whether a socket address is on this machine."""
    if not isinstance(address, tuple):
        return True  # a Unix socket's path
    return _loopback(str(address[0]))


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


def _literal(host: object) -> bool:
    if host is None or host in ("", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


class _Guarded:
    """The real functions, each behind its question."""

    connect = socket.socket.connect
    connect_ex = socket.socket.connect_ex
    sendto = socket.socket.sendto
    getaddrinfo = staticmethod(socket.getaddrinfo)


def _connect(self: socket.socket, address: Any) -> None:
    if not _may(address):
        _stop(f"connect to {address!r}")
    _Guarded.connect(self, address)


def _connect_ex(self: socket.socket, address: Any) -> int:
    if not _may(address):
        _stop(f"connect to {address!r}")
    return _Guarded.connect_ex(self, address)


def _sendto(self: socket.socket, data: Any, *rest: Any) -> int:
    if not _may(rest[-1]):
        _stop(f"datagram to {rest[-1]!r}")
    return _Guarded.sendto(self, data, *rest)


def _getaddrinfo(host: Any, *rest: Any, **more: Any) -> Any:
    if not _literal(host):
        _stop(f"look-up of {host!r}")
    return _Guarded.getaddrinfo(host, *rest, **more)


def _gethostbyname(host: str) -> str:
    if not _literal(host):
        _stop(f"look-up of {host!r}")
    return host


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Stop whatever leaves this machine while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _connect)
        patch.setattr(socket.socket, "connect_ex", _connect_ex)
        patch.setattr(socket.socket, "sendto", _sendto)
        patch.setattr(socket, "getaddrinfo", _getaddrinfo)
        patch.setattr(socket, "gethostbyname", _gethostbyname)
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> Iterator[None]:
    """From here on nothing leaves."""
    context = guarded()
    context.__enter__()
    session.config.add_cleanup(lambda: context.__exit__(None, None, None))
    return (yield)


@pytest.fixture(autouse=True)
def stays_on_this_machine() -> Iterator[None]:
    """Fail the test that reached for the network, whatever became of the attempt."""
    attempts.clear()
    yield
    assert not attempts, f"the test reached for the network: {attempts}"
