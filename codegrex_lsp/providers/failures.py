"""What a provider's failure means, in our family of errors and in sentences that help.

Read by the status and by what the body states for programs: codes, types, the name of a field.
The server's own sentences may quote the prompt. They are never passed on, and are read only where
a vendor states no code: by how they begin (`_TOO_LONG_OPENINGS`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from codegrex_lsp.errors import BadAnswer, ModelMissing, ProviderError
from codegrex_lsp.values.route import ProviderConfig


def explain(provider: ProviderConfig, status: int, body: bytes) -> ProviderError:
    """Our error for an HTTP failure.

    Args:
        provider: Who failed; named by its id.
        status: The HTTP status.
        body: What came with it, possibly cut short, possibly not JSON.
    """
    return _meant(provider, status, _stated(body))


def in_band(provider: ProviderConfig, error: object) -> ProviderError:
    """Our error for a failure stated inside a stream that began well.

    Args:
        provider: Who failed.
        error: The `error` member of the frame.
    """
    stated = _read({"error": error})
    return _meant(provider, stated.status, stated)


def key_refused(provider: ProviderConfig, status: int) -> ProviderError:
    """The key is wrong, or may not do this."""
    allowed = "did not accept the key" if status != 403 else "does not let this key do that"
    return BadAnswer(
        f"{provider.id} {allowed}.",
        code="key-refused",
        fix="Sign in anew: codegrex-lsp login"
        if provider.kind == "codegrex"
        else f"Set the key anew: codegrex-lsp keys set {provider.id}",
        status=status,
    )


def quota_exhausted(provider: ProviderConfig, status: int) -> ProviderError:
    """The account has no credit left. Waiting does not help."""
    return BadAnswer(
        f"The account at {provider.id} has no quota or credit left.",
        code="quota-exhausted",
        fix="Look at the account's billing page, or put another provider into the routes.",
        status=status,
    )


def rate_limited(provider: ProviderConfig, status: int) -> ProviderError:
    """Too many requests in a short time. Waiting helps."""
    return BadAnswer(
        f"{provider.id} takes no more requests for the moment.",
        code="rate-limited",
        fix="Try again in a moment, or put another provider into the routes.",
        status=status,
    )


def busy(provider: ProviderConfig, status: int) -> ProviderError:
    """Overloaded, or a model that is still being loaded."""
    return BadAnswer(
        f"{provider.id} is busy or still loading the model.",
        code="provider-busy",
        fix="Try again in a moment.",
        status=status,
    )


def model_missing(provider: ProviderConfig, status: int = 404) -> ProviderError:
    """The provider is there and the model is not."""
    del status
    return ModelMissing(
        f"{provider.id} does not have the model that the settings name.",
        fix=f"Choose one with codegrex-lsp models list, and set providers.{provider.id}.model "
        "or chatModel.",
    )


def prompt_too_long(provider: ProviderConfig, status: int) -> ProviderError:
    """The prompt does not fit into the model's context."""
    longer = "choose a model with a longer context"
    if provider.kind in ("ollama", "embedded"):
        longer = f"raise providers.{provider.id}.numCtx"
    return BadAnswer(
        "The prompt is longer than the model's context.",
        code="prompt-too-long",
        fix=f"Lower completion.contextTokens, or {longer}.",
        status=status,
    )


def content_refused(provider: ProviderConfig, status: int = 0) -> ProviderError:
    """A filter of the provider, or the model itself, said no."""
    return BadAnswer(
        f"{provider.id} refused this text by its own rules for content.",
        code="content-refused",
        fix="Another model or provider may answer.",
        status=status,
    )


def request_refused(provider: ProviderConfig, status: int, field: str = "") -> ProviderError:
    """The provider does not take the request as it was made.

    Args:
        provider: Who refused.
        status: The HTTP status.
        field: The field that it names, or empty.
    """
    cause = _SETTINGS.get(field, "providers.{0}.model, kind and baseUrl").format(provider.id)
    return BadAnswer(
        f"{provider.id} does not take this request.",
        code="request-refused",
        fix=f"The model may not take what this kind of provider is sent: check {cause}.",
        status=status,
    )


def endpoint_missing(provider: ProviderConfig, status: int) -> ProviderError:
    """There is no such path at this address."""
    return BadAnswer(
        f"{provider.id} does not have this endpoint.",
        code="endpoint-missing",
        fix=f"Check providers.{provider.id}.kind and baseUrl.",
        status=status,
    )


def cut(provider: ProviderConfig) -> ProviderError:
    """The stream said that it was over before the answer was."""
    return BadAnswer(f"{provider.id} broke off its answer.", code="stream-cut")


def garbage(
    provider: ProviderConfig, doing: str = "sent something that is not its protocol"
) -> ProviderError:
    """An answer that this wire does not have."""
    return BadAnswer(
        f"{provider.id} {doing}.",
        code="garbage",
        fix=f"Check providers.{provider.id}.kind and baseUrl.",
    )


