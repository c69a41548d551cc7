"""The OpenAI wire against a real server: llama.cpp behind `openai-compatible`, through the door.

Never is the text of an answer asserted: it differs between a cold and a cached prompt.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from codegrex_lsp import portable
from codegrex_lsp.egress.modelserver import Address, ModelServer
from codegrex_lsp.errors import BadAnswer
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import translator
from codegrex_lsp.providers.wire import Event, Finished, Probe, Purpose
from codegrex_lsp.settings.providers import key_header
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.route import ProviderConfig, Timeouts
from tests.support import wires
from tests.support.cuts import text_of
from tests.support.doors import bench
from tests.support.prompts import completion, conversation

PREFIX = "def add(first, second):\n    return "
KINDS = ["openai-compatible", "vllm", "lmstudio", "llamacpp"]
PATIENT = Timeouts(connect=10, first_token=120, idle=60, total=300)


@pytest_asyncio.fixture
async def address(tmp_path: Path, starter_model: Path) -> AsyncIterator[Address]:
    server = ModelServer(portable.folders({"CODEGREX_HOME": str(tmp_path / "home")}))
    yield await server.ensure(ProviderConfig("embedded", "embedded", model=str(starter_model)))
    await server.close()


async def ask(folder: Path, address: Address, cleared: Cleared) -> list[Event]:
    return await wires.answered(folder, cleared, address.key, max_tokens=12)


async def test_it_completes_and_chats(address: Address, tmp_path: Path) -> None:
    for number, kind in enumerate(KINDS):
        more = {"kind": kind, "base_url": address.base_url, "timeouts": PATIENT}
        for at, cleared in enumerate(
            (
                conversation((Role.USER, "Say hi."), model="", **more),
                completion(PREFIX, "\n", model="", fim="off", **more),
                completion(PREFIX, "\n", model="", fim="starcoder", **more),
            )
        ):
            events = await ask(tmp_path / f"{number}-{at}", address, cleared)
            assert isinstance(events[-1], Finished), kind
            assert events[-1].usage.prompt_tokens > 0
            assert events[-1].usage.completion_tokens > 0
            if cleared.task is not completion("").task:
                assert text_of(events)


async def test_it_says_what_models_it_has(address: Address, tmp_path: Path) -> None:
    config = ProviderConfig("mine", "openai-compatible", address.base_url, timeouts=PATIENT)
    names = await wires.models(tmp_path / "1", config, address.key)
    assert len(names) == 1
    wire = translator("openai-compatible")
    secret = key_header("openai-compatible", address.key)
    async with bench(tmp_path / "2", secret=secret) as desk:
        for model, there in ((names[0], True), ("none", False), ("", True)):
            probe = Probe(config, Purpose.FACTS, model)
            assert wire.facts(probe, await desk.door.probe(probe, wire)).present is there


async def test_failures_are_told_apart(address: Address, tmp_path: Path) -> None:
    more = {"kind": "openai-compatible", "base_url": address.base_url, "timeouts": PATIENT}
    for key, text, code in (
        ("wrong", "hi", "key-refused"),
        (address.key, "word " * 6000, "prompt-too-long"),
    ):
        with pytest.raises(BadAnswer) as caught:
            cleared = conversation((Role.USER, text), **more)
            await wires.answered(tmp_path / code, cleared, key)
        assert caught.value.code == code
