"""The server as a process of its own, over a scripted house, spoken to in bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]

SCRIPTED = """
import sys
from codegrex_lsp import log
from codegrex_lsp.lsp.server import serve
from tests.support.scripted_house import ScriptedHouse

class Chatty(ScriptedHouse):
    async def complete(self, request, *, on_text=None):
        print("a stray print")
        return await super().complete(request)

log.set_up(verbose=True)
sys.exit(serve({}, house_factory=Chatty))
"""


def framed(message: object) -> bytes:
    """A message as it stands on the wire."""
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def request(identity: int, method: str, params: object = None) -> bytes:
    """A request on the wire."""
    return framed({"jsonrpc": "2.0", "id": identity, "method": method, "params": params})


def notification(method: str, params: object = None) -> bytes:
    """A notification on the wire."""
    return framed({"jsonrpc": "2.0", "method": method, "params": params})


def hello(process_id: int | None = None) -> bytes:
    """The introduction of an editor that can nothing."""
    params = {"processId": process_id, "capabilities": {}}
    return request(1, "initialize", params) + notification("initialized", {})


def start(home: Path, **streams: Any) -> subprocess.Popen[bytes]:
    """The process; input, output and errors are pipes where not said otherwise."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPTED],
        cwd=ROOT,
        env={**os.environ, "CODEGREX_HOME": str(home)},
        **{**pipes, **streams},
    )


def next_message(stream: IO[bytes]) -> dict[str, Any]:
    """The next message of the server."""
    length = 0
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    assert length, "the server closed its output"
    message: dict[str, Any] = json.loads(stream.read(length))
    return message


def next_answer(stream: IO[bytes], identity: int | None) -> dict[str, Any]:
    """The answer to a request; what the server says in between is passed over."""
    return next_answers(stream, {identity})[identity]


def next_answers(stream: IO[bytes], wanted: set[int | None]) -> dict[int | None, dict[str, Any]]:
    """The answers to some requests, in whatever order they come."""
    answers: dict[int | None, dict[str, Any]] = {}
    while wanted - answers.keys():
        message = next_message(stream)
        if "method" not in message:
            answers[message.get("id")] = message
    return answers
