"""A small LSP client, so that the demo talks to the real server as an editor does.

It starts one child, this program itself, and speaks JSON-RPC over its standard streams; it opens
no connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from codegrex_lsp.errors import ProviderError
from codegrex_lsp.settings.keysources import without_keys

PATIENCE = 60.0
"""Seconds for one answer; a cold model on a busy machine takes its time."""

LAST_WORDS = 5.0
"""Seconds a child gets to end by itself."""

PROGRAM = (sys.executable, "-P", "-m", "codegrex_lsp")
"""This program. `-P` keeps a file in the current folder from being imported in place of ours."""


def environment(home: Path) -> dict[str, str]:
    """The environment for a child: its own home, and this very package, installed or not."""
    package = str(Path(__file__).parent.parent.parent)
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **without_keys(os.environ),
        "CODEGREX_HOME": str(home),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUTF8": "1",
    }


@asynccontextmanager
async def child(
    *arguments: str, home: Path, cwd: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run this program; whatever happens, it is gone when the block is left."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *arguments,
        cwd=cwd,
        env=environment(home),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), LAST_WORDS)
        except (TimeoutError, asyncio.CancelledError):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class Client:
    """One conversation with a server. Built by `connect`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None  # both are pipes
        self._to, self._from = process.stdin, process.stdout
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._last_id = 0

    async def request(self, method: str, params: Mapping[str, Any] | None) -> Any:
        """The result of a request.

        Raises:
            ProviderError: The server answered with an error, in time or not at all.
        """
        self._last_id += 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[self._last_id] = answer
        await self._send({"id": self._last_id, "method": method, "params": params})
        try:
            return await asyncio.wait_for(answer, PATIENCE)
        except TimeoutError:
            raise ProviderError(f"the server did not answer {method} in time") from None

    async def notify(self, method: str, params: Mapping[str, Any] | None) -> None:
        """Say something that has no answer."""
        await self._send({"method": method, "params": params})

    async def listen(self) -> None:
        """Read until the server ends; every question it asks is answered with null."""
        try:
            while True:
                self._take(await self._message())
                await self._to.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            pass
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ProviderError("the server ended before it answered"))

    def _take(self, message: Mapping[str, Any]) -> None:
        if "method" in message:
            if "id" in message:
                asks = message.get("params") or {}
                result = [None] * len(asks["items"]) if "items" in asks else None
                self._write({"id": message["id"], "result": result})
            return
        answer = self._waiting.pop(message.get("id", 0), None)
        if answer is None or answer.done():
            return
        if "error" in message:
            code = message["error"].get("code")
            answer.set_exception(ProviderError(f"the server answered with error {code}"))
        else:
            answer.set_result(message.get("result"))

    async def _message(self) -> Mapping[str, Any]:
        head = await self._from.readuntil(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.strip().split(b"\r\n"))
        body = await self._from.readexactly(int(fields[b"Content-Length"]))
        message: Mapping[str, Any] = json.loads(body)
        return message

    async def _send(self, message: Mapping[str, Any]) -> None:
        self._write(message)
        with contextlib.suppress(ConnectionError):
            await self._to.drain()

    def _write(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))


@asynccontextmanager
async def connect(home: Path, folder: Path) -> AsyncIterator[Client]:
    """A server of its own with `folder` open, shut down afterwards.

    Args:
        home: Its `CODEGREX_HOME`.
        folder: The workspace.
    """
    async with child("--stdio", home=home, cwd=folder) as process:
        client = Client(process)
        listening = asyncio.create_task(client.listen())
        try:
            await client.request("initialize", _greeting(folder))
            await client.notify("initialized", {})
            yield client
            await client.request("shutdown", None)
            await client.notify("exit", None)
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening


def _greeting(folder: Path) -> dict[str, Any]:
    return {
        "processId": os.getpid(),
        "clientInfo": {"name": "codegrex-lsp demo"},
        "rootUri": folder.as_uri(),
        "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}],
        "capabilities": {
            "general": {"positionEncodings": ["utf-16"]},
            "textDocument": {"inlineCompletion": {}},
        },
    }
