"""What goes out unasked is as strict as the strictest folder that is open in the window."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from codegrex_lsp.engine.house import House
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.telemetry import Counted
from tests.fakes.http import FakeServer, Reply
from tests.fakes.ollama import FakeOllama
from tests.support.houses import house


@asynccontextmanager
async def counting(home: Path, service: FakeServer, *folders: Path) -> AsyncIterator[House]:
    """A house with `folders` open, in normal mode, with a count that waits to be sent."""
    flags: dict[str, object] = {
        "telemetry__enabled": True,
        "telemetry__sampleRate": 1,
        "providers__codegrex__baseUrl": service.base_url,
    }
    async with FakeOllama({}) as ollama, house(home, ollama, **flags) as built:
        built.choose_mode(Mode.NORMAL, None)
        for folder in folders:
            folder.mkdir()
        built.telemetry.count(Counted.SHOWN)
        built.telemetry.keep()
        built.open_folders = lambda: folders
        yield built


async def test_in_normal_folders_it_is_sent(tmp_path: Path) -> None:
    async with (
        FakeServer(Reply([b""])) as service,
        counting(tmp_path / "home", service, tmp_path / "one") as built,
    ):
        await built.telemetry.send()
        assert len(service.requests) == 1


@pytest.mark.parametrize("mode", [Mode.SENSITIVE, Mode.OFFLINE])
async def test_one_folder_of_a_stricter_mode_holds_it_back(tmp_path: Path, mode: Mode) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    async with (
        FakeServer(Reply([b""])) as service,
        counting(tmp_path / "home", service, one, two) as built,
    ):
        built.choose_mode(mode, two)
        assert mode.value in built.telemetry.trouble()
        await built.telemetry.send()
        assert service.connections == 0


async def test_a_repository_that_switches_it_off_is_heard(tmp_path: Path) -> None:
    async with (
        FakeServer(Reply([b""])) as service,
        counting(tmp_path / "home", service, tmp_path / "one") as built,
    ):
        (tmp_path / "one" / ".codegrex.toml").write_text("[telemetry]\nenabled = false\n")
        await built.telemetry.send()
        assert service.connections == 0
