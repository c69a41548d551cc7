"""Each vendor's failure becomes one of ours, by what it states for programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.errors import BadAnswer, ModelMissing, ProviderError
from codegrex_lsp.providers import failures
from codegrex_lsp.settings.providers import KINDS
from codegrex_lsp.values.route import ProviderConfig

PROVIDER = ProviderConfig("mine", "openai")


def openai(code: str | None, kind: str = "invalid_request_error", **more: Any) -> dict[str, Any]:
    return {"error": {"message": "secret", "type": kind, "param": None, "code": code, **more}}


def anthropic(kind: str, message: str = "secret", **details: str) -> dict[str, Any]:
    error = {"type": kind, "message": message, "details": details or None}
    return {"type": "error", "error": error, "request_id": "req_1"}


def google(status: str, message: str = "secret", reason: str = "") -> list[dict[str, Any]]:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    return [{"error": {"code": 400, "message": message, "status": status, "details": details}}]


LONG = "This model's maximum context length is 8192 tokens."

STATED: dict[str, tuple[int, object, str]] = {
    "OpenAI key": (401, openai("invalid_api_key"), "key-refused"),
    "OpenAI quota": (429, openai("insufficient_quota", "insufficient_quota"), "quota-exhausted"),
    "OpenAI rate": (429, openai("rate_limit_exceeded", "requests"), "rate-limited"),
    "OpenAI model": (404, openai("model_not_found"), "model-missing"),
    "OpenAI no access to a model": (403, openai("model_not_found"), "model-missing"),
    "OpenAI length": (400, openai("context_length_exceeded"), "prompt-too-long"),
    "OpenAI path": (404, openai(None), "endpoint-missing"),
    "OpenAI field": (400, openai("unsupported_parameter", param="temperature"), "request-refused"),
    "OpenAI overload": (503, openai(None, "server_error"), "provider-busy"),
    "OpenAI fault": (500, openai(None, "server_error"), "bad-answer"),
    "OpenAI region": (403, openai("unsupported_country_region_territory"), "key-refused"),
    "Azure deployment": (404, {"error": {"code": "DeploymentNotFound"}}, "model-missing"),
    "Azure key": (401, {"error": {"code": "401", "message": "secret"}}, "key-refused"),
    "Azure filter": (
        400,
        openai("content_filter", innererror={"code": "ResponsibleAIPolicyViolation"}),
        "content-refused",
    ),
    "Azure rate": (429, {"error": {"code": "429", "message": "secret"}}, "rate-limited"),
    "Azure path": (404, {"error": {"code": "404", "message": "secret"}}, "endpoint-missing"),
    "Anthropic key": (401, anthropic("authentication_error"), "key-refused"),
    "Anthropic permission": (403, anthropic("permission_error"), "key-refused"),
    "Anthropic billing": (402, anthropic("billing_error"), "quota-exhausted"),
    "Anthropic spend": (
        400,
        anthropic("invalid_request_error", error_code="enforced_spend_limit_reached"),
        "quota-exhausted",
    ),
    "Anthropic rate": (429, anthropic("rate_limit_error"), "rate-limited"),
    "Anthropic overload": (529, anthropic("overloaded_error"), "provider-busy"),
    "Anthropic model": (404, anthropic("not_found_error"), "model-missing"),
    "Anthropic length": (
        400,
        anthropic("invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"),
        "prompt-too-long",
    ),
    "Anthropic size": (413, anthropic("request_too_large"), "prompt-too-long"),
    "Anthropic field": (400, anthropic("invalid_request_error"), "request-refused"),
    "Anthropic fault": (500, anthropic("api_error"), "bad-answer"),
    "Gemini key": (400, google("INVALID_ARGUMENT", reason="API_KEY_INVALID"), "key-refused"),
    "Gemini permission": (403, google("PERMISSION_DENIED"), "key-refused"),
    "Gemini rate": (429, google("RESOURCE_EXHAUSTED"), "rate-limited"),
    "Gemini model": (404, google("NOT_FOUND"), "model-missing"),
    "Gemini length": (
        400,
        google("INVALID_ARGUMENT", "The input token count (9) exceeds the maximum (8)."),
        "prompt-too-long",
    ),
    "Gemini field": (400, google("INVALID_ARGUMENT"), "request-refused"),
    "Gemini overload": (503, google("UNAVAILABLE"), "provider-busy"),
    "Mistral model": (
        400,
        {"object": "error", "message": "secret", "type": "invalid_model", "code": "1500"},
        "model-missing",
    ),
    "Mistral key": (401, {"detail": "Unauthorized"}, "key-refused"),
    "Mistral field": (
        422,
        {"detail": [{"type": "extra_forbidden", "loc": ["body", "x"]}]},
        "request-refused",
    ),
    "DeepSeek balance": (402, openai("invalid_request_error", "unknown_error"), "quota-exhausted"),
    "DeepSeek length": (400, openai("invalid_request_error", message=LONG), "prompt-too-long"),
    "OpenRouter credit": (402, {"error": {"code": 402, "message": "secret"}}, "quota-exhausted"),
    "OpenRouter down": (502, {"error": {"code": 502, "message": "secret"}}, "bad-answer"),
    "Groq retired model": (400, openai("model_decommissioned"), "model-missing"),
    "vLLM model": (
        404,
        {"error": {"message": "secret", "type": "NotFoundError", "param": "model", "code": 404}},
        "model-missing",
    ),
    "vLLM length": (
        400,
        {"error": {"message": LONG, "type": "BadRequestError", "code": 400}},
        "prompt-too-long",
    ),
    "vLLM, before 0.10": (
        400,
        {"object": "error", "message": LONG, "type": "BadRequestError", "code": 400},
        "prompt-too-long",
    ),
    "llama.cpp length": (
        400,
        {"error": {"code": 400, "type": "exceed_context_size_error", "message": "secret"}},
        "prompt-too-long",
    ),
    "LM Studio": (400, {"error": "secret words of a server"}, "request-refused"),
    "a proxy's page": (502, "<html>secret</html>", "bad-answer"),
    "a proxy's limit": (429, "", "rate-limited"),
}


@pytest.mark.parametrize("name", STATED)
def test_each_vendors_failure_is_understood_and_none_of_its_words_passed_on(name: str) -> None:
    status, body, code = STATED[name]
    told = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    error = failures.explain(PROVIDER, status, told)
    assert error.code == code
    assert "secret" not in f"{error.message}{error.fix}".lower()
    assert isinstance(error, ModelMissing) or error.status == status  # type: ignore[attr-defined]


def test_words_of_a_prompt_that_a_server_quotes_decide_nothing() -> None:
    quoted = openai(None, message="bad field near: insufficient_quota prompt is too long")
    error = failures.explain(PROVIDER, 400, json.dumps(quoted).encode())
    assert error.code == "request-refused"


@pytest.mark.parametrize(
    ("status", "code", "helps"),
    [
        (401, "invalid_api_key", "codegrex-lsp keys set mine"),
        (404, "model_not_found", "providers.mine.model"),
        (404, None, "providers.mine.kind and baseUrl"),
        (400, "context_length_exceeded", "completion.contextTokens"),
        (429, "insufficient_quota", "billing"),
    ],
)
def test_what_to_do_is_said_in_our_own_terms(status: int, code: str | None, helps: str) -> None:
    error = failures.explain(PROVIDER, status, json.dumps(openai(code)).encode())
    assert helps in error.fix


def test_a_longer_context_is_advised_where_it_is_ours_to_give() -> None:
    too_long = json.dumps(openai("context_length_exceeded")).encode()
    ours = failures.explain(ProviderConfig("o", "ollama"), 400, too_long)
    assert "providers.o.numCtx" in ours.fix
    assert "numCtx" not in failures.explain(PROVIDER, 400, too_long).fix


def test_a_wrong_key_and_one_that_may_not_are_told_apart() -> None:
    told = [failures.explain(PROVIDER, status, b"").message for status in (401, 403)]
    assert told == ["mine did not accept the key.", "mine does not let this key do that."]


def test_the_managed_cloud_has_no_key_to_set_but_a_sign_in() -> None:
    error = failures.explain(ProviderConfig("codegrex", "codegrex"), 401, b"")
    assert error.fix == "Sign in anew: codegrex-lsp login"


@pytest.mark.parametrize(
    ("field", "setting"),
    [
        ("max_tokens", "completion.maxTokens"),
        ("max_completion_tokens", "completion.maxTokens"),
        ("suffix", "providers.mine.fim"),
        ("model", "providers.mine.model"),
        ("secret {field}", "providers.mine.model, kind and baseUrl"),
    ],
)
def test_a_refused_field_leads_to_the_setting_behind_it(field: str, setting: str) -> None:
    body = json.dumps(openai("unsupported_parameter", param=field)).encode()
    error = failures.explain(PROVIDER, 400, body)
    assert error.fix.endswith(f"check {setting}.")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "type", "details", "param", "message", "status"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.integers(300, 599), JSON.map(lambda value: json.dumps(value).encode()) | st.binary())
def test_whatever_a_server_says_the_failure_is_one_of_ours(status: int, body: bytes) -> None:
    assert isinstance(failures.explain(PROVIDER, status, body), ProviderError)


@given(JSON)
def test_whatever_stands_in_a_stream_the_failure_is_one_of_ours(error: object) -> None:
    assert isinstance(failures.in_band(PROVIDER, error), ProviderError)


def test_a_failure_in_a_stream_has_a_status_where_it_states_one() -> None:
    error = failures.in_band(PROVIDER, {"code": 503, "message": "secret"})
    assert isinstance(error, BadAnswer)
    assert (error.code, error.status) == ("provider-busy", 503)
    assert failures.in_band(PROVIDER, "secret").message == "mine failed while it answered."


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "status", [400, 401, 402, 403, 404, 405, 408, 413, 422, 429, 500, 503, 529]
)
def test_every_kind_explains_every_status_without_a_body(kind: str, status: int) -> None:
    from codegrex_lsp.providers import translator

    error = translator(kind).explain(ProviderConfig(kind, kind), status, b"")
    assert error.message.endswith(".")
    assert error.fix