def _failed(provider: ProviderConfig, status: int) -> ProviderError:
    how = f"failed with status {status}" if status else "failed while it answered"
    return BadAnswer(f"{provider.id} {how}.", fix="Its own log or status page may say why.",
                     status=status)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a failure says of itself.

    Attributes:
        codes: Codes, types and reasons, in small letters.
        field: The field of the request that it blames, or empty.
        status: An HTTP status among the codes, or 0.
        too_long: Whether its sentence begins as the vendors' do about a prompt too long.
    """

    codes: frozenset[str] = frozenset()
    field: str = ""
    status: int = 0
    too_long: bool = False


# In this order: the first family that one of the codes belongs to decides. Names are those of the
# vendors' API references: OpenAI, Anthropic, Google (google.rpc.Code, ErrorInfo), Azure, Mistral,
# DeepSeek, Groq, vLLM, llama.cpp.
_FAMILIES: Final = (
    (
        key_refused,
        "invalid_api_key authentication_error invalid_authentication_error api_key_invalid "
        "unauthenticated unauthorized permission_error permission_denied account_deactivated "
        "api_key_service_blocked",
    ),
    (
        quota_exhausted,
        "insufficient_quota billing_error billing_not_active billing_hard_limit_reached "
        "insufficient_balance insufficient_credits payment_required enforced_spend_limit_reached "
        "contract_spend_limit_reached linked_organization_spend_limit_reached",
    ),
    (
        prompt_too_long,
        "context_length_exceeded exceed_context_size_error request_too_large "
        "string_above_max_length model_context_window_exceeded",
    ),
    (
        content_refused,
        "content_filter content_policy_violation responsibleaipolicyviolation refusal "
        "moderation_blocked prohibited_content",
    ),
    (
        model_missing,
        "model_not_found deploymentnotfound invalid_model model_not_available model_decommissioned "
        "unknown_model not_found_error notfounderror not_found",
    ),
    (
        busy,
        "overloaded_error server_overloaded service_unavailable unavailable slow_down "
        "insufficient_system_resource",
    ),
    (
        rate_limited,
        "rate_limit_exceeded rate_limit_error rate_limited resource_exhausted too_many_requests",
    ),
)

_BY_CODE: Final = {code: make for make, codes in _FAMILIES for code in codes.split()}

_BY_STATUS: Final = MappingProxyType(
    {
        400: request_refused,
        401: key_refused,
        402: quota_exhausted,
        403: key_refused,
        404: endpoint_missing,
        405: endpoint_missing,
        413: prompt_too_long,
        422: request_refused,
        429: rate_limited,
        503: busy,
        529: busy,
    }
)

_TOO_LONG_OPENINGS: Final = (
    "prompt is too long",  # Anthropic
    "input length and `max_tokens` exceed",  # Anthropic
    "the input token count",  # Gemini
    "this model's maximum context length",  # vLLM, DeepSeek
    "prompt contains",  # Mistral
    "the number of tokens to keep from the initial prompt",  # LM Studio
)

_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "max_tokens": "completion.maxTokens",
        "max_completion_tokens": "completion.maxTokens",
        "model": "providers.{0}.model",
        "suffix": "providers.{0}.fim",
        "prompt": "providers.{0}.fim",
        "stop": "providers.{0}.fim",
    }
)
"""Field of a request → the setting of ours behind it."""


def _meant(provider: ProviderConfig, status: int, stated: _Stated) -> ProviderError:
    if stated.too_long and status in (0, 400, 422, 500):
        return prompt_too_long(provider, status)
    for code, make in _BY_CODE.items():
        if code in stated.codes:
            return make(provider, status)
    if status in (400, 422):
        return request_refused(provider, status, stated.field)
    return _BY_STATUS.get(status, _failed)(provider, status)


def _stated(body: bytes) -> _Stated:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return _Stated()
    if isinstance(value, list) and value:  # Gemini wraps its error into a list
        value = value[0]
    return _read(value) if isinstance(value, dict) else _Stated()


def _read(answer: Mapping[str, object]) -> _Stated:
    parts = list(_parts(answer))
    words = [part.get(name) for part in parts for name in _NAMES]
    codes = frozenset(word.lower() for word in words if isinstance(word, str))
    fields = [part.get("param") for part in parts]
    told = [str(part.get("message", ""))[:64].lower() for part in parts]
    return _Stated(
        codes,
        next((field for field in fields if isinstance(field, str)), ""),
        next(filter(None, map(_as_status, words)), 0),
        any(words.startswith(_TOO_LONG_OPENINGS) for words in told),
    )


_NAMES: Final = ("code", "type", "status", "reason", "error_code")


def _parts(answer: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The objects in which vendors put codes: the answer, its error, and what lies in that."""
    yield answer
    error = answer.get("error")
    if isinstance(error, dict):
        yield error
        details = error.get("details")
        inner = [error.get("innererror"), *(details if isinstance(details, list) else [details])]
        yield from (part for part in inner if isinstance(part, dict))


def _as_status(word: object) -> int:
    if isinstance(word, str) and word.isdecimal() and len(word) == 3:
        word = int(word)
    return word if isinstance(word, int) and 400 <= word < 600 else 0
