"""An editor in memory for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest_asyncio

from codegrex_lsp import portable
from codegrex_lsp.engine.house import House
from codegrex_lsp.portable import Folders
from tests.support.memory_editor import MemoryEditor


@pytest_asyncio.fixture
async def editor(tmp_path: Path) -> AsyncIterator[MemoryEditor]:
    """A server with a scripted house; not initialized yet."""
    base = tmp_path / "home"
    editor = MemoryEditor(Folders(*(base / name for name in ("c", "s", "k", "d", "m"))))
    yield editor
    await editor.leave()


@pytest_asyncio.fixture
async def real(tmp_path: Path) -> AsyncIterator[MemoryEditor]:
    """A server with the real house, on a workspace of its own; not initialized yet."""
    (tmp_path / "ws").mkdir()
    home = tmp_path / "home"

    def house(folders: Folders, wishes: Any, **more: Any) -> House:
        return House(folders, replace(wishes, environ={"HOME": str(home)}), **more)

    folders = portable.folders({"CODEGREX_HOME": str(home)})
    editor = MemoryEditor(replace(folders, machine=home / "machine"), house)
    editor.start = partial(  # type: ignore[method-assign]
        editor.start, workspaceFolders=[{"uri": (tmp_path / "ws").as_uri(), "name": "ws"}]
    )
    yield editor
    await editor.leave()
