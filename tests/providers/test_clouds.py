"""What each vendor's cloud takes that others refuse, and what it refuses that others take."""

from __future__ import annotations

import json
from typing import Any

import pytest

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import translator
from codegrex_lsp.providers.wire import Probe, Purpose, Sampling
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.route import ProviderConfig
from tests.support.prompts import completion, conversation


def sent(cleared: Cleared, **sampling: Any) -> tuple[str, dict[str, Any]]:
    made = Sampling(**{"max_tokens": 64, **sampling})
    call = translator(cleared.route.provider.kind).encode(cleared, made)
    return call.path, json.loads(call.body)


def filled(kind: str, model: str = "m", **more: Any) -> dict[str, Any]:
    return sent(completion("P", "S", kind=kind, model=model, **more))[1]


def chatted(kind: str, model: str = "m") -> dict[str, Any]:
    return sent(conversation((Role.USER, "hi"), kind=kind, model=model))[1]


@pytest.mark.parametrize(
    ("model", "effort"),
    [
        ("o3", "low"),
        ("o4-mini", "low"),
        ("gpt-5", "minimal"),
        ("gpt-5-mini-2025-08-07", "minimal"),
        ("gpt-5.1", "none"),
        ("gpt-5.6-luna", "none"),
        ("gpt-6-astra", "low"),
        ("gpt-6.2-sol", "low"),
        ("gpt-10", "low"),
        ("gpt-5.2-chat-latest", None),
        ("gpt-5.2-pro", None),
        ("gpt-5.1-codex", None),
        ("my-deployment", None),
    ],
)
@pytest.mark.parametrize("kind", ["openai", "azure-openai"])
def test_a_model_that_thinks_is_asked_for_its_least(
    kind: str, model: str, effort: str | None
) -> None:
    body = filled(kind, model)
    assert body.get("reasoning_effort") == effort
    assert "temperature" not in body
    assert (body["max_completion_tokens"] == 64) is (effort == "none")
    chat = chatted(kind, model)
    assert "reasoning_effort" not in chat, "a conversation may take its time"
    assert chat["max_completion_tokens"] > 64


@pytest.mark.parametrize("model", ["gpt-4.1-mini", "gpt-4o", "ft:gpt-4o:me", "chatgpt-4o-latest"])
def test_a_model_that_does_not_think_is_greedy_and_bounded(model: str) -> None:
    for body in (filled("openai", model), chatted("openai", model)):
        assert body["temperature"] == 0.0
        assert body["max_completion_tokens"] == 64
        assert "reasoning_effort" not in body


def test_openai_is_asked_to_keep_nothing() -> None:
    assert filled("openai")["store"] is chatted("azure-openai")["store"] is False


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("https://n.openai.azure.com", "/openai/v1/chat/completions"),
        ("https://n.services.ai.azure.com", "/openai/v1/chat/completions"),
        ("https://n.openai.azure.com/openai", "/v1/chat/completions"),
        ("https://n.openai.azure.com/openai/v1", "/chat/completions"),
        (
            "https://n.openai.azure.com/openai/deployments/d",
            "/chat/completions?api-version=2024-10-21",
        ),
    ],
)
def test_azure_is_asked_at_the_path_that_its_address_needs(base: str, path: str) -> None:
    assert sent(completion("P", kind="azure-openai", base_url=base))[0] == path


def test_openrouter_may_pass_nothing_on_to_companies_that_keep_prompts() -> None:
    body = filled("openrouter")
    assert body["provider"] == {"data_collection": "deny"}
    assert body["reasoning"] == {"exclude": True, "effort": "none"}
    assert chatted("openrouter")["reasoning"] == {"exclude": True}


@pytest.mark.parametrize(
    ("status", "code"), [(404, "model-missing"), (403, "content-refused"), (401, "key-refused")]
)
def test_openrouter_means_other_things_by_its_statuses(status: int, code: str) -> None:
    config = ProviderConfig("openrouter", "openrouter")
    assert translator("openrouter").explain(config, status, b"").code == code


def test_groqs_models_are_asked_for_little_thought_and_show_none() -> None:
    assert filled("groq", "openai/gpt-oss-20b")["reasoning_effort"] == "low"
    assert filled("groq", "openai/gpt-oss-20b")["include_reasoning"] is False
    assert filled("groq", "qwen/qwen3-32b")["reasoning_effort"] == "none"
    assert filled("groq", "qwen/qwen3-32b")["max_completion_tokens"] == 64
    assert chatted("groq", "qwen/qwen3-32b")["reasoning_format"] == "hidden"
    plain = filled("groq", "llama-3.3-70b")
    assert plain["max_completion_tokens"] == 64
    assert not {"reasoning_effort", "reasoning_format", "stream_options"} & set(plain)


