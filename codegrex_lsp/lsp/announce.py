"""What we tell the editor unasked: status, progress of a model that loads, settings' problems.

Fixed sentences and settings' names only.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from codegrex_lsp.lsp.rpc import Refusal
from codegrex_lsp.lsp.session import Session

if TYPE_CHECKING:
    from codegrex_lsp.settings.model import Problem
    from codegrex_lsp.settings.pins import Standing

_log = logging.getLogger(__name__)

_QUIET_SECONDS: Final = 0.1
"""Changes that come this close together are told once."""

_WARNING: Final = 2
"""`MessageType.Warning`, LSP 3.17."""


class Announcer:
    """Tells the editor when the status changed, and not when it did not."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._timer: asyncio.TimerHandle | None = None
        self._told: dict[str, Any] | None = None
        self._told_problems: set[Problem] = set()
        self._policy: Standing | None = None

    def soon(self) -> None:
        """Something may have changed; look after a moment."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_QUIET_SECONDS, self._look)

    def look_if_mode_changed(self) -> None:
        """Notice a mode or a policy that was changed outside the editor, without any document."""
        if self._told is None:
            return
        resolved = self._session.house.resolved(self._folder())
        mode_changed = resolved.settings.privacy.mode.value != self._told["mode"]
        if mode_changed or resolved.policy is not self._policy:
            self._policy = resolved.policy
            self.soon()
        self._session.house.look_again()

    def _look(self) -> None:
        self._timer = None
        try:
            status = self._session.status().as_json()
        except Exception as error:
            _log.error("the status could not be read (%s)", type(error).__name__)
            return
        self._tell_problems()
        steady = _without_countdown(status)
        if steady == self._told:
            return
        self._told = steady
        self._session.line.tell("codegrex/didChangeStatus", status)
        if self._session.client.knows_copilot_status:
            self._session.line.tell("didChangeStatus", _as_copilot(status))

    def _tell_problems(self) -> None:
        """Each value that was dropped from the settings is named once."""
        for problem in self._session.house.resolved(self._folder()).problems:
            if problem not in self._told_problems:
                self._told_problems.add(problem)
                where = ": ".join(part for part in (problem.source, problem.key) if part)
                sentence = f"CodeGrex settings: {where}: {problem.reason}"
                message = {"type": _WARNING, "message": sentence}
                self._session.line.tell("window/logMessage", message)

    def _folder(self) -> Any:
        current = self._session.current()
        return current.folder if current is not None else self._session.folder_of(None)


def _without_countdown(status: dict[str, Any]) -> dict[str, Any]:
    """The status less what changes by itself with each second: no news to anybody."""
    routes = [
        {name: value for name, value in route.items() if name != "retryInSeconds"}
        for route in status.get("routes", ())
    ]
    return {**status, "routes": routes}


def _as_copilot(status: dict[str, Any]) -> dict[str, Any]:
    """The same in the shape of Copilot's language server, whose kinds are capitalised."""
    return {
        "kind": str(status["kind"]).capitalize(),
        "busy": status["busy"],
        "message": status["message"],
    }


class Progress:
    """`window/workDoneProgress` for a model that loads, callable from any thread.

    A sentence begins or updates it; an empty sentence ends it.
    """

    def __init__(self) -> None:
        self._session: Session | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wanted = ""
        self._task: asyncio.Task[bool] | None = None
        self._news = asyncio.Event()
        self._count = 0

    def attach(self, session: Session) -> None:
        """Begin to show; before this, sentences are only remembered. Called on the event loop."""
        self._session = session
        self._loop = asyncio.get_running_loop()
        self._take(self._wanted)

    def __call__(self, sentence: str) -> None:
        """Say how far the work is; empty when it is done."""
        if self._loop is None:
            self._wanted = sentence
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._take, sentence)

    def _take(self, sentence: str) -> None:
        self._wanted = sentence
        session = self._session
        if session is None:
            return
        self._news.set()
        session.on_status()
        if sentence and session.client.shows_progress and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._show(session))
            self._task.add_done_callback(self._shown)

    def _shown(self, task: asyncio.Task[bool]) -> None:
        self._task = None
        if task.cancelled():
            return
        if task.exception() is not None:
            _log.error("progress could not be shown")
        elif task.result():
            self._take(self._wanted)  # more may have been said while the last one ended

    async def _show(self, session: Session) -> bool:
        """Show one piece of work from begin to end. False where the editor does not want it."""
        self._count += 1
        token = f"codegrex-progress-{self._count}"
        try:
            await session.line.ask("window/workDoneProgress/create", {"token": token})
        except (Refusal, TimeoutError):
            return False
        said = ""
        kind = "begin"
        while self._wanted:
            self._news.clear()
            if self._wanted != said:
                said = self._wanted
                value = {"kind": kind, "message": said}
                if kind == "begin":
                    value["title"] = "CodeGrex"
                session.line.tell("$/progress", {"token": token, "value": value})
                kind = "report"
            await self._news.wait()
        if kind == "report":
            session.line.tell("$/progress", {"token": token, "value": {"kind": "end"}})
        return True
