"""The fake Ollama, held against the official client, and the translator against the fake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import ollama
import pytest

from codegrex_lsp.errors import BadAnswer, ModelMissing
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers.ollama import Ollama
from codegrex_lsp.providers.wire import (
    Call,
    Delta,
    Finished,
    Probe,
    Purpose,
    Sampling,
    ServedRemotely,
)
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.route import ProviderConfig
from tests.fakes.http import Stall
from tests.fakes.ollama import FakeModel, FakeOllama
from tests.support.prompts import completion, conversation

WIRE = Ollama()


@asynccontextmanager
async def client(server: FakeOllama) -> AsyncIterator[ollama.AsyncClient]:
    made = ollama.AsyncClient(host=server.base_url, trust_env=False)
    try:
        yield made
    finally:
        await made._client.aclose()


async def exchange(server: FakeOllama, call: Call) -> tuple[int, bytes]:
    """One request as the door would send it."""
    import httpx

    async with httpx.AsyncClient(trust_env=False) as http:
        url = server.base_url + call.path
        answer = await http.request(call.method, url, content=call.body, headers=call.headers)
        return answer.status_code, answer.content


async def answered(server: FakeOllama, cleared: Cleared) -> list[object]:
    status, body = await exchange(server, WIRE.encode(cleared, Sampling()))
    if status >= 400:
        raise WIRE.explain(cleared.route.provider, status, body)
    decoder = WIRE.decoder(cleared)
    return [*decoder.feed(body), *decoder.close()]


async def test_the_official_client_streams_generate_and_chat() -> None:
    async with FakeOllama({"m": FakeModel(insert=True)}) as server, client(server) as official:
        parts = [p async for p in await official.generate("m", "P", suffix="S", stream=True)]
        assert "".join(part.response for part in parts) == "a + b"
        assert parts[-1].done and parts[-1].done_reason == "stop" and parts[-1].eval_count == 3
        turn = {"role": "user", "content": "hi"}
        talk = [p async for p in await official.chat("m", [turn], stream=True)]
        assert "".join(part.message.content or "" for part in talk) == "a + b"
        assert server.prompts == ["<PRE>P<SUF>S<MID>", "<user>hi"]


async def test_the_official_client_reads_show_tags_and_errors() -> None:
    models = {"m": FakeModel(insert=True, family="qwen2"), "r": FakeModel(remote_host="https://x")}
    async with FakeOllama(models) as server, client(server) as official:
        shown = await official.show("m")
        assert shown.capabilities == ["completion", "insert"]
        assert shown.details is not None and shown.details.family == "qwen2"
        assert [model.model for model in (await official.list()).models] == ["m", "r"]
        for name, words, status in (("none", "not found", 404), ("r", "support insert", 400)):
            with pytest.raises(ollama.ResponseError, match=words) as caught:
                await official.generate(name, "P", suffix="S")
            assert caught.value.status_code == status


async def test_an_empty_prompt_loads_and_another_context_size_loads_again() -> None:
    async with FakeOllama({"m": FakeModel()}) as server, client(server) as official:
        loaded = await official.generate("m", "")
        assert loaded.done_reason == "load"
        await official.generate("m", "x", options={"num_ctx": 4096})
        await official.generate("m", "x", options={"num_ctx": 8192})
        assert server.loads == [("m", 4096), ("m", 8192)]


async def test_our_completion_reaches_the_model_as_fill_in_the_middle() -> None:
    async with FakeOllama({"m": FakeModel(insert=True)}) as server:
        events = await answered(server, completion("P", "S", can_insert=True))
        assert [event.text for event in events if isinstance(event, Delta)] == ["a", " + ", "b"]
        assert isinstance(events[-1], Finished)
        await answered(server, completion("P", "", can_insert=True))
        assert server.prompts == ["<PRE>P<SUF>S<MID>", "<PRE>P<SUF>\n<MID>"]


async def test_completion_and_chat_load_a_model_once() -> None:
    async with FakeOllama({"m": FakeModel(insert=True)}) as server:
        await answered(server, completion("P", "S", can_insert=True, num_ctx=8192))
        await answered(server, conversation((Role.USER, "hi"), num_ctx=8192))
        assert server.loads == [("m", 8192)]


async def test_a_raw_template_needs_no_capability() -> None:
    async with FakeOllama({"starcoder2": FakeModel()}) as server:
        await answered(server, completion("P", "S", model="starcoder2"))
        assert server.prompts == ["<fim_prefix>P<fim_suffix>S<fim_middle>"]


async def test_a_model_served_elsewhere_is_noticed_in_the_stream_and_in_the_facts() -> None:
    remote = FakeModel(remote_host="https://ollama.com:443")
    async with FakeOllama({"alias": remote}) as server:
        events = await answered(server, completion("P", "S", model="alias"))
        assert ServedRemotely("ollama.com") in events
        assert not any(isinstance(event, Delta) for event in events)
        config = ProviderConfig("ollama", "ollama", server.base_url, "alias")
        probe = Probe(config, Purpose.FACTS, "alias")
        status, body = await exchange(server, WIRE.encode_probe(probe))
        assert status == 200
        assert WIRE.facts(probe, body).remote == "ollama.com"


async def test_a_missing_model_and_a_prompt_too_long_are_told_apart() -> None:
    async with FakeOllama({"m": FakeModel(insert=True, context=10)}) as server:
        with pytest.raises(ModelMissing):
            await answered(server, completion("P", "S", model="none"))
        with pytest.raises(BadAnswer) as caught:
            await answered(server, completion("P" * 50, "S", can_insert=True))
        assert caught.value.code == "prompt-too-long"


async def test_closing_a_stream_reaches_the_daemon() -> None:
    async with FakeOllama({"m": FakeModel()}, pause=Stall) as server, client(server) as official:
        parts = await official.generate("m", "P", stream=True)
        assert (await anext(parts)).response == "a"
        await official._client.aclose()
        await parts.aclose()
        await asyncio.wait_for(server.server.hung_up.wait(), 20)
