"""docs/managed-cloud.md says what the client does: examples are read, lists are complete."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from codegrex_lsp.egress import exchange, transport
from codegrex_lsp.engine import account as engine
from codegrex_lsp.engine import tokens
from codegrex_lsp.providers import account, failures, translator
from codegrex_lsp.providers.wire import AccountCall, AccountPurpose, Finished, Sampling
from codegrex_lsp.settings.files import LONGEST
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.route import ProviderConfig, Timeouts
from tests.support.cuts import text_of
from tests.support.prompts import completion

PAGE = (Path(__file__).parent.parent.parent / "docs" / "managed-cloud.md").read_text()
SERVICE = ProviderConfig("codegrex", "codegrex", "https://cloud.example.com")
ASKED = completion("def add(a, b):\n    return ", "\n", kind="codegrex", can_insert=True)


def example(word: str) -> bytes:
    """The example in JSON that holds a word."""
    (found,) = [one for one in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if word in one]
    return str(found).encode()


@pytest.mark.parametrize("purpose", list(AccountPurpose))
def test_every_endpoint_of_the_account_is_on_the_page(purpose: AccountPurpose) -> None:
    call = account.encode(AccountCall(SERVICE, purpose, ApiKey("SECRET")))
    assert f"`{call.method} {call.path}`" in PAGE
    if call.body:
        assert call.body.decode().replace("SECRET", "…") in PAGE


@pytest.mark.parametrize("path", ["models", "completions", "chat/completions", "telemetry"])
def test_every_other_endpoint_is_on_the_page(path: str) -> None:
    assert f" /v1/{path}`" in PAGE


def test_its_examples_are_read() -> None:
    assert account.device_code(example("device_code")).user_code == "WDJB-MJHT"
    assert account.token(example("access_token"), 0.0).expires == 3600
    assert account.person(example("acc_7f3a")).name == "Ada Example"


def test_its_request_has_the_fields_that_are_sent() -> None:
    sent = json.loads(translator("codegrex").encode(ASKED, Sampling(multiline=False)).body)
    stated = json.loads(example('"prompt"'))
    assert set(sent) == set(stated)
    for field in stated:
        assert f"| `{field}` |" in PAGE


def test_its_stream_is_read_to_the_end() -> None:
    (stream,) = re.findall(r"```\n(data: .*?)```", PAGE, re.DOTALL)
    decoder = translator("codegrex").decoder(ASKED)
    events = [*decoder.feed(str(stream).encode()), *decoder.close()]
    end = events[-1]
    assert text_of(events) == "a + b"
    assert isinstance(end, Finished) and end.usage.cached_tokens == 4


def test_each_error_is_told_from_the_others() -> None:
    told = set()
    for name in ("authorization_pending", "slow_down", "access_denied", "expired_token",
                 "invalid_grant", "any_other"):  # fmt: skip
        assert name == "any_other" or f"| `{name}` |" in PAGE
        body = json.dumps({"error": name}).encode()
        told.add(account.explain(AccountPurpose.DEVICE_TOKEN, SERVICE, 400, body).code)
    assert len(told) == 6


@pytest.mark.parametrize(
    ("status", "code", "meant"),
    [
        (400, "context_length_exceeded", "prompt-too-long"),
        (400, "content_filter", "content-refused"),
        (400, "invalid_request", "request-refused"),
        (401, "unauthenticated", "key-refused"),
        (402, "insufficient_quota", "quota-exhausted"),
        (403, "permission_denied", "key-refused"),
        (404, "model_not_found", "model-missing"),
        (404, "endpoint_not_found", "endpoint-missing"),
        (429, "rate_limit_exceeded", "rate-limited"),
        (500, "internal", "bad-answer"),
        (503, "unavailable", "provider-busy"),
    ],
)
def test_the_table_of_failures_is_what_the_client_understands(
    status: int, code: str, meant: str
) -> None:
    row = next(line for line in PAGE.splitlines() if f"`{code}`" in line and f"{status}" in line)
    assert row.startswith("|")
    body = json.dumps({"error": {"code": code, "message": "x"}}).encode()
    assert failures.explain(SERVICE, status, body).code == meant


def test_its_numbers_are_those_of_the_code() -> None:
    usual = Timeouts()
    for words in (
        f"1 to {account.LONGEST_TOKEN} characters",
        f"fewer than {tokens.EARLY_S:.0f} s",
        f"{usual.connect:.0f} s to connect, {usual.first_token:.0f} s to the first bytes",
        f"{usual.idle:.0f} s between bytes",
        f"{tokens.LONGEST_S / 2:.0f} s and {tokens.LONGEST_S:.0f} s",
        f"{exchange.ANSWER_BYTES // 2**20} MiB",
        f"{LONGEST // 1024} KiB",
        f"kept for {transport._KEEP_ALIVE_SECONDS:.0f} s",
        f"adds {engine.SLOW_DOWN_S:.0f} s to `interval`",
        f"`client_id={account.CLIENT}`",
    ):
        assert words in " ".join(PAGE.split()), words
    assert (engine.POLICY_EVERY_S, engine.POLICY_CLOSED_S) == (4 * 3600, 15 * 60)
    assert "every four hours (every 15 minutes" in " ".join(PAGE.split())
