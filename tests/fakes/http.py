"""A raw HTTP server on loopback whose every byte, pause and rudeness is scripted.

async with FakeServer(Reply(chunks=[b"a", b"b"])) as server:
    ...                          # server.base_url, server.requests, server.hung_up
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """What a client sent. `headers` keeps order and case."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None


class Stall:
    """In place of a chunk: say nothing more until the client hangs up."""


class HangUp:
    """In place of a chunk: close the connection here, whatever was promised."""


@dataclass
class Reply:
    """How to answer.

    Attributes:
        status: HTTP status.
        headers: Beside the framing ones.
        chunks: Bytes, seconds to wait, `Stall`, `HangUp`, or an event to wait for, in order.
        framing: `chunked`, `length` (needs all chunks to be bytes), `close` (HTTP/1.0), or `raw`:
            the chunks are the whole answer, head included.
        stall_first: Say nothing at all, not even a status line.
    """

    chunks: Sequence[bytes | float | asyncio.Event | type[Stall] | type[HangUp]] = (b"ok",)
    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    framing: str = "chunked"
    stall_first: bool = False


Script = Reply | Callable[[Request], Reply | Awaitable[Reply]]


class _Over(Exception):
    pass


@dataclass
class FakeServer:
    """Serves one script to every request.

    Attributes:
        script: A Reply, or a function from the request to one.
        requests: What arrived, in order.
        connections: How many connections were accepted.
        hung_up: Set when a client closed a connection before the answer was complete.
        arrived: Set when the first request has been read.
    """

    script: Script = field(default_factory=Reply)
    host: str = "127.0.0.1"
    unix: str = ""
    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self.hung_up = asyncio.Event()
        self.arrived = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def base_url(self) -> str:
        if self.unix:
            return f"unix:{self.unix}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    async def __aenter__(self) -> FakeServer:
        if self.unix:
            self._server = await asyncio.start_unix_server(self._serve, self.unix)
        else:
            self._server = await asyncio.start_server(self._serve, self.host, 0, ssl=self.tls)
            self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        try:
            while request := await _read(reader):
                self.requests.append(request)
                self.arrived.set()
                script = self.script
                answer = script if isinstance(script, Reply) else script(request)
                reply = answer if isinstance(answer, Reply) else await answer
                gone = asyncio.create_task(_gone(reader))
                try:
                    await self._answer(reply, writer, gone)
                finally:
                    gone.cancel()
                    with contextlib.suppress(asyncio.CancelledError, OSError):
                        await gone
                if reply.framing in ("close", "raw"):
                    break
        except (_Over, OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    async def _answer(
        self, reply: Reply, writer: asyncio.StreamWriter, gone: asyncio.Task[None]
    ) -> None:
        if reply.stall_first:
            await self._wait(gone, None)
        if reply.framing != "raw":
            writer.write(_head(reply))
        for chunk in reply.chunks:
            if chunk is HangUp:
                await self._drain(writer)
                raise _Over
            if chunk is Stall:
                await self._drain(writer)
                await self._wait(gone, None)
            elif isinstance(chunk, bytes):
                framed = b"%x\r\n%s\r\n" % (len(chunk), chunk)
                writer.write(framed if reply.framing == "chunked" else chunk)
                await self._drain(writer)
            elif isinstance(chunk, asyncio.Event):
                await self._wait(gone, chunk.wait())
            elif isinstance(chunk, int | float):
                await self._wait(gone, asyncio.sleep(chunk))
        if reply.framing == "chunked":
            writer.write(b"0\r\n\r\n")
        await self._drain(writer)
        if reply.framing in ("close", "raw"):
            writer.write_eof()
            await asyncio.sleep(0)

    async def _drain(self, writer: asyncio.StreamWriter) -> None:
        try:
            await writer.drain()
        except OSError:
            self.hung_up.set()
            raise _Over from None

    async def _wait(self, gone: asyncio.Task[None], other: Awaitable[object] | None) -> None:
        """Wait for `other`, or for ever, unless the client hangs up first."""
        waits: set[asyncio.Future[object]] = {gone}  # type: ignore[arg-type]
        if other is not None:
            waits.add(asyncio.ensure_future(other))
        done, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in pending - {gone}:
            wait.cancel()
        if gone in done:
            self.hung_up.set()
            raise _Over


async def _gone(reader: asyncio.StreamReader) -> None:
    """Ends when the client closes; a client that sends more meanwhile breaks the protocol."""
    with contextlib.suppress(OSError):
        more = await reader.read(1)
        assert not more, "the client sent bytes while an answer was under way"


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, OSError):
        return None
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = tuple((name, value.strip()) for name, _, value in (x.partition(":") for x in lines))
    length = int({name.lower(): value for name, value in headers}.get("content-length", "0"))
    return Request(method, target, headers, await reader.readexactly(length))


def _head(reply: Reply) -> bytes:
    version = "1.0" if reply.framing == "close" else "1.1"
    lines = [f"HTTP/{version} {reply.status} X"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    if reply.framing == "chunked":
        lines.append("transfer-encoding: chunked")
    elif reply.framing == "length":
        length = sum(len(chunk) for chunk in reply.chunks if isinstance(chunk, bytes))
        lines.append(f"content-length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
