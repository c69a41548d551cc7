"""What holds for every kind of provider there is, whatever its wire."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import holefiller, translator
from codegrex_lsp.providers.wire import Call, Probe, Purpose, Sampling
from codegrex_lsp.settings.providers import KINDS
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.route import LOCAL_KINDS, ProviderConfig
from tests.support.prompts import completion, conversation

CLOUD = [kind for kind in KINDS if kind not in LOCAL_KINDS]
OTHER = ("lib/b.py", "B = 1", "python")


def base_of(kind: str) -> str:
    """The address that a person would give."""
    given = {"azure-openai": "https://name.openai.azure.com", "codegrex": "https://cloud.example"}
    return KINDS[kind].base_url or given.get(kind, "http://127.0.0.1:9000")


def config(kind: str, **more: Any) -> ProviderConfig:
    return ProviderConfig(kind, kind, base_of(kind), **more)


def filling(kind: str, prefix: str = "P", **more: Any) -> Cleared:
    return completion(prefix, "S", OTHER, kind=kind, base_url=base_of(kind), **more)


def asking(kind: str) -> Cleared:
    turns = ((Role.USER, "why?"), (Role.ASSISTANT, "so"), (Role.USER, "and?"))
    return conversation(*turns, kind=kind, base_url=base_of(kind))


def call_of(cleared: Cleared) -> Call:
    return translator(cleared.route.provider.kind).encode(cleared, Sampling())


def path_of(kind: str, call: Call) -> str:
    return urlsplit(base_of(kind)).path + call.path


def ways(kind: str) -> Iterator[Cleared]:
    """A completion for each thing that can be known or set."""
    for can_insert in (True, False):
        for fim in ("auto", "off", "codegemma"):
            yield filling(kind, can_insert=can_insert, fim=fim)


def system_of(body: dict[str, Any]) -> str:
    """The first words of a chat request."""
    if "system" in body:
        return str(body["system"][0]["text"])
    return str(body["messages"][0]["content"])


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_translator(kind: str) -> None:
    assert translator(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_providers_tells_the_paths_that_are_really_asked(kind: str) -> None:
    completes = {path_of(kind, call_of(cleared)) for cleared in ways(kind)}
    assert completes == set(re.findall(r"`(/[^`]+)`", KINDS[kind].completion))
    chats = {path_of(kind, call_of(asking(kind)))}
    assert chats == set(re.findall(r"`(/[^`]+)`", KINDS[kind].chat))


@pytest.mark.parametrize("kind", KINDS)
def test_masked_values_are_explained_in_the_same_first_words_everywhere(kind: str) -> None:
    chat = json.loads(call_of(asking(kind)).body)
    fill = json.loads(call_of(filling(kind, fim="off")).body)
    assert system_of(chat) == holefiller.CHAT
    assert system_of(fill) == holefiller.FILL
    for body in (chat, fill):
        assert system_of(body).startswith(holefiller.MASKED)


@pytest.mark.parametrize("kind", KINDS)
def test_a_prompt_grown_by_typing_keeps_its_beginning(kind: str) -> None:
    """A prompt cache holds what stands before the first change."""
    for can_insert in (True, False):
        before = call_of(filling(kind, "def add(a", can_insert=can_insert)).body
        after = call_of(filling(kind, "def add(a, b", can_insert=can_insert)).body
        typed = before.index(b"def add(a") + len(b"def add(a")
        assert after[:typed] == before[:typed]


@pytest.mark.parametrize("kind", KINDS)
def test_neighbours_stand_before_the_text_that_grows(kind: str) -> None:
    for cleared in ways(kind):
        body = call_of(cleared).body
        if b"input_prefix" not in body:  # llama.cpp takes them in a field of their own
            assert -1 < body.index(b"B = 1") < body.index(b"P", body.index(b"B = 1"))


@pytest.mark.parametrize("kind", KINDS)
def test_how_it_is_decoded_agrees_with_how_it_was_asked(kind: str) -> None:
    wire = translator(kind)
    for cleared in ways(kind):
        asked_in_words = bool(json.loads(call_of(cleared).body).get("messages"))
        assert wire.fills_by_chat(cleared) is asked_in_words


@pytest.mark.parametrize("kind", CLOUD)
def test_a_cloud_is_known_without_asking(kind: str) -> None:
    known = translator(kind).known(Probe(config(kind), Purpose.FACTS, "m"))
    assert known is not None
    assert known.present
    assert not known.verified


@pytest.mark.parametrize("kind", sorted(LOCAL_KINDS))
def test_a_server_of_ones_own_is_asked_whether_it_has_the_model(kind: str) -> None:
    assert translator(kind).known(Probe(config(kind), Purpose.FACTS, "m")) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("purpose", Purpose)
def test_a_question_carries_no_text(kind: str, purpose: Purpose) -> None:
    call = translator(kind).encode_probe(Probe(config(kind), purpose, "m"))
    assert call.path.startswith("/")
    assert call.method == "GET" or purpose in (Purpose.FACTS, Purpose.PRELOAD)
    assert call.method == "POST" or not call.body


@pytest.mark.parametrize("kind", KINDS)
def test_no_header_could_carry_a_key(kind: str) -> None:
    wire = translator(kind)
    calls = [call_of(asking(kind)), wire.encode_probe(Probe(config(kind), Purpose.MODELS))]
    names = {name for call in calls for name, _ in call.headers}
    assert names <= {"content-type", "anthropic-version"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", ["gpt-6-sol", "o3", "gemini-3-pro", "openai/gpt-oss-20b", "m"])
def test_the_bound_on_tokens_is_never_lower_than_asked(kind: str, model: str) -> None:
    for cleared in (filling(kind, model=model), asking(kind)):
        body = json.loads(translator(kind).encode(cleared, Sampling(max_tokens=64)).body)
        names = ("max_tokens", "max_completion_tokens", "n_predict", "num_predict")
        bounds = [found[name] for found in (body, body.get("options", {})) for name in names
                  if name in found]  # fmt: skip
        assert len(bounds) == 1
        assert bounds[0] >= 64


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_says_what_the_page_needs(kind: str) -> None:
    row = KINDS[kind]
    assert not row.note or row.note.endswith(".")
    assert bool(row.variable) is (kind in CLOUD)
    assert "|" not in row.completion + row.chat + row.fim + row.note
