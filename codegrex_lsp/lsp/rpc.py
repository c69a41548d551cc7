"""JSON-RPC over pygls, with its holes closed: one answer for each request, and none with text.

What pygls 2.1 does otherwise, and where it ends here:

    it runs a coroutine's first line after later messages      `_execute_handler`
    it answers an internal error with a traceback              `_send_handler_result`
    it drops what it can not read, and requests after shutdown `receive`
    it shows errors in a popup and logs messages with text     `report_server_error`, `log`
    it keeps its own documents and reads unknown ones from disk: it is given none
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum, IntEnum
from functools import partial
from typing import Any

from lsprotocol import converters
from lsprotocol.types import ResponseError
from pygls.protocol.json_rpc import JsonRPCProtocol
from pygls.server import JsonRPCServer

from codegrex_lsp.errors import CodegrexError
from codegrex_lsp.lsp import reading
from codegrex_lsp.lsp.framing import Trouble

_log = logging.getLogger(__name__)

Handler = Callable[[Any], Any]


class Code(IntEnum):
    """Error codes of JSON-RPC 2.0 and LSP 3.17."""

    PARSE = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL = -32603
    NOT_INITIALIZED = -32002
    CANCELLED = -32800
    FAILED = -32803


class Refusal(Exception):
    """A request that is answered with an error.

    Args:
        code: What kind.
        message: One sentence without user text.
    """

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class State(Enum):
    """Where the conversation is: LSP 3.17, "Lifecycle Messages"."""

    NEW = "new"
    RUNNING = "running"
    SHUT_DOWN = "shut down"


class Protocol(JsonRPCProtocol):
    """The conversation with one editor.

    `table` says how the parameters of each method are read; it is filled by `Server.answer_with`.
    """

    def __init__(self, server: Server, converter: Any) -> None:
        super().__init__(server, converter)
        self.state = State.NEW
        self.table: dict[str, type] = {}
        self._answering: dict[int | str, asyncio.Task[Any]] = {}
        self.on_unreadable: Callable[[str, object], None] = lambda method, params: None

    def receive(self, body: bytes | Trouble) -> None:
        """Take one message. Whatever is wrong with it is answered; nothing is raised."""
        if isinstance(body, Trouble):
            self.refuse(None, Refusal(Code.PARSE, body.value))
            return
        try:
            message = json.loads(body.decode("utf-8"))
        except (ValueError, RecursionError):
            self.refuse(None, Refusal(Code.PARSE, "The message is not valid JSON."))
            return
        try:
            self._sort(message)
        except Exception as error:  # a message must never end the server
            _log.error("a message could not be handled (%s)", type(error).__name__)

    def _sort(self, message: object) -> None:
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            self.refuse(None, Refusal(Code.INVALID_REQUEST, "A JSON-RPC 2.0 object is expected."))
            return
        method, identity = message.get("method"), message.get("id")
        if method is None and "id" in message:
            self._take_response(identity, message)
        elif not isinstance(method, str):
            self.refuse(None, Refusal(Code.INVALID_REQUEST, "The message has no method."))
        elif "id" not in message:
            self._take_notification(method, message.get("params"))
        elif isinstance(identity, str) or type(identity) is int:
            self._take_request(identity, method, message.get("params"))
        else:
            self.refuse(
                None, Refusal(Code.INVALID_REQUEST, "A request id is a string or an integer.")
            )

    def _take_request(self, identity: int | str, method: str, params: object) -> None:
        try:
            self._admit(method)
            handler, wanted = self._find(method, params)
        except Refusal as refusal:
            self.refuse(identity, refusal)
            return
        self._execute_handler(
            identity, handler, partial(self._send_handler_result, msg_id=identity), (wanted,)
        )

    def _take_notification(self, method: str, params: object) -> None:
        if method == "$/cancelRequest":
            self._cancel(params)
            return
        if method != "exit" and self.state is not State.RUNNING:
            return
        try:
            handler, wanted = self._find(method, params)
        except Refusal as refusal:
            if refusal.code is Code.INVALID_PARAMS:
                _log.warning("%s", refusal.message)
                self.on_unreadable(method, params)
            return
        self._execute_handler(None, handler, self._check_handler_result, (wanted,))

    def _take_response(self, identity: object, message: dict[str, Any]) -> None:
        if not isinstance(identity, str):
            return
        self._result_types.pop(identity, None)
        future = self._request_futures.pop(identity, None)
        if future is None or future.done():
            return  # never asked, or nobody waits any more
        if "error" in message:
            future.set_exception(Refusal(Code.FAILED, "The editor refused the request."))
        else:
            future.set_result(message.get("result"))

    def _admit(self, method: str) -> None:
        """Raise the refusal that the state of the conversation asks for."""
        if self.state is State.SHUT_DOWN:
            raise Refusal(Code.INVALID_REQUEST, "The server is shutting down.")
        if method == "initialize":
            if self.state is not State.NEW:
                raise Refusal(Code.INVALID_REQUEST, "The server is initialized already.")
        elif self.state is State.NEW:
            raise Refusal(Code.NOT_INITIALIZED, "The server is not initialized yet.")

    def _find(self, method: str, params: object) -> tuple[Handler, Any]:
        handler: Handler | None = self.fm.features.get(method)
        if handler is None:
            raise Refusal(Code.METHOD_NOT_FOUND, "The server does not know this method.")
        try:
            return handler, reading.read(self.table[method], params)
        except reading.Unreadable as error:
            raise Refusal(
                Code.INVALID_PARAMS, f"The parameters of {method} can not be read: {error}."
            ) from None

    def _cancel(self, params: object) -> None:
        identity = params.get("id") if isinstance(params, dict) else None
        if not isinstance(identity, int | str):
            return
        task = self._answering.get(identity)
        if task is not None:
            task.cancel()  # its callback gives the answer

    def cancel_all(self) -> None:
        """Cancel every request that is being worked on; each still gets its answer."""
        for task in list(self._answering.values()):
            task.cancel()

    def _execute_handler(
        self,
        msg_id: Any,
        handler: Handler,
        callback: Callable[[Any], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Call the handler at once, in message order; only what it returns may be awaited.

        So a handler takes its snapshot in a plain function, before any later message is read.
        """
        done: Future[Any] = Future()
        try:
            outcome = handler(*(args or ()))
        except Exception as error:
            done.set_exception(error)
        else:
            if inspect.isawaitable(outcome):
                task = asyncio.ensure_future(outcome)
                if msg_id is not None:
                    self._answering[msg_id] = task
                task.add_done_callback(callback)
                return
            done.set_result(outcome)
        callback(done)

    def _send_handler_result(self, future: Any, *, msg_id: Any) -> None:
        """The one place where a request is answered."""
        if self._answering.get(msg_id) is future:
            del self._answering[msg_id]
        if future.cancelled():
            self.refuse(msg_id, Refusal(Code.CANCELLED, "The request was cancelled."))
            return
        error = future.exception()
        if error is None:
            self._send_data({"jsonrpc": self.VERSION, "id": msg_id, "result": future.result()})
        elif isinstance(error, Refusal):
            self.refuse(msg_id, error)
        elif isinstance(error, CodegrexError):
            self.refuse(msg_id, Refusal(Code.FAILED, error.message), {"code": error.code})
        else:
            _log.error("a request failed (%s)", type(error).__name__)
            sentence = "Something went wrong in CodeGrex; the request was not answered."
            self.refuse(msg_id, Refusal(Code.INTERNAL, sentence))

    def _check_handler_result(self, future: Any) -> None:
        """A notification has no answer, so a failure is only noted, by its type."""
        if not future.cancelled() and future.exception() is not None:
            _log.error("a notification failed (%s)", type(future.exception()).__name__)

    def refuse(
        self, identity: int | str | None, refusal: Refusal, data: dict[str, str] | None = None
    ) -> None:
        """Answer with an error whose words are our own."""
        error = ResponseError(code=int(refusal.code), message=refusal.message, data=data)
        self._send_data({"jsonrpc": self.VERSION, "id": identity, "error": error})

    async def ask(self, method: str, params: object, *, seconds: float = 10.0) -> Any:
        """Ask the editor something. The answer as plain JSON.

        Raises:
            Refusal: The editor said no.
            TimeoutError: It said nothing for `seconds`.
        """
        async with asyncio.timeout(seconds):
            return await self.send_request_async(method, params)


class Server(JsonRPCServer):
    """pygls' server with our conversation, and handlers that state how they are read."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__(Protocol, converters.get_converter, max_workers=1)

    def answer_with(self, method: str, kind: type, handler: Handler) -> None:
        """Register `handler(params: kind)` for a request or a notification.

        A handler that needs to wait returns an awaitable; what it does before runs at once.
        """
        self.protocol.table[method] = kind
        self.feature(method)(handler)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Note the type of what pygls could not handle; never show it."""
        _log.error("the language server library failed (%s)", type(error).__name__)
