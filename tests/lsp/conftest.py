"""An editor in memory for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from codegrex_lsp.portable import Folders
from tests.support.memory_editor import MemoryEditor


@pytest_asyncio.fixture
async def editor(tmp_path: Path) -> AsyncIterator[MemoryEditor]:
    """A server with a scripted house; not initialized yet."""
    base = tmp_path / "home"
    editor = MemoryEditor(Folders(*(base / name for name in ("c", "s", "k", "d", "m"))))
    yield editor
    await editor.leave()
