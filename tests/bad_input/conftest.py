"""A real server process or command, a home of its own, and text that must show up nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.http import FakeServer
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.talk import Talk, talk

ROOT = Path(__file__).resolve().parents[2]
MODEL = "qwen2.5-coder:1.5b"
CANARY = "canary" + "80417"
TEXT = f"{CANARY} = 1\n\n\ndef area(w, h):\n    return "
END = (4, 11)
"""Line and column at the end of TEXT."""


@dataclass(frozen=True)
class Place:
    """A home, a workspace, and what came out on standard error.

    Attributes:
        home: CODEGREX_HOME.
        work: The workspace folder.
        errors: Where the server's standard error goes.
    """

    home: Path
    work: Path
    errors: Path

    def environ(self, **more: str) -> dict[str, str]:
        """The environment of a process that lives here."""
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        kept |= {"CODEGREX_HOME": str(self.home), "PYTHONPATH": str(ROOT), "HOME": str(self.work)}
        return {**kept, **more}

    def config(self, text: str | bytes) -> Path:
        """Write the person's settings."""
        file = self.home / "config" / "config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def leaks(self) -> list[str]:
        """Files of the home, and standard error, in which the canary shows."""
        homes = [path for path in self.home.rglob("*") if path.is_file()]
        files = [*homes, *([self.errors] if self.errors.exists() else [])]
        return [str(path) for path in files if CANARY.encode() in path.read_bytes()]

    def said(self) -> str:
        """What the server wrote on standard error."""
        return self.errors.read_text() if self.errors.exists() else ""

    def command(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a verb in the workspace."""
        return subprocess.run(
            [sys.executable, "-m", "codegrex_lsp", *arguments],
            cwd=self.work,
            env=self.environ(**environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A home and a workspace; what must not leak is looked for when the test is over."""
    made = Place(tmp_path / "home", tmp_path / "work", tmp_path / "stderr")
    made.work.mkdir()
    (made.work / ".git").mkdir()
    return made


def settings(base_url: str, **more: object) -> dict[str, object]:
    """An editor's settings with one Ollama at `base_url`, and limits that end a test soon."""
    return {
        "completion.routes": ["ollama"],
        "completion.preload": False,
        "providers.ollama.baseUrl": base_url,
        "providers.ollama.model": MODEL,
        "network.timeouts": {"connect": 2, "firstToken": 2, "idle": 1, "total": 6},
        **more,
    }


Serve = Callable[..., AbstractAsyncContextManager[Talk]]


@pytest.fixture
def serve(place: Place) -> Serve:
    """Start the real server: `serve(settings)`. It must end well, quietly, and without leaks."""

    @asynccontextmanager
    async def started(
        wanted: Mapping[str, object], *, environ: Mapping[str, str] | None = None
    ) -> AsyncIterator[Talk]:
        surroundings = place.environ(**(environ or {}))
        async with talk(surroundings, stderr=place.errors) as editor:
            await editor.start(place.work, wanted)
            yield editor
            assert await editor.end() == 0
        assert "Traceback" not in place.said()
        assert place.leaks() == []

    return started


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    """An Ollama that answers `a + b`."""
    model = FakeModel(insert=True, words=("w ", "* ", "h"))
    async with FakeOllama({MODEL: model}) as daemon:
        yield daemon


@asynccontextmanager
async def answering(generate: Any) -> AsyncIterator[FakeServer]:
    """An Ollama whose answer to `/api/generate` is scripted."""
    good = FakeOllama({MODEL: FakeModel(insert=True)})

    def script(request: Any) -> Any:
        return generate if request.target == "/api/generate" else good._answer(request)

    async with FakeServer(script) as server:
        yield server


async def decision(editor: Talk) -> dict[str, str]:
    """How the last request ended, as the status tells it."""
    status = await editor.request("codegrex/status", {})
    found: dict[str, str] = status.get("lastDecision") or {}
    return found
