"""An editor in the same process: no pipes, no model, every message within reach.

`close` fails when the server answered something twice, or nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from codegrex_lsp.lsp.ground import HouseFactory
from codegrex_lsp.lsp.server import Built, build
from codegrex_lsp.portable import Folders
from tests.support.scripted_house import ScriptedHouse


class MemoryEditor:
    """Speaks JSON-RPC to a server that was built without pipes."""

    def __init__(self, folders: Folders, house_factory: HouseFactory = ScriptedHouse) -> None:
        self.exits: list[int] = []
        self.told: list[tuple[str, Any]] = []
        self.answers: dict[int | str | None, list[dict[str, Any]]] = {}
        self.replies: dict[str, Any] = {}
        self.raw: list[bytes] = []
        self._asked: list[int | str] = []
        self._news = asyncio.Event()
        self._next = 0
        self.built: Built = build(
            self, self.exits.append, folders=folders, environ={}, house_factory=house_factory
        )

    @property
    def house(self) -> ScriptedHouse:
        """The house behind the server."""
        house = self.built.session.house
        assert isinstance(house, ScriptedHouse)
        return house

    # The server's output

    def write(self, data: bytes) -> None:
        """Take a message of the server."""
        self.raw.append(data)
        header, _, body = data.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}".encode() in header
        message = json.loads(body)
        if "method" in message and "id" in message:
            self._reply(message)
        elif "method" in message:
            self.told.append((message["method"], message.get("params")))
        else:
            self.answers.setdefault(message["id"], []).append(message)
        self._news.set()

    def close(self) -> None:
        """Part of a writer; nothing to do."""

    def _reply(self, message: dict[str, Any]) -> None:
        self.told.append((message["method"], message.get("params")))
        result = self.replies.get(message["method"])
        if isinstance(result, Callable):  # type: ignore[arg-type]
            result = result(message.get("params"))
        answer = {"jsonrpc": "2.0", "id": message["id"], "result": result}
        asyncio.get_running_loop().call_soon(self.receive, answer)

    # What the editor sends

    def receive(self, message: object) -> None:
        """Hand the server one message, as JSON."""
        self.built.server.protocol.receive(json.dumps(message).encode())

    def notify(self, method: str, params: object = None) -> None:
        """Send a notification."""
        self.receive({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: object = None) -> int:
        """Send a request; its id."""
        self._next += 1
        self._asked.append(self._next)
        self.receive({"jsonrpc": "2.0", "id": self._next, "method": method, "params": params})
        return self._next

    async def answer(self, identity: int) -> dict[str, Any]:
        """Wait for the answer to a request."""
        async with asyncio.timeout(10):
            while identity not in self.answers:
                self._news.clear()
                await self._news.wait()
        return self.answers[identity][0]

    async def request(self, method: str, params: object = None) -> Any:
        """The result of a request; fails where it was refused."""
        answer = await self.answer(self.ask(method, params))
        assert "error" not in answer, answer["error"]
        return answer["result"]

    async def refusal(self, method: str, params: object = None) -> dict[str, Any]:
        """The error of a request; fails where it was answered."""
        answer = await self.answer(self.ask(method, params))
        assert "error" in answer, answer
        error: dict[str, Any] = answer["error"]
        return error

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.005)

    async def start(
        self, capabilities: dict[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """Introduce the editor; the server's introduction."""
        params = {"processId": None, "capabilities": capabilities or {}, **more}
        result: dict[str, Any] = await self.request("initialize", params)
        self.notify("initialized", {})
        return result

    def open(self, uri: str, text: str, version: int = 1, language: str = "python") -> None:
        """Open a document."""
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, text: str, *places: tuple[int, int]) -> None:
        """Change a document: all of it, or the range between two places."""
        event: dict[str, Any] = {"text": text}
        if places:
            start, end = ({"line": line, "character": column} for line, column in places)
            event["range"] = {"start": start, "end": end}
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [event]}
        self.notify("textDocument/didChange", params)

    def want(self, uri: str, line: int, character: int, **more: Any) -> int:
        """Ask for ghost text; the request's id."""
        params = {
            "textDocument": {"uri": uri},
            "position": {"line": line, "character": character},
            "context": {"triggerKind": 2},
            **more,
        }
        return self.ask("textDocument/inlineCompletion", params)

    async def ghost(self, uri: str, line: int, character: int, **more: Any) -> Any:
        """The one item of an inline completion, or None."""
        answer = await self.answer(self.want(uri, line, character, **more))
        assert "error" not in answer, answer["error"]
        return answer["result"]["items"][0] if answer["result"] else None

    async def last_decision(self) -> str | None:
        """Code of the last decision that the status tells."""
        status = await self.request("codegrex/status", {})
        decision = status.get("lastDecision")
        return decision["code"] if decision else None

    async def leave(self) -> None:
        """End the conversation, and hold the server to one answer for each request."""
        await self.built.close()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        counted = {identity: len(self.answers.get(identity, [])) for identity in self._asked}
        assert all(count == 1 for count in counted.values()), counted
