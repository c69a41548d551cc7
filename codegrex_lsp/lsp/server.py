"""The composition root of the language server: everything is built here, once, in order.

`serve` is the process; `build` is the same without pipes, for tests.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

from lsprotocol import types

from codegrex_lsp import portable
from codegrex_lsp.lsp import protocol, stdio
from codegrex_lsp.lsp.announce import Announcer, Progress
from codegrex_lsp.lsp.client import Line
from codegrex_lsp.lsp.features import (
    chat,
    code_action,
    commands,
    completion,
    configuration,
    diagnostics,
    explain_ignore,
    hover,
    inline_completion,
    keys,
    lifecycle,
    notebooks,
    preview,
    set_mode,
    statistics,
    status,
    synchronize,
    workspace,
)
from codegrex_lsp.lsp.ground import Ground, HouseFactory
from codegrex_lsp.lsp.marks import Marker
from codegrex_lsp.lsp.rpc import Server, State
from codegrex_lsp.lsp.session import Session

_log = logging.getLogger(__name__)

_CLOSING_SECONDS: Final = 5.0
"""How long the house may take to end its children and connections."""

FEATURES: Final[dict[str, tuple[type, Callable[[Session, Any], Any]]]] = {
    types.TEXT_DOCUMENT_DID_OPEN: (protocol.Opened, synchronize.did_open),
    types.TEXT_DOCUMENT_DID_CHANGE: (protocol.Changed, synchronize.did_change),
    types.TEXT_DOCUMENT_DID_SAVE: (protocol.AboutDocument, synchronize.did_save),
    types.TEXT_DOCUMENT_DID_CLOSE: (protocol.AboutDocument, synchronize.did_close),
    "textDocument/didFocus": (protocol.Focused, synchronize.did_focus),
    types.NOTEBOOK_DOCUMENT_DID_OPEN: (protocol.NotebookOpened, notebooks.did_open),
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: (protocol.NotebookChanged, notebooks.did_change),
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: (protocol.NotebookClosed, notebooks.did_close),
    types.TEXT_DOCUMENT_INLINE_COMPLETION: (protocol.InlineWanted, inline_completion.answer),
    types.TEXT_DOCUMENT_COMPLETION: (protocol.ClassicWanted, completion.answer),
    types.TEXT_DOCUMENT_DIAGNOSTIC: (protocol.DiagnosticsWanted, diagnostics.answer),
    types.TEXT_DOCUMENT_HOVER: (protocol.HoverWanted, hover.answer),
    types.TEXT_DOCUMENT_CODE_ACTION: (protocol.ActionsWanted, code_action.answer),
    "textDocument/didShowCompletion": (protocol.Nothing, statistics.did_show),
    "textDocument/didPartiallyAcceptCompletion": (
        protocol.Nothing,
        statistics.did_partially_accept,
    ),
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: (
        protocol.ConfigurationChanged,
        configuration.did_change,
    ),
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: (
        protocol.FoldersChanged,
        workspace.did_change_folders,
    ),
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: (protocol.Nothing, workspace.did_change_files),
    types.WORKSPACE_EXECUTE_COMMAND: (protocol.CommandWanted, commands.execute),
    types.WORKSPACE_TEXT_DOCUMENT_CONTENT: (protocol.ContentWanted, preview.content),
    "codegrex/chat": (protocol.ChatWanted, chat.answer),
    "codegrex/status": (protocol.StatusWanted, status.answer),
    "codegrex/setMode": (protocol.ModeWanted, set_mode.answer),
    "codegrex/explainIgnore": (protocol.IgnoreWanted, explain_ignore.answer),
    "codegrex/keys": (protocol.Nothing, keys.answer),
    "codegrex/preview": (protocol.PreviewWanted, preview.answer),
}
"""Every message we know, how it is read and who answers it; the lifecycle is added by `build`."""


@dataclass
class Built:
    """A server without pipes: give `receive` a message, and it writes to the output it was given.

    Attributes:
        server: The conversation.
        session: What it is about.
        tasks: Work that runs until the end.
    """

    server: Server
    session: Session
    announcer: Announcer
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start work that nobody waits for; a failure is noted by its type."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("background work failed (%s)", type(error).__name__)

    async def close(self) -> None:
        """End the work, the children and the connections."""
        for task in list(self.tasks):
            task.cancel()
        self.server.protocol.cancel_all()
        try:
            async with asyncio.timeout(_CLOSING_SECONDS):
                await self.session.close()
        except Exception as error:
            _log.error("closing failed (%s)", type(error).__name__)


class Writer(Protocol):
    """Where messages go."""

    def write(self, data: bytes) -> None:
        """Write one message."""

    def close(self) -> None:
        """Be told that nothing more comes."""


def build(
    writer: Writer,
    on_exit: Callable[[int], None],
    *,
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    folders: portable.Folders | None = None,
    house_factory: HouseFactory | None = None,
) -> Built:
    """Everything, wired. Runs on the event loop that will serve.

    Args:
        writer: Where messages go.
        on_exit: Called with the exit code when the editor is done or gone.
        flags: Settings of the command line, by dotted key.
        environ: The environment; that of the process where None.
        folders: Where things are kept; as the environment says where None.
        house_factory: What stands below the editor; the real house where None.
    """
    surroundings = dict(os.environ) if environ is None else dict(environ)
    progress = Progress()
    ground = Ground(flags or {}, surroundings, folders, progress, house_factory)
    server = Server()
    conversation = server.protocol
    conversation.set_writer(writer)
    session = Session(ground, Line(conversation.notify, conversation.ask))
    announcer = Announcer(session)
    built = Built(server, session, announcer)
    for method, (kind, handler) in FEATURES.items():
        server.answer_with(method, kind, partial(handler, session))
    _add_lifecycle(built, progress, on_exit)
    conversation.on_unreadable = partial(_forget_what_drifted, session)
    return built


def _add_lifecycle(built: Built, progress: Progress, on_exit: Callable[[int], None]) -> None:
    """`initialize` to `exit`: LSP 3.17, "Lifecycle Messages"."""
    session, conversation = built.session, built.server.protocol
    marker = Marker(session, built.begin)

    def tick() -> None:
        built.announcer.look_if_mode_changed()
        marker.look_if_privacy_changed()

    def initialize(params: protocol.Initialize) -> Any:
        answer = lifecycle.initialize(session, params)
        conversation.state = State.RUNNING
        gone = partial(on_exit, 1)
        built.begin(stdio.watch_parent(params.process_id, gone, tick))
        return answer

    def initialized(params: protocol.Nothing) -> None:
        _sweep()
        progress.attach(session)
        session.on_status = built.announcer.soon
        session.on_document, session.on_rules = marker.soon, marker.all
        session.on_status()
        keys.listen(session)
        if session.client.pulls_settings:
            built.begin(configuration.pull(session))
        if session.client.watches_files:
            built.begin(workspace.watch_files(session))
        built.begin(completion.register_where_wanted(session))
        built.begin(session.house.warm_up())
        session.house.telemetry.editor = session.client.editor
        session.house.open_folders = lambda: session.folders
        built.begin(session.house.telemetry.run())
        built.begin(session.house.account.run())

    def shutdown(params: protocol.Nothing) -> None:
        conversation.state = State.SHUT_DOWN
        conversation.cancel_all()

    def leave(params: protocol.Nothing) -> None:
        on_exit(0 if conversation.state is State.SHUT_DOWN else 1)

    built.server.answer_with(types.INITIALIZE, protocol.Initialize, initialize)
    built.server.answer_with(types.INITIALIZED, protocol.Nothing, initialized)
    built.server.answer_with(types.SHUTDOWN, protocol.Nothing, shutdown)
    built.server.answer_with(types.EXIT, protocol.Nothing, leave)


def _sweep() -> None:
    """Collect what starting left behind, where it was not looked at, and look at it no more."""
    if gc.isenabled():
        return
    gc.collect()
    gc.freeze()
    gc.enable()


def _forget_what_drifted(session: Session, method: str, params: object) -> None:
    """A change that can not be read leaves a document we no longer know: it counts as not open."""
    named = params.get("textDocument") if isinstance(params, dict) else None
    uri = named.get("uri") if isinstance(named, dict) else None
    if method == types.TEXT_DOCUMENT_DID_CHANGE and isinstance(uri, str):
        synchronize.close(session, uri)


def serve(
    flags: Mapping[str, object] | None = None, *, house_factory: HouseFactory | None = None
) -> int:
    """Serve one editor on standard input and output until it leaves.

    Args:
        flags: Settings of the command line, by dotted key.
        house_factory: What stands below the editor; the real house where None.

    Returns:
        The exit code: 0 after `shutdown`, 1 where the editor went without it.
    """
    return asyncio.run(_serve(flags or {}, house_factory))


async def _serve(flags: Mapping[str, object], house_factory: HouseFactory | None) -> int:
    leaving: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def leave(code: int) -> None:
        if not leaving.done():
            leaving.set_result(code)

    output = stdio.Output(partial(leave, 1))
    built = build(output, leave, flags=flags, house_factory=house_factory)
    conversation = built.server.protocol

    def at_end() -> None:
        leave(0 if conversation.state is State.SHUT_DOWN else 1)

    stdio.read_in_background(conversation.receive, at_end)
    code = await leaving
    stdio.leave_within(2 * _CLOSING_SECONDS, code)
    await built.close()
    return code