@pytest.mark.parametrize(
    ("model", "effort"),
    [
        ("gemini-2.5-flash", "none"),
        ("gemini-2.5-pro", "low"),
        ("gemini-3.5-flash", "none"),
        ("models/gemini-3-pro", "low"),
        ("gemini-4-argon", "low"),
        ("gemini-flash-latest", "low"),
        ("gemini-3-flash-preview", "none"),
        ("gemini-2.0-flash", None),
        ("gemma-3", None),
    ],
)
def test_gemini_thinks_little_before_a_completion(model: str, effort: str | None) -> None:
    body = filled("gemini", model)
    assert body.get("reasoning_effort") == effort
    assert (body["max_tokens"] > 64) is (effort is not None)
    assert ("temperature" in body) is (effort is None or "2.5" in model)


def test_geminis_names_are_listed_as_a_person_writes_them() -> None:
    answer = json.dumps({"data": [{"id": "models/gemini-2.5-flash"}, {"id": "x"}]}).encode()
    assert translator("gemini").models(answer) == ("gemini-2.5-flash", "x")


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("mistral", "/v1/fim/completions"),
        ("deepseek", "/beta/completions"),
        ("codegrex", "/v1/completions"),
    ],
)
def test_a_wire_with_a_place_for_a_suffix_gets_it(kind: str, path: str) -> None:
    other = ("b.py", "B = 1", "python")
    cleared = completion("P", "S", other, kind=kind, can_insert=True)
    asked, body = sent(cleared, multiline=False)
    assert asked == path
    assert body["prompt"] == "# b.py\nB = 1\n\n# a.py\nP"
    assert (body["suffix"], body["stop"]) == ("S", ["\n", "\n```"])
    assert "suffix" not in sent(completion("P", "", kind=kind, can_insert=True))[1]
    assert "stop" not in sent(completion("P", kind=kind, can_insert=True, language="markdown"))[1]


@pytest.mark.parametrize(
    ("kind", "model", "base", "inserts"),
    [
        ("mistral", "codestral-latest", "https://api.mistral.ai", True),
        ("mistral", "ft:codestral-2508:me", "https://api.mistral.ai", True),
        ("mistral", "mistral-large-latest", "https://api.mistral.ai", False),
        ("deepseek", "deepseek-v4-flash", "https://api.deepseek.com", True),
        ("deepseek", "deepseek-v4-flash", "https://api.deepseek.com/v1", False),
        ("codegrex", "any", "https://cloud.example", True),
        ("openai", "gpt-4.1", "https://api.openai.com/v1", False),
    ],
)
def test_which_models_have_a_place_for_a_suffix_is_known(
    kind: str, model: str, base: str, inserts: bool
) -> None:
    known = translator(kind).known(Probe(ProviderConfig("x", kind, base), Purpose.FACTS, model))
    assert known is not None
    assert known.can_insert is inserts


def test_mistral_gets_no_field_that_it_does_not_know() -> None:
    assert set(filled("mistral")) == {"model", "messages", "max_tokens", "temperature", "stream"}


def test_deepseek_thinks_in_a_conversation_and_not_before_a_completion() -> None:
    assert filled("deepseek", fim="off")["thinking"] == {"type": "disabled"}
    assert filled("deepseek", fim="off")["max_tokens"] == 64
    assert "thinking" not in chatted("deepseek")
    assert chatted("deepseek")["max_tokens"] > 64


def test_vllm_alone_is_told_by_its_template_not_to_think() -> None:
    assert filled("vllm")["chat_template_kwargs"] == {"enable_thinking": False}
    assert "chat_template_kwargs" not in filled("lmstudio")
    assert "chat_template_kwargs" not in filled("openai-compatible")


@pytest.mark.parametrize(
    ("base", "asked"), [("http://127.0.0.1:1", True), ("https://service.example/v1", False)]
)
def test_a_service_behind_https_is_not_asked_before_it_is_used(base: str, asked: bool) -> None:
    probe = Probe(ProviderConfig("x", "openai-compatible", base), Purpose.FACTS, "m")
    assert (translator("openai-compatible").known(probe) is None) is asked


@pytest.mark.parametrize("kind", ["openai-compatible", "vllm", "lmstudio"])
@pytest.mark.parametrize("base", ["http://127.0.0.1:11434/v1", "https://models.corp.example"])
@pytest.mark.parametrize(
    ("model", "remote"),
    [("gpt-oss:120b-cloud", "ollama.com"), ("kimi:cloud", "ollama.com"), ("cloudy:7b", "")],
)
def test_a_cloud_model_of_ollama_is_one_on_this_wire_too(
    kind: str, base: str, model: str, remote: str
) -> None:
    probe = Probe(ProviderConfig("x", kind, base), Purpose.FACTS, model)
    wire, listing = translator(kind), json.dumps({"data": [{"id": model}]}).encode()
    facts = wire.known(probe) or wire.facts(probe, listing)
    assert (facts.present, facts.remote, facts.verified) == (True, remote, False)


def test_a_named_template_is_for_completions_only_and_asks_for_the_usage_too() -> None:
    made = {"kind": "openai-compatible", "fim": "codegemma"}
    path, body = sent(completion("P", "S", **made))
    assert path == "/v1/completions"
    assert body["stream_options"] == {"include_usage": True}
    assert sent(conversation((Role.USER, "hi"), **made))[0] == "/v1/chat/completions"
