"""A real House whose only model is the fake Ollama, and wishes for completions in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from codegrex_lsp import portable
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.engine.requests import CompletionRequest, Trigger
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.sealed import Sealed
from tests.fakes.ollama import FakeOllama

MODEL = "qwen2.5-coder:1.5b-base"


@asynccontextmanager
async def house(
    home: Path,
    ollama: FakeOllama,
    progress: Callable[[str], None] = lambda sentence: None,
    machine: Path | None = None,
    **flags: object,
) -> AsyncIterator[House]:
    """A House below `home`; further keyword arguments are settings with `__` for the dot.

    `machine` stands for the administrator's folder, which no variable moves.
    """
    settings: dict[str, object] = {
        "completion.routes": ["ollama"],
        "completion.debounceMs": 0,
        "providers.ollama.baseUrl": ollama.base_url,
        "providers.ollama.model": MODEL,
        **{name.replace("__", "."): value for name, value in flags.items()},
    }
    folders = portable.folders({"CODEGREX_HOME": str(home)})
    if machine is not None:
        folders = replace(folders, machine=machine)
    built = House(folders, Wishes(flags=settings), progress=progress)
    try:
        yield built
    finally:
        await built.close()


def snapshot(path: Path, text: str, folder: Path | None = None) -> Snapshot:
    """A document of `folder`, or of the file's own folder."""
    return Snapshot(path.as_uri(), path, folder or path.parent, Sealed(text), 1, "python")


def wish(path: Path, marked: str, *others: Snapshot, invoked: bool = True) -> CompletionRequest:
    """A wish for ghost text at the `|` of `marked`."""
    cursor = marked.index("|")
    document = snapshot(path, marked.replace("|", "", 1))
    trigger = Trigger.INVOKED if invoked else Trigger.AUTOMATIC
    return CompletionRequest(document, cursor, trigger, tuple(others))
