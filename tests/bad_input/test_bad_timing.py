"""A mode that is tightened at the worst moment, from the worst place, still holds."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.errors import RefusedError
from codegrex_lsp.portable import folders
from codegrex_lsp.state.choices import Choices
from codegrex_lsp.values.mode import Mode
from tests.bad_input.conftest import END, MODEL, TEXT, Place, decision, settings
from tests.fakes.http import FakeServer, Reply, Request, Stall
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.talk import Talk, talk

FAR = FakeModel(insert=True, words=("w",), remote_host="https://models.example")


@contextlib.asynccontextmanager
async def far_model() -> AsyncIterator[FakeOllama]:
    """An Ollama on this machine whose model runs elsewhere: cloud, whatever its address."""
    async with FakeOllama({MODEL: FAR}) as daemon:
        yield daemon


async def test_it_does_go_there_in_normal_mode(place: Place) -> None:
    """Else the other tests here would prove nothing."""
    path = place.work / "a.py"
    async with far_model() as daemon, talk(place.environ()) as editor:
        await editor.start(place.work, settings(daemon.base_url, **{"privacy.mode": "normal"}))
        await editor.open(path, TEXT)
        await editor.ghost(path, *END)
        assert len(daemon.prompts) == 1


async def test_settings_that_are_still_on_their_way_are_waited_for(place: Place) -> None:
    """The person's file says normal, the editor's own settings say offline and come late."""
    path = place.work / "a.py"
    place.config('[privacy]\nmode = "normal"\n')
    async with far_model() as daemon, talk(place.environ()) as editor:
        late = LateSettings(editor, {"privacy": {"mode": "offline"}})
        await late.introduce(place.work, settings(daemon.base_url))
        await editor.open(path, TEXT)
        asking = asyncio.create_task(editor.ghost(path, *END))
        await asyncio.sleep(1.5)
        assert daemon.prompts == []
        await late.give()
        assert await asking is None
        assert (await decision(editor))["code"] == "refused-by-mode"
        assert daemon.prompts == []


class LateSettings:
    """An editor that is asked for its settings and takes its time."""

    def __init__(self, editor: Talk, answer: dict[str, Any]) -> None:
        self.editor = editor
        self.answer = answer
        self._write = editor._write
        self._asked: list[Any] = []
        editor._write = self._filtered  # type: ignore[method-assign]

    async def introduce(self, folder: Path, wanted: dict[str, object]) -> None:
        await self.editor.request(
            "initialize",
            {
                "processId": None,
                "capabilities": {
                    "workspace": {"configuration": True},
                    "textDocument": {"inlineCompletion": {}},
                },
                "workspaceFolders": [{"uri": folder.as_uri(), "name": "w"}],
                "initializationOptions": {"settings": wanted},
            },
        )
        await self.editor.notify("initialized", {})

    async def give(self) -> None:
        while not self._asked:
            await asyncio.sleep(0.02)
        for identity in self._asked:
            await self._write({"id": identity, "result": [self.answer]})

    async def _filtered(self, message: dict[str, Any]) -> None:
        if "method" not in message and message.get("result", 0) is None:
            last = [name for name, _ in self.editor.told][-1]
            if last == "workspace/configuration":
                self._asked.append(message["id"])
                return
        await self._write(message)


async def test_the_limit_of_a_repository_holds_under_each_of_its_names(
    place: Place, tmp_path: Path
) -> None:
    """The folder is opened through a link, the document by its real name, and the other way."""
    (place.work / ".codegrex.toml").write_text('[privacy]\nmode = "offline"\n')
    link = tmp_path / "link"
    link.symlink_to(place.work)
    for folder, file in ((link, place.work / "a.py"), (place.work, link / "a.py")):
        async with far_model() as daemon, talk(place.environ()) as editor:
            wanted = settings(daemon.base_url, **{"privacy.mode": "normal"})
            await editor.start(folder, wanted)
            await editor.open(file, TEXT)
            assert await editor.ghost(file, *END) is None
            assert (await decision(editor))["code"] == "refused-by-mode"
            assert daemon.prompts == []


def test_a_choice_that_is_refused_is_never_stored(place: Place) -> None:
    """Not even for a moment: another server, without this flag, would obey it."""
    home = folders({"CODEGREX_HOME": str(place.home)})
    seen: list[Mode | None] = []

    class Watched(Choices):
        def set(self, mode: Mode | None, folder: Path | None) -> None:
            seen.append(mode)
            super().set(mode, folder)

    house = House(home, Wishes(flags={"privacy.mode": "offline"}))
    house._choices = Watched(home.state)
    with pytest.raises(RefusedError):
        house.choose_mode(Mode.NORMAL, place.work)
    assert seen == []
    assert not (home.state / "choices.json").exists()


async def test_a_mode_tightened_by_another_program_ends_a_request_that_waits(place: Place) -> None:
    """The editor hears nothing of `codegrex-lsp mode set`; the server looks by itself."""
    far = FakeOllama({MODEL: FAR})

    def script(request: Request) -> Reply:
        return Reply([Stall]) if request.target == "/api/generate" else far._answer(request)

    path = place.work / "a.py"
    place.config('[privacy]\nmode = "normal"\n')
    async with FakeServer(script) as server, talk(place.environ()) as editor:
        patient = {"connect": 2, "firstToken": 100, "idle": 100, "total": 100}
        wanted = settings(server.base_url, **{"network.timeouts": patient})
        await editor.start(place.work, wanted)
        await editor.open(path, TEXT)
        asking = asyncio.create_task(editor.ghost(path, *END))
        while not any(one.target == "/api/generate" for one in server.requests):
            await asyncio.sleep(0.02)
        assert place.command("mode", "set", "offline").returncode == 0
        async with asyncio.timeout(20):
            assert await asking is None
            await server.hung_up.wait()
        assert (await decision(editor))["code"] == "mode"
