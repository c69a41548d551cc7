"""The fake of Anthropic's API, held against the official client, and the translator against it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anthropic
import pytest

from codegrex_lsp.errors import BadAnswer, ModelMissing
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers.wire import Finished
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.reply import Usage
from codegrex_lsp.values.route import ProviderConfig
from tests.fakes.anthropic import FakeAnthropic
from tests.fakes.openai import KEY
from tests.support import wires
from tests.support.cuts import text_of
from tests.support.prompts import completion, conversation

MODEL = "claude-haiku-5-5"
TURN: Any = {"role": "user", "content": "hi"}


@asynccontextmanager
async def client(server: FakeAnthropic, key: str = KEY) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(
        base_url=server.base_url, api_key=key, auth_token=None, max_retries=0
    ) as made:
        yield made


def filling(server: FakeAnthropic, prefix: str = "P", model: str = MODEL) -> Cleared:
    other = ("b.py", "B = 1", "python")
    return completion(prefix, "S", other, kind="anthropic", model=model, base_url=server.base_url)


def asking(server: FakeAnthropic, *turns: tuple[Role, str]) -> Cleared:
    return conversation(*turns, kind="anthropic", model=MODEL, base_url=server.base_url)


async def test_the_official_client_streams_lists_and_counts() -> None:
    async with FakeAnthropic() as server, client(server) as official:
        async with official.messages.stream(model=MODEL, max_tokens=9, messages=[TURN]) as stream:
            assert "".join([text async for text in stream.text_stream]) == "a + b"
            told = await stream.get_final_message()
        assert (told.stop_reason, told.usage.output_tokens) == ("end_turn", 3)
        assert [block.type for block in told.content] == ["thinking", "text"]
        whole = await official.messages.create(
            model=MODEL, max_tokens=9, messages=[TURN], thinking={"type": "disabled"}
        )
        assert whole.content[0].type == "text"
        assert [model.id async for model in official.models.list()] == [MODEL]


async def test_the_official_client_reads_the_failures() -> None:
    async with FakeAnthropic() as server:
        async with client(server, "wrong") as official:
            with pytest.raises(anthropic.AuthenticationError):
                await official.messages.create(model=MODEL, max_tokens=9, messages=[TURN])
        async with client(server) as official:
            with pytest.raises(anthropic.NotFoundError):
                await official.messages.create(model="none", max_tokens=9, messages=[TURN])
            with pytest.raises(anthropic.BadRequestError):
                await official.messages.create(
                    model=MODEL, max_tokens=9, messages=[TURN], extra_body={"store": True}
                )
            server.overloaded = "at once"
            with pytest.raises(anthropic.APIStatusError) as caught:
                await official.messages.create(model=MODEL, max_tokens=9, messages=[TURN])
            assert caught.value.status_code == 529


async def test_our_completion_is_taken_read_and_marked_for_the_cache(tmp_path: Path) -> None:
    async with FakeAnthropic() as server:
        events = await wires.answered(tmp_path, filling(server), KEY)
        assert text_of(events) == "a + b"
        assert events[-1] == Finished("stop", Usage(11, 3, 4))
        (body,) = server.received
        (turn,) = body["messages"]
        assert ["cache_control" in block for block in turn["content"]] == [True, False]
        assert "cache_control" in body["system"][0]
        assert "B = 1" in turn["content"][0]["text"]


@pytest.mark.parametrize(
    "turns",
    [
        [(Role.CONTEXT, "x = 1"), (Role.USER, "why?")],
        [(Role.USER, "a"), (Role.ASSISTANT, "b"), (Role.USER, "c"), (Role.USER, "d")],
        [(Role.ASSISTANT, "what was left of an answer"), (Role.USER, "go on")],
        [(Role.USER, "a"), (Role.ASSISTANT, " \n"), (Role.USER, "c")],
        [(Role.USER, " ")],
    ],
)
async def test_our_chat_alternates_whatever_the_turns_were(
    turns: list[tuple[Role, str]], tmp_path: Path
) -> None:
    async with FakeAnthropic() as server:
        events = await wires.answered(tmp_path, asking(server, *turns), KEY)
        assert text_of(events) == "a + b"


@pytest.mark.parametrize(
    "model", ["claude-opus-5-5", "claude-fable-5-1", "claude-sonnet-5-5", "claude-opus-6", "mine"]
)
async def test_each_model_is_asked_for_little_thought_in_its_own_way(
    model: str, tmp_path: Path
) -> None:
    async with FakeAnthropic(models=[model]) as server:
        events = await wires.answered(tmp_path, filling(server, model=model), KEY, max_tokens=64)
        assert text_of(events) == "a + b"
        (body,) = server.received
        assert ("thinking" in body) is (model == "claude-sonnet-5-5")
        assert body["max_tokens"] >= (64 if "thinking" in body else 8000)


async def test_failures_are_told_apart(tmp_path: Path) -> None:
    async with FakeAnthropic(context=2000) as server:

        async def code(cleared: Cleared, key: str = KEY) -> str:
            with pytest.raises(BadAnswer) as caught:
                await wires.answered(tmp_path, cleared, key)
            return caught.value.code

        assert await code(filling(server), "wrong") == "key-refused"
        assert await code(filling(server, "P" * 2001)) == "prompt-too-long"
        with pytest.raises(ModelMissing):
            await wires.answered(tmp_path, filling(server, model="none"), KEY)
        server.overloaded = "at once"
        assert await code(filling(server)) == "provider-busy"
        server.overloaded = "in band"
        assert await code(filling(server)) == "provider-busy"
        server.overloaded, server.reason = "", "refusal"
        assert await code(filling(server)) == "content-refused"


async def test_models_are_listed(tmp_path: Path) -> None:
    async with FakeAnthropic(models=["claude-b", "claude-a"]) as server:
        config = ProviderConfig("anthropic", "anthropic", server.base_url)
        assert await wires.models(tmp_path, config, KEY) == ("claude-b", "claude-a")
