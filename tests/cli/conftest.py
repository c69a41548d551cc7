"""A scripted house for the verbs, and the command as a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codegrex_lsp.engine import house as house_module
from codegrex_lsp.engine.requests import (
    ChatOutcome,
    ChatRequest,
    CompletionOutcome,
    CompletionRequest,
    Preview,
    Status,
    Timings,
)
from codegrex_lsp.errors import RefusedError
from codegrex_lsp.settings.model import Problem, Resolved, Settings, Vote
from codegrex_lsp.settings.pins import NO_POLICY, Standing
from codegrex_lsp.values.mode import Destination, Mode, Task
from codegrex_lsp.values.reply import Decision, Redaction, Suggestion, WithheldPiece
from codegrex_lsp.values.route import ModelFacts, ProviderConfig, Route
from codegrex_lsp.values.sealed import Sealed

LOCAL = Route(
    ProviderConfig("ollama", "ollama", "http://127.0.0.1:11434"),
    "tiny:1b",
    Destination.LOCAL,
    ModelFacts(verified=True),
)
MASKED = Redaction("a.py", "secret", "aws-access-key", "cg_secret_0123abcd", 2)
SHOWN = Decision("shown", "suggestion shown")
KEPT = WithheldPiece("data.csv", "ignored-by-file", ".codegrexignore:1: *.csv")


class _Keychain:
    async def name(self) -> str:
        return "a.Keychain"


@dataclass
class ScriptedHouse:
    """Says what a test tells it to, and remembers what it was asked."""

    mode: Mode = Mode.SENSITIVE
    answer: str = "return 1"
    streamed: tuple[str, ...] = ("retu", "rn 1")
    decision: Decision = SHOWN
    route: Route | None = LOCAL
    ignored: frozenset[str] = frozenset()
    pinned: bool = False
    found: tuple[tuple[str, tuple[str, ...], str], ...] = (("ollama", ("tiny:1b",), ""),)
    checks: tuple[Any, ...] = ()
    problems: tuple[Problem, ...] = ()
    settings: Settings = field(default_factory=Settings)
    requests: list[CompletionRequest] = field(default_factory=list)
    questions: list[ChatRequest] = field(default_factory=list)
    flags: Mapping[str, object] = field(default_factory=dict)
    folder: Path | None = None
    closed: int = 0
    raises: BaseException | None = None
    ledger: Any = None
    folders: Any = None
    standing: Standing = NO_POLICY
    keys: Any = field(default_factory=lambda: SimpleNamespace(keychain=_Keychain()))
    states: tuple[Any, ...] = ()

    def resolved(self, folder: Path | None) -> Resolved:
        self.folder = folder
        if self.raises is not None:
            raise self.raises
        privacy = replace(self.settings.privacy, mode=self.mode)
        settings = replace(self.settings, privacy=privacy)
        return Resolved(settings, {}, (Vote("flag", self.mode),), "flag", self.problems)

    async def complete(
        self, request: CompletionRequest, *, on_text: Callable[[str], None] | None = None
    ) -> CompletionOutcome:
        self.requests.append(request)
        for text in self.streamed if on_text is not None else ():
            on_text(text)
        at = request.cursor
        made = Suggestion(Sealed(self.answer), at, at) if self.answer else None
        timings = Timings(1.0, 2.0, 3.0, 4.0)
        return CompletionOutcome(made, self.decision, self.route, (MASKED,), (KEPT,), timings)

    async def preview(self, request: CompletionRequest, task: Task) -> Preview:
        self.requests.append(request)
        refused = None if self.decision.code == "shown" else self.decision
        before, after = f"KEY = '{MASKED.placeholder}'\n\x1b[31m", "# end"
        pieces = (("a.py", "document", before), ("a.py", "document", after))
        return Preview(
            self.mode,
            task,
            self.route,
            Destination.LOCAL,
            "",
            refused,
            (KEPT,),
            () if refused else pieces,
            () if refused else (MASKED,),
            "" if refused else '{"prompt": "é"}',
        )

    async def chat(
        self, request: ChatRequest, *, on_text: Callable[[str], None] | None = None
    ) -> ChatOutcome:
        self.questions.append(request)
        for text in self.streamed if on_text is not None else ():
            on_text(text)
        timings = Timings(1.0, 2.0, 3.0, 4.0)
        message = Sealed("".join(self.streamed))
        return ChatOutcome(
            "c0", message, self.decision, self.route, (MASKED,), (KEPT,), timings, dropped=1
        )

    async def preview_chat(self, request: ChatRequest) -> Preview:
        self.questions.append(request)
        pieces = (("a.py", "document", "x = 1"), ("chat", "chat", "Why?"))
        body = '{"messages": []}'
        return Preview(
            self.mode, Task.CHAT, self.route, None, "", None, (KEPT,), pieces, (MASKED,), body
        )

    def status(self, folder: Path | None, snapshot: object = None) -> Status:
        return Status(self.mode, "flag", "normal", "local models only")

    def policy(self) -> Standing:
        return self.standing

    def policy_files(self) -> tuple[Path, ...]:
        return ()

    def explain_ignore(self, path: Path, folder: Path | None) -> Any:
        if path.name not in self.ignored:
            return SimpleNamespace(
                ignored=False, source=None, line=None, pattern=None, code="", rule=""
            )
        rule = f".codegrexignore:2: {path.name}"
        return SimpleNamespace(
            ignored=True,
            source=".codegrexignore",
            line=2,
            pattern=path.name,
            code="ignored-by-file",
            rule=rule,
        )

    def ignore_rules(self, folder: Path | None) -> Any:
        return SimpleNamespace(files=lambda: (Path("/x/.codegrexignore"),), problems=lambda: ())

    def choose_mode(self, mode: Mode, folder: Path | None) -> Resolved:
        if self.pinned:
            raise RefusedError("normal is not possible here: machine file asks for sensitive")
        self.mode = mode
        return self.resolved(folder)

    async def check_providers(self, folder: Path | None) -> tuple[Any, ...]:
        return self.checks

    async def models(self, folder: Path | None) -> tuple[tuple[str, tuple[str, ...], str], ...]:
        return self.found

    async def key_states(self) -> tuple[Any, ...]:
        return self.states

    async def warm_up(self) -> None:
        pass

    async def close(self) -> None:
        self.closed += 1


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ScriptedHouse:
    """The house that every verb of this test stands on; the current folder is an empty one."""
    scripted = ScriptedHouse()

    def build(folders: object, wishes: Any, **_: object) -> ScriptedHouse:
        scripted.flags = wishes.flags
        scripted.folders = folders
        return scripted

    monkeypatch.setattr(house_module, "House", build)
    monkeypatch.setenv("CODEGREX_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return scripted


@dataclass(frozen=True)
class Command:
    """Runs `codegrex-lsp` as a process of its own, with a home of its own."""

    home: Path
    cwd: Path

    def __call__(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "codegrex_lsp", *arguments],
            cwd=self.cwd,
            env=self.environment(**environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        package = str(Path(house_module.__file__).parent.parent.parent)
        return {**kept, "CODEGREX_HOME": str(self.home), "PYTHONPATH": package, **more}


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The real command in an empty folder."""
    cwd = tmp_path / "work"
    cwd.mkdir(exist_ok=True)
    return Command(tmp_path / "home", cwd)
