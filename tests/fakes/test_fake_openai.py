"""The fakes of OpenAI's wire, held against the official client, and translators against them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import openai
import pytest

from codegrex_lsp.errors import BadAnswer, ModelMissing, ProviderError
from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import translator
from codegrex_lsp.providers.wire import Finished, Probe, Purpose
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.reply import Usage
from codegrex_lsp.values.route import ProviderConfig
from tests.fakes.openai import KEY, VENDORS, FakeOpenAi
from tests.support import wires
from tests.support.cuts import text_of
from tests.support.prompts import completion, conversation

MODELS = {
    "openai": "gpt-4.1-mini",
    "azure-openai": "gpt-6-deployment",
    "gemini": "gemini-3.5-flash",
    "groq": "openai/gpt-oss-120b",
    "mistral": "codestral-latest",
}
"""A model that the vendor treats in a way of its own, where it has one."""


def model_of(kind: str) -> str:
    return MODELS.get(kind, "m")


def fake(kind: str, **changes: Any) -> FakeOpenAi:
    return FakeOpenAi(kind, models=("other", model_of(kind)), **changes)


def filling(server: FakeOpenAi, prefix: str = "P", **changes: Any) -> Cleared:
    """A completion for this server, with the facts that the translator knows."""
    model = changes.pop("model", model_of(server.kind))
    config = ProviderConfig(server.kind, server.kind, server.base_url, model)
    known = translator(server.kind).known(Probe(config, Purpose.FACTS, model))
    return completion(
        prefix,
        "S",
        ("b.py", "B = 1", "python"),
        kind=server.kind,
        model=model,
        base_url=server.base_url,
        can_insert=known is not None and known.can_insert,
        **changes,
    )


def asking(server: FakeOpenAi, *turns: tuple[Role, str]) -> Cleared:
    said = turns or ((Role.CONTEXT, "x = 1"), (Role.USER, "why?"))
    return conversation(
        *said, kind=server.kind, model=model_of(server.kind), base_url=server.base_url
    )


@asynccontextmanager
async def client(server: FakeOpenAi, key: str = KEY) -> AsyncIterator[openai.AsyncOpenAI]:
    base = server.server.base_url + server.vendor.chat.removesuffix("/chat/completions")
    headers = {"api-key": key} if server.vendor.auth == "api-key" else {}
    async with openai.AsyncOpenAI(
        base_url=base, api_key=key, max_retries=0, default_headers=headers
    ) as made:
        yield made


@pytest.mark.parametrize("kind", VENDORS)
async def test_the_official_client_chats_and_lists(kind: str) -> None:
    async with fake(kind, thoughts=["hm"]) as server, client(server) as official:
        turn: Any = {"role": "user", "content": "hi"}
        said = {"model": model_of(kind), "messages": [turn]}
        whole = await official.chat.completions.create(**said)
        assert whole.choices[0].message.content == "a + b"
        parts = [p async for p in await official.chat.completions.create(**said, stream=True)]
        deltas = [choice.delta.content or "" for part in parts for choice in part.choices]
        assert "".join(deltas) == "a + b"
        assert parts[-1].choices[0].finish_reason == "stop"
        assert [model.id async for model in await official.models.list()] == [
            "other",
            model_of(kind),
        ]


@pytest.mark.parametrize("kind", ["codegrex", "deepseek", "vllm", "lmstudio", "openai-compatible"])
async def test_the_official_client_completes(kind: str) -> None:
    async with fake(kind) as server, client(server) as official:
        if kind == "deepseek":
            official = official.with_options(base_url=f"{server.base_url}/beta")
        parts = await official.completions.create(model=model_of(kind), prompt="P", stream=True)
        assert "".join([part.choices[0].text async for part in parts]) == "a + b"


async def test_the_official_client_reads_the_failures() -> None:
    async with fake("openai") as server:
        async with client(server, "wrong") as official:
            with pytest.raises(openai.AuthenticationError):
                await official.models.list()
        async with client(server) as official:
            turn: Any = {"role": "user", "content": "hi"}
            with pytest.raises(openai.NotFoundError) as missing:
                await official.chat.completions.create(model="gpt-4-none", messages=[turn])
            assert missing.value.code == "model_not_found"
            with pytest.raises(openai.BadRequestError) as unknown:
                await official.chat.completions.create(
                    model="other", messages=[turn], extra_body={"cache_prompt": True}
                )
            assert unknown.value.param == "cache_prompt"


@pytest.mark.parametrize("kind", VENDORS)
async def test_our_completion_is_taken_and_read(kind: str, tmp_path: Path) -> None:
    async with fake(kind) as server:
        events = await wires.answered(tmp_path, filling(server), KEY, max_tokens=64)
        assert text_of(events) == "a + b"
        assert events[-1] == Finished("stop", Usage(9, 3, 4))
        (body,) = server.received
        assert "B = 1" in str(body)


@pytest.mark.parametrize("kind", VENDORS)
async def test_our_chat_is_taken_and_its_thoughts_are_not_shown(kind: str, tmp_path: Path) -> None:
    async with fake(kind, thoughts=["let me", " think"]) as server:
        events = await wires.answered(tmp_path, asking(server), KEY, max_tokens=64)
        assert text_of(events) == "a + b"
        assert events[-1] == Finished("stop", Usage(9, 3, 4))


@pytest.mark.parametrize("kind", VENDORS)
async def test_models_are_listed(kind: str, tmp_path: Path) -> None:
    async with fake(kind) as server:
        config = ProviderConfig(kind, kind, server.base_url)
        assert await wires.models(tmp_path, config, KEY) == ("other", model_of(kind))


@pytest.mark.parametrize("kind", [kind for kind in VENDORS if VENDORS[kind].fill])
async def test_a_suffix_goes_where_the_wire_has_a_place_for_it(kind: str, tmp_path: Path) -> None:
    async with fake(kind) as server:
        await wires.answered(tmp_path, filling(server), KEY)
        native = kind in ("mistral", "deepseek", "codegrex")
        assert ("suffix" in server.received[0]) is native
        await wires.answered(tmp_path, filling(server, fim="off"), KEY)
        assert "messages" in server.received[1]


@pytest.mark.parametrize("kind", ["vllm", "lmstudio", "openai-compatible"])
async def test_a_named_template_goes_raw_to_a_server_of_ones_own(kind: str, tmp_path: Path) -> None:
    async with fake(kind) as server:
        events = await wires.answered(tmp_path, filling(server, fim="codegemma"), KEY)
        assert text_of(events) == "a + b"
        assert server.received[0]["prompt"].endswith("<|fim_suffix|>S<|fim_middle|>")


@pytest.mark.parametrize("kind", VENDORS)
async def test_failures_are_told_apart(kind: str, tmp_path: Path) -> None:
    async def code(cleared: Cleared, key: str = KEY) -> str:
        with pytest.raises(ProviderError) as caught:
            await wires.answered(tmp_path, cleared, key)
        return caught.value.code

    async with fake(kind, context=2000) as server:
        if server.vendor.auth:
            assert await code(filling(server), "wrong") == "key-refused"
        missing = "gpt-4-none" if kind == "openai" else "none"
        assert await code(filling(server, model=missing)) == "model-missing"
        assert await code(filling(server, "P" * 2001)) == "prompt-too-long"


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (429, {"type": "insufficient_quota", "code": "insufficient_quota"}, "quota-exhausted"),
        (429, {"type": "requests", "code": "rate_limit_exceeded"}, "rate-limited"),
        (503, {"type": "server_error", "code": None}, "provider-busy"),
        (400, {"code": "content_filter"}, "content-refused"),
        (400, {"code": "unsupported_parameter", "param": "max_tokens"}, "request-refused"),
    ],
)
async def test_a_failure_crosses_the_door_as_our_own(
    status: int, error: dict[str, Any], code: str, tmp_path: Path
) -> None:
    said = {"error": {"message": "secret words", **error}}
    async with fake("openai", fails=(status, said)) as server:
        with pytest.raises(BadAnswer) as caught:
            await wires.answered(tmp_path, filling(server), KEY)
    assert (caught.value.code, caught.value.status) == (code, status)
    assert "secret" not in caught.value.message + caught.value.fix


async def test_an_answer_that_the_vendor_filtered_is_a_failure(tmp_path: Path) -> None:
    async with fake("azure-openai", reason="content_filter") as server:
        with pytest.raises(BadAnswer) as caught:
            await wires.answered(tmp_path, filling(server), KEY)
    assert caught.value.code == "content-refused"


async def test_a_missing_model_names_our_own_setting(tmp_path: Path) -> None:
    async with fake("groq") as server:
        with pytest.raises(ModelMissing) as caught:
            await wires.answered(tmp_path, filling(server, model="none"), KEY)
    assert "providers.groq.model" in caught.value.fix
