"""A house that does what a test tells it, and writes down what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codegrex_lsp.engine.findings import Finding
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.engine.requests import (
    ChatOutcome,
    ChatRequest,
    CompletionOutcome,
    CompletionRequest,
    Preview,
    RouteHealth,
    Status,
)
from codegrex_lsp.engine.telemetry import Telemetry
from codegrex_lsp.errors import RefusedError
from codegrex_lsp.portable import Folders
from codegrex_lsp.providers import translator
from codegrex_lsp.settings.model import Completion, Privacy, Problem, Resolved, Settings
from codegrex_lsp.settings.pins import NO_POLICY, Standing
from codegrex_lsp.state.telemetry import TelemetryQueue
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.mode import Mode, Task
from codegrex_lsp.values.reply import Decision, Suggestion
from codegrex_lsp.values.sealed import Sealed


@dataclass
class Verdict:
    """What an ignore rule says, in the shape of the real one."""

    ignored: bool
    source: str | None
    line: int | None
    pattern: str | None
    code: str = ""


def insert(text: str) -> Callable[[CompletionRequest], CompletionOutcome]:
    """A script: put `text` in at the cursor."""

    def script(request: CompletionRequest) -> CompletionOutcome:
        suggestion = Suggestion(Sealed(text), request.cursor, request.cursor)
        return CompletionOutcome(suggestion, Decision("shown", "A suggestion was made."))

    return script


def silent() -> Telemetry:
    """Telemetry as it is by default: off."""
    door: Any = None
    return Telemetry(Settings, TelemetryQueue(Path("/nowhere")), door, translator)


class SignedOut:
    """The account of nobody."""

    async def run(self) -> None:
        """Nothing to ask."""


@dataclass
class ScriptedHouse(House):
    """Every request is written down; `script` makes the answers once `gate` is open."""

    folders: Folders
    wishes: Wishes
    progress: Callable[[str], None]
    asked: list[CompletionRequest] = field(default_factory=list)
    questions: list[ChatRequest] = field(default_factory=list)
    said: tuple[str, ...] = ("It ", "adds.")
    telemetry: Telemetry = field(default_factory=silent)
    account: Any = field(default_factory=SignedOut)
    cancelled: int = 0
    forgotten: list[str] = field(default_factory=list)
    opened_uris: list[str] = field(default_factory=list)
    chosen: list[tuple[Mode, Path | None]] = field(default_factory=list)
    explained: list[tuple[Path, Path | None]] = field(default_factory=list)
    previewed: list[tuple[CompletionRequest, Task]] = field(default_factory=list)
    statuses: list[tuple[Path | None, Snapshot | None]] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()
    routes: tuple[RouteHealth, ...] = ()
    standing: Standing = NO_POLICY
    mode: Mode = Mode.SENSITIVE
    pinned: Mode | None = None
    classic: str = "auto"
    closed: bool = False
    warm: bool = False
    looks: int = 0
    script: Callable[[CompletionRequest], CompletionOutcome] = field(
        default_factory=lambda: insert("suggested")
    )
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    decision: Decision | None = None
    verdict: Verdict = field(default_factory=lambda: Verdict(False, None, None, None))

    def __post_init__(self) -> None:
        self.gate.set()

    def wish(self, wishes: Wishes) -> None:
        self.wishes = wishes

    def resolved(self, folder: Path | None) -> Resolved:
        completion: Any = Completion(classic=self.classic)  # type: ignore[arg-type]
        settings = Settings(privacy=Privacy(mode=self.mode), completion=completion)
        return Resolved(settings, {}, (), "default", self.problems, self.standing)

    async def complete(
        self, request: CompletionRequest, *, on_text: Callable[[str], None] | None = None
    ) -> CompletionOutcome:
        self.asked.append(request)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        outcome = self.script(request)
        self.decision = outcome.decision
        return outcome

    async def preview(self, request: CompletionRequest, task: Task) -> Preview:
        self.previewed.append((request, task))
        return Preview(self.mode, task, None, None, "", None, (), (), (), '{"prompt": "x"}')

    async def chat(
        self, request: ChatRequest, *, on_text: Callable[[str], None] | None = None
    ) -> ChatOutcome:
        self.questions.append(request)
        try:
            for text in self.said if on_text is not None else ():
                on_text(text)
                await self.gate.wait()
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        identity = request.conversation or "c0"
        message = Sealed("".join(self.said))
        withheld = request.withheld
        return ChatOutcome(identity, message, Decision("answered", "answered"), withheld=withheld)

    async def preview_chat(self, request: ChatRequest) -> Preview:
        self.questions.append(request)
        return Preview(self.mode, Task.CHAT, None, None, "", None, (), (), (), '{"messages": []}')

    def status(self, folder: Path | None, snapshot: Snapshot | None = None) -> Status:
        self.statuses.append((folder, snapshot))
        return Status(
            self.mode,
            "default",
            "normal",
            "Ready.",
            last_decision=self.decision,
            routes=self.routes,
            policy=self.standing,
        )

    def explain_ignore(self, path: Path, folder: Path | None) -> Any:
        self.explained.append((path, folder))
        return self.verdict

    def choose_mode(self, mode: Mode, folder: Path | None) -> Resolved:
        if self.pinned is not None and mode.strictness < self.pinned.strictness:
            raise RefusedError("The organisation's policy asks for more.", code="policy")
        self.chosen.append((mode, folder))
        self.mode = mode
        return self.resolved(folder)

    async def findings(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        return ()

    def opened(self, snapshot: Snapshot) -> None:
        self.opened_uris.append(snapshot.uri)

    def forget(self, uri: str) -> None:
        self.forgotten.append(uri)

    def look_again(self) -> None:
        self.looks += 1

    async def warm_up(self) -> None:
        self.warm = True

    async def close(self) -> None:
        self.closed = True
