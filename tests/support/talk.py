"""A language client over real pipes, for tests that start the real server as a process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

SERVER = (sys.executable, "-m", "codegrex_lsp", "--stdio")
CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {"inlineCompletion": {}},
    "workspace": {"workspaceFolders": True},
}


class Talk:
    """One server process. `told` keeps every notification and request that it sent."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.told: list[tuple[str, Any]] = []
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._ids = 0
        self._reader = asyncio.create_task(self._read())

    async def start(self, folder: Path, settings: Mapping[str, object] | None = None) -> Any:
        """Introduce ourselves."""
        result = await self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder.as_uri(),
                "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}],
                "capabilities": CAPABILITIES,
                "initializationOptions": {"settings": dict(settings or {})},
            },
        )
        await self.notify("initialized", {})
        return result

    async def open(self, path: Path, text: str, language: str = "python") -> None:
        """Open a document."""
        item = {"uri": path.as_uri(), "languageId": language, "version": 1, "text": text}
        await self.notify("textDocument/didOpen", {"textDocument": item})

    async def ghost(self, path: Path, line: int, character: int) -> Any:
        """Items of an inline completion asked for by hand, or None."""
        result = await self.request(
            "textDocument/inlineCompletion",
            {
                "textDocument": {"uri": path.as_uri()},
                "position": {"line": line, "character": character},
                "context": {"triggerKind": 1},
            },
        )
        return result["items"] if isinstance(result, dict) else result

    async def request(self, method: str, params: Any, seconds: float = 120) -> Any:
        """The result of one request; an error answer is returned as {"error": …}."""
        self._ids += 1
        future = asyncio.get_running_loop().create_future()
        self._answers[self._ids] = future
        await self._write({"id": self._ids, "method": method, "params": params})
        async with asyncio.timeout(seconds):
            message = await future
        return {"error": message["error"]} if "error" in message else message.get("result")

    async def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        await self._write({"method": method, "params": params})

    async def end(self) -> int:
        """Shut down in the proper way; the exit code."""
        await self.request("shutdown", None)
        await self.notify("exit", None)
        async with asyncio.timeout(20):
            return await self.process.wait()

    async def _write(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        await self.process.stdin.drain()

    async def _read(self) -> None:
        out = self.process.stdout
        assert out is not None
        try:
            while True:
                head = await out.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1])
                    for line in head.splitlines()
                    if line.lower().startswith(b"content-length")
                )
                message = json.loads(await out.readexactly(length))
                if "method" in message:
                    self.told.append((message["method"], message.get("params")))
                    if "id" in message:
                        await self._write({"id": message["id"], "result": None})
                elif (future := self._answers.pop(message["id"], None)) and not future.done():
                    future.set_result(message)
        except (asyncio.IncompleteReadError, ConnectionError):
            for future in self._answers.values():
                if not future.done():
                    future.set_exception(ConnectionError("the server ended"))


@asynccontextmanager
async def talk(
    environ: Mapping[str, str], command: Sequence[str] = SERVER, stderr: Path | None = None
) -> AsyncIterator[Talk]:
    """A running server; it is killed at the end where it did not end by itself."""
    with (stderr or Path(os.devnull)).open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env=dict(environ),
            limit=2**24,
        )
    client = Talk(process)
    try:
        yield client
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        client._reader.cancel()
