"""The model is loaded before it is asked: once, without text, here only, and for every task."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegrex_lsp.engine import patience, preload
from codegrex_lsp.engine.house import House, Wishes
from codegrex_lsp.engine.requests import ChatRequest
from codegrex_lsp.values.document import Snapshot
from codegrex_lsp.values.route import ProviderConfig
from codegrex_lsp.values.sealed import Sealed
from tests.fakes.http import Request
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.houses import MODEL, house, snapshot, wish

TEXT = "canary = 1\n"


def document(tmp_path: Path, **more: Any) -> Snapshot:
    made = snapshot(tmp_path / "a.py", TEXT)
    return Snapshot(made.uri, made.path, made.folder, made.text, **more)


def preloads(ollama: FakeOllama) -> list[dict[str, Any]]:
    """Bodies of requests that generate nothing."""
    sent = [one for one in ollama.server.requests if one.target == "/api/generate"]
    return [body for body in (json.loads(one.body) for one in sent) if "prompt" not in body]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def settled(built: House) -> None:
    """Wait until nothing is being loaded."""
    await until(lambda: built._preloader._task is None or built._preloader._task.done())


async def test_the_first_document_has_the_model_loaded_and_later_ones_nothing(
    tmp_path: Path,
) -> None:
    async with FakeOllama({MODEL: FakeModel()}) as ollama, house(tmp_path / "h", ollama) as built:
        built.opened(document(tmp_path))
        built.opened(document(tmp_path))
        await settled(built)
        built.opened(document(tmp_path))
        built.look_again()
        await settled(built)
    assert preloads(ollama) == [{"model": MODEL, "stream": False}]
    assert all(TEXT.encode() not in one.body for one in ollama.server.requests)


@pytest.mark.parametrize("size", [0, 8192])
@pytest.mark.parametrize("fim", ["auto", "off"])
async def test_a_model_is_loaded_once_for_all_tasks(tmp_path: Path, size: int, fim: str) -> None:
    settings = {"chat__routes": ["ollama"], "providers__ollama__fim": fim}
    if size:
        settings["providers__ollama__numCtx"] = size  # type: ignore[assignment]
    async with (
        FakeOllama({MODEL: FakeModel(insert=True)}) as ollama,
        house(tmp_path / "h", ollama, **settings) as built,
    ):
        built.opened(document(tmp_path))
        await settled(built)
        assert ollama.prompts == []
        await built.complete(wish(tmp_path / "a.py", "x = |"))
        await built.chat(ChatRequest(Sealed("Why?"), folder=tmp_path))
        await built.complete(wish(tmp_path / "a.py", "y = |"))
    assert ollama.loads == [(MODEL, size or 4096)]
    assert len(ollama.prompts) == 3


async def test_a_model_that_unloads_at_once_is_not_loaded_ahead(tmp_path: Path) -> None:
    async with (
        FakeOllama({MODEL: FakeModel(insert=True)}) as ollama,
        house(tmp_path / "h", ollama, providers__ollama__keepAlive="0") as built,
    ):
        built.opened(document(tmp_path))
        await settled(built)
        assert ollama.loads == []
        await built.complete(wish(tmp_path / "a.py", "x = |"))
        body = json.loads(ollama.server.requests[-1].body)
    assert body["keep_alive"] == 0


@pytest.mark.parametrize(
    ("keep", "at_once"),
    [("0", True), ("0s", True), ("0m", True), ("", False), ("-1", False), ("10m", False)],
)
def test_only_nothing_unloads_at_once(keep: str, at_once: bool) -> None:
    provider = ProviderConfig("ollama", "ollama", keep_alive=keep)
    assert preload.unloads_at_once(provider) is at_once


async def test_the_time_that_a_model_stays_loaded_goes_along(tmp_path: Path) -> None:
    async with (
        FakeOllama({MODEL: FakeModel()}) as ollama,
        house(tmp_path / "h", ollama, providers__ollama__keepAlive="10m") as built,
    ):
        built.opened(document(tmp_path))
        await settled(built)
    assert [one["keep_alive"] for one in preloads(ollama)] == ["10m"]


@pytest.mark.parametrize(
    "settings",
    [
        {"completion__preload": False},
        {"completion__enabled": False},
        {"privacy__mode": "normal", "completion__routes": ["codegrex", "openai", "ollama"]},
    ],
    ids=["off", "no completion", "the cloud is asked first"],
)
async def test_nothing_is_loaded_where_nothing_would_ask_it(
    tmp_path: Path, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings["providers__openai__model"] = "gpt-4.1-mini"
    async with (
        FakeOllama({MODEL: FakeModel()}) as ollama,
        house(tmp_path / "h", ollama, **settings) as built,
    ):
        monkeypatch.setattr(built.keys, "require", lambda provider: asyncio.sleep(0))
        monkeypatch.setattr(built._book, "_ready", lambda provider: asyncio.sleep(0))
        built.opened(document(tmp_path))
        await settled(built)
    assert preloads(ollama) == []


async def test_a_model_that_runs_elsewhere_is_not_loaded(tmp_path: Path) -> None:
    remote = FakeModel(remote_host="https://ollama.com:443")
    async with (
        FakeOllama({MODEL: remote}) as ollama,
        house(tmp_path / "h", ollama, privacy__mode="normal") as built,
    ):
        built.opened(document(tmp_path))
        await settled(built)
    assert preloads(ollama) == []


async def test_a_document_without_rules_loads_nothing(tmp_path: Path) -> None:
    async with FakeOllama({MODEL: FakeModel()}) as ollama, house(tmp_path / "h", ollama) as built:
        built.opened(document(tmp_path, governed=False))
        await settled(built)
    assert ollama.server.requests == []


async def test_another_route_is_loaded_when_the_settings_change(tmp_path: Path) -> None:
    models = {MODEL: FakeModel(), "other": FakeModel()}
    async with FakeOllama(models) as ollama, house(tmp_path / "h", ollama) as built:
        editor = {"providers": {"ollama": {"model": "other"}}}
        flags = {"completion.routes": ["ollama"], "providers.ollama.baseUrl": ollama.base_url}
        built.look_again()
        await settled(built)
        assert preloads(ollama) == [], "no document is open yet"
        built.opened(document(tmp_path))
        await settled(built)
        built.wish(Wishes(flags=flags, editor=editor))
        built.look_again()
        await settled(built)
    assert [one["model"] for one in preloads(ollama)] == [MODEL, "other"]


async def test_a_server_that_is_not_up_is_tried_again_with_the_next_document(
    tmp_path: Path,
) -> None:
    async with FakeOllama({}) as ollama, house(tmp_path / "h", ollama) as built:
        built.opened(document(tmp_path))
        await settled(built)
        asked = len(ollama.server.requests)
        built.look_again()
        await settled(built)
        assert len(ollama.server.requests) == asked, "a look every two seconds asks nobody"
        ollama.models[MODEL] = FakeModel()
        built._book.failed(built._settings(tmp_path).providers["ollama"], MODEL)
        built._health._records.clear()
        built.opened(document(tmp_path))
        await settled(built)
    assert len(preloads(ollama)) == 1


async def test_a_long_load_is_told_and_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience.Patience.__init__, "__defaults__", (0.0,))
    told: list[str] = []
    loaded = asyncio.Event()
    async with FakeOllama({MODEL: FakeModel()}) as ollama:
        quick = ollama.server.script

        async def slow(request: Request) -> Any:
            if request.target == "/api/generate":
                await loaded.wait()
            assert callable(quick)
            return quick(request)

        ollama.server.script = slow
        async with house(tmp_path / "h", ollama, progress=told.append) as built:
            built.opened(document(tmp_path))
            await until(lambda: told == [preload.SENTENCE])
            loaded.set()
            await settled(built)
    assert told == [preload.SENTENCE, ""]
