"""What goes out unasked is as strict as the strictest folder that is open in the window."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp import portable
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.values.mode import Mode
from codegrex_lsp.values.telemetry import Counted
from tests.fakes.http import FakeServer, Reply
from tests.fakes.ollama import FakeOllama
from tests.support.houses import house
from tests.support.policies import Signer, pin


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


class Enough(Exception):
    """One round is over."""


async def enough(seconds: float) -> None:
    raise Enough


@pytest.mark.parametrize("offline", [True, False])
async def test_the_policy_is_not_fetched_while_a_folder_is_offline(
    tmp_path: Path, offline: bool
) -> None:
    pin(tmp_path / "machine", Signer())
    environ = {"CODEGREX_TOKEN": "cgx_" + "t0ken" * 6, "HOME": str(tmp_path)}
    async with FakeServer(Reply([b"{}"])) as service:
        flags = {"providers.codegrex.baseUrl": service.base_url, "privacy.mode": "sensitive"}
        folders = portable.folders({"CODEGREX_HOME": str(tmp_path / "home")})
        folders = replace(folders, machine=tmp_path / "machine")
        built = House(folders, Wishes(flags=flags, environ=environ))
        built.open_folders = lambda: [tmp_path]
        if offline:
            built.choose_mode(Mode.OFFLINE, tmp_path)
        account: Any = built.account
        account._sleep = enough
        with pytest.raises(Enough):
            await account.run()
        await built.close()
    assert bool(service.connections) is not offline
