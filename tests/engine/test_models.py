"""What is known of models: asked once, renewed behind the person's back where privacy lets it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from codegrex_lsp.engine.models import (
    CAUGHT_MS,
    FRESH_MS,
    PROBE_SECONDS,
    STALE_MS,
    TROUBLE_MS,
    ModelBook,
    model_of,
    no_model,
)
from codegrex_lsp.errors import CodegrexError, ModelMissing, Unreachable
from codegrex_lsp.providers.wire import Probe, Purpose
from codegrex_lsp.values.mode import Task
from codegrex_lsp.values.route import ModelFacts, ProviderConfig, Timeouts
from tests.support.journeys import provider

OLLAMA, LLAMA, CLOUD = provider("ollama"), provider("llamacpp"), provider("mistral")


@dataclass
class Server:
    """Stands for door and translator at once."""

    answer: ModelFacts | CodegrexError = field(default_factory=ModelFacts)
    asked: list[Probe] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    now: float = 0.0
    held: asyncio.Event | None = None

    def __post_init__(self) -> None:
        me: Any = self
        self.book = ModelBook(me, lambda kind: me, lambda: self.now, self.hear)

    async def probe(self, probe: Probe, translator: object) -> bytes:
        self.asked.append(probe)
        if self.held is not None:
            await self.held.wait()
        if isinstance(self.answer, CodegrexError):
            raise self.answer
        return b""

    def known(self, probe: Probe) -> ModelFacts | None:
        return ModelFacts(can_insert=True) if probe.provider.kind == "mistral" else None

    def facts(self, probe: Probe, answer: bytes) -> ModelFacts:
        assert isinstance(self.answer, ModelFacts)
        return self.answer

    def hear(self, who: ProviderConfig, model: str, error: CodegrexError | None) -> None:
        self.told.append(f"{who.id} {error.code if error else 'well'}")

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


async def test_facts_hold_for_a_while_and_many_askers_share_one_question() -> None:
    server = Server()
    await asyncio.gather(*(server.book.facts(OLLAMA, "m") for _ in range(5)))
    server.now += FRESH_MS - 1
    await server.book.facts(OLLAMA, "m")
    assert len(server.asked) == 1
    assert server.told == ["ollama well"]


@pytest.mark.parametrize("since", ["aged", "failed", "asked meanwhile"])
async def test_a_server_that_was_caught_forwarding_is_not_believed_the_next_time(
    since: str,
) -> None:
    server = Server()
    await server.book.facts(OLLAMA, "m")
    server.now += FRESH_MS
    server.held = asyncio.Event()
    meanwhile = asyncio.create_task(server.book.facts(OLLAMA, "m"))
    await server.settle()
    if since == "asked meanwhile":
        server.book.served_remotely(OLLAMA, "m", "far.example")
    server.held.set()
    await meanwhile
    if since != "asked meanwhile":
        server.book.served_remotely(OLLAMA, "m", "far.example")
    if since == "failed":
        server.book.failed(OLLAMA, "m")
    server.now += CAUGHT_MS - 1 if since == "aged" else 0
    facts = await server.book.facts(OLLAMA, "m")
    assert (facts.remote, facts.verified) == ("far.example", False)
    server.now += CAUGHT_MS
    assert (await server.book.facts(OLLAMA, "m")).remote == ""


async def test_an_alias_that_was_pointed_elsewhere_is_seen_before_any_text_goes() -> None:
    server = Server()
    await server.book.facts(OLLAMA, "m")
    server.answer = ModelFacts(remote="far.example")
    server.now += FRESH_MS
    assert (await server.book.facts(OLLAMA, "m")).remote == "far.example"


async def test_where_nothing_private_hangs_on_it_old_facts_serve_while_they_are_renewed() -> None:
    server = Server()
    await server.book.facts(LLAMA, "m")
    server.answer, server.held = ModelFacts(can_insert=True), asyncio.Event()
    server.now += FRESH_MS
    assert not (await server.book.facts(LLAMA, "m")).can_insert
    await server.settle()
    assert len(server.asked) == 2
    server.held.set()
    await server.settle()
    assert (await server.book.facts(LLAMA, "m")).can_insert


async def test_but_not_for_ever() -> None:
    server = Server()
    await server.book.facts(LLAMA, "m")
    server.answer = ModelFacts(can_insert=True)
    server.now += STALE_MS
    assert (await server.book.facts(LLAMA, "m")).can_insert


async def test_a_renewal_that_fails_is_told_and_counts_at_the_next_request() -> None:
    server = Server()
    await server.book.facts(LLAMA, "m")
    server.answer = Unreachable("gone")
    server.now += FRESH_MS
    await server.book.facts(LLAMA, "m")
    await server.settle()
    with pytest.raises(Unreachable):
        await server.book.facts(LLAMA, "m")
    assert server.told == ["llamacpp well", "llamacpp provider-unreachable"]


async def test_a_failure_holds_for_a_moment_and_is_then_asked_about_again() -> None:
    server = Server(Unreachable("gone"))
    for _ in range(3):
        with pytest.raises(Unreachable):
            await server.book.facts(OLLAMA, "m")
    assert len(server.asked) == 1
    server.answer = ModelFacts()
    server.now += TROUBLE_MS
    await server.book.facts(OLLAMA, "m")


async def test_a_vendors_cloud_is_not_asked_at_all() -> None:
    server = Server()
    assert (await server.book.facts(CLOUD, "m")).can_insert
    assert (server.asked, server.told) == ([], [])


async def test_a_model_that_is_not_there_is_no_failure_of_its_server() -> None:
    server = Server(ModelFacts(present=False))
    with pytest.raises(ModelMissing):
        await server.book.facts(OLLAMA, "m")
    assert server.told[0] == "ollama well"


async def test_a_question_has_less_time_than_a_model_that_loads() -> None:
    server = Server()
    await server.book.facts(provider("ollama", timeouts=Timeouts(first_token=300)), "m")
    await server.book.facts(provider("llamacpp", timeouts=Timeouts(first_token=2)), "m")
    assert [one.provider.timeouts.first_token for one in server.asked] == [PROBE_SECONDS, 2]


@pytest.mark.parametrize("answer", [ModelFacts(), Unreachable("gone")], ids=["well", "ill"])
async def test_a_knock_asks_in_the_background_whether_anybody_is_there(
    answer: ModelFacts | CodegrexError,
) -> None:
    server = Server(answer)
    server.book.knock(CLOUD, "m")
    assert server.asked == []
    await server.settle()
    assert [(one.purpose, one.model) for one in server.asked] == [(Purpose.HEALTH, "")]
    told = "well" if isinstance(answer, ModelFacts) else answer.code
    assert server.told == [f"mistral {told}"]


async def test_closing_stops_what_is_being_asked() -> None:
    server = Server(held=asyncio.Event())
    asking = asyncio.create_task(server.book.facts(OLLAMA, "m"))
    server.book.knock(CLOUD, "m")
    await server.settle()
    await server.book.close()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await server.settle()
    assert server.told == []


@pytest.mark.parametrize(
    ("made", "task", "says"),
    [
        (ProviderConfig("a", "openai"), Task.COMPLETION, "providers.a.model"),
        (ProviderConfig("a", "openai"), Task.CHAT, "providers.a.chatModel"),
        (ProviderConfig("a", "openai", chat_model="c"), Task.CHAT, ""),
        (ProviderConfig("a", "openai", chat_model="c"), Task.COMPLETION, "providers.a.model"),
        (ProviderConfig("a", "openai", model="m"), Task.CHAT, ""),
        (ProviderConfig("a", "llamacpp"), Task.COMPLETION, ""),
        (ProviderConfig("a", "embedded"), Task.CHAT, ""),
        (ProviderConfig("a", "codegrex"), Task.CHAT, ""),
    ],
)
def test_a_cloud_without_a_model_for_the_task_says_what_to_set(
    made: ProviderConfig, task: Task, says: str
) -> None:
    sentence = no_model(made, task)
    assert (says in sentence) if says else sentence == ""


def test_chat_has_its_own_model_where_one_is_named() -> None:
    both = ProviderConfig("a", "ollama", model="m", chat_model="c")
    assert [model_of(both, task) for task in (Task.COMPLETION, Task.CHAT, Task.EDIT)] == [
        "m",
        "c",
        "c",
    ]


def test_the_embedded_server_has_one_model_for_everything() -> None:
    both = ProviderConfig("embedded", "embedded", model="m.gguf", chat_model="c.gguf")
    assert model_of(both, Task.CHAT) == "m.gguf"
