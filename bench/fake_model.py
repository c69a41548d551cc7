"""An Ollama that answers at once, in a process of its own: `python -m bench.fake_model`.

Prints its port, then serves until standard input closes. Knows one model that can insert.
"""

from __future__ import annotations

import asyncio
import json
import sys

TOKENS = 40


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
            length = next(
                (
                    int(line.split(":")[1])
                    for line in head.splitlines()
                    if line.lower().startswith("content-length")
                ),
                0,
            )
            await reader.readexactly(length)
            path = head.split(" ", 2)[1]
            if path == "/api/show":
                answer = json.dumps({"capabilities": ["completion", "insert"], "details": {}})
                writer.write(_head("application/json", len(answer)) + answer.encode())
            else:
                writer.write(_head("application/x-ndjson", None))
                for number in range(TOKENS):
                    _chunk(writer, {"response": f"v{number} ", "done": False})
                    await writer.drain()
                _chunk(writer, {"response": "", "done": True, "done_reason": "stop"})
                writer.write(b"0\r\n\r\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _head(kind: str, length: int | None) -> bytes:
    body = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{body}\r\n\r\n".encode()


def _chunk(writer: asyncio.StreamWriter, value: dict[str, object]) -> None:
    line = json.dumps(value).encode() + b"\n"
    writer.write(b"%x\r\n%b\r\n" % (len(line), line))


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
