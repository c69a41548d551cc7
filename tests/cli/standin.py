"""A stand-in for Ollama on loopback: just enough of its wire for a verb to get its answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "tiny-coder:1b"


@dataclass
class Standin:
    """What it was sent, and what it says.

    Attributes:
        port: Where it listens.
        pieces: The suggestion, as it streams.
        bodies: Bodies of `/api/generate` and `/api/chat` that ask for text, oldest first.
        paths: Every path that was asked for.
    """

    port: int = 0
    pieces: tuple[str, ...] = ("price_of", "(line.article)")
    bodies: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def answer(self, path: str, body: bytes) -> list[dict[str, Any]]:
        self.paths.append(path)
        if path == "/api/tags":
            return [{"models": [{"name": MODEL}]}]
        if path == "/api/show":
            return [{"capabilities": ["completion", "insert"], "details": {"family": "qwen2"}}]
        if path not in ("/api/generate", "/api/chat"):
            return [{"version": "0.12.0"}]
        if not {"prompt", "messages"} & json.loads(body).keys():
            return [{**_part(path, ""), "done": True, "done_reason": "load"}]
        self.bodies.append(body)
        parts = [{**_part(path, piece), "done": False} for piece in self.pieces]
        return [*parts, {**_part(path, ""), "done": True, "done_reason": "stop"}]


def _part(path: str, piece: str) -> dict[str, Any]:
    chat = path == "/api/chat"
    return {"message": {"content": piece}} if chat else {"response": piece}


@contextmanager
def ollama() -> Iterator[Standin]:
    """Serve until the block is left."""
    standin = Standin()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            lines = standin.answer(self.path, self.rfile.read(length))
            content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
            self.send_response(200)
            self.send_header("content-type", "application/x-ndjson")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    standin.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
