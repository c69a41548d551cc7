from __future__ import annotations

import asyncio
import socket

import pytest

from tests.support import guard


def test_a_connection_beyond_this_machine_is_stopped() -> None:
    with socket.socket() as sock, pytest.raises(guard.LeftTheMachine):
        sock.connect(("192.0.2.1", 80))
    assert guard.attempts == ["connect to ('192.0.2.1', 80)"]
    guard.attempts.clear()


def test_a_datagram_is_stopped_as_well() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock,
        pytest.raises(guard.LeftTheMachine),
    ):
        sock.sendto(b"x", ("192.0.2.1", 53))
    guard.attempts.clear()


async def test_a_name_is_not_looked_up_even_by_the_event_loop() -> None:
    loop = asyncio.get_running_loop()
    with pytest.raises(guard.LeftTheMachine):
        await loop.getaddrinfo("example.com", 443)
    with pytest.raises(guard.LeftTheMachine):
        await loop.create_connection(asyncio.Protocol, "192.0.2.1", 443)
    assert len(guard.attempts) == 2
    guard.attempts.clear()


async def test_loopback_stays_open() -> None:
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.read() == b""
    writer.close()
    server.close()
    assert guard.attempts == []
