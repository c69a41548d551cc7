"""The account's wire: what a service may answer, and what is not taken from it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegrex_lsp.errors import BadAnswer
from codegrex_lsp.providers import account
from codegrex_lsp.providers.wire import AccountCall, AccountPurpose
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.route import ProviderConfig

SERVICE = ProviderConfig("codegrex", "codegrex", "https://cloud.example")
CODE = {
    "device_code": "d",
    "user_code": "WDJB-MJHT",
    "verification_uri": "https://login.example.com/device",
    "expires_in": 600,
}
TOKEN = {"access_token": "a", "token_type": "bearer", "expires_in": 60, "refresh_token": "r"}
READERS = (account.device_code, account.person, lambda answer: account.token(answer, 0.0))


def answer(shape: Any, **changes: Any) -> bytes:
    return json.dumps({**shape, **changes}).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"verification_uri": "http://login.example.com/"},
        {"verification_uri": "http://localhost.evil.example/"},
        {"verification_uri": "https://bank.example@evil.example/"},
        {"verification_uri": "https://evil.example/\x1b[2K"},
        {"verification_uri": "https://evil.example/" + "a" * 200},
        {"verification_uri": "javascript:alert(1)"},
        {"user_code": "\x1b[2J"},
        {"user_code": "A" * 17},
        {"user_code": None},
        {"device_code": "two words"},
        {"device_code": "d" * 513},
        {"expires_in": 0},
        {"expires_in": True},
        {"expires_in": 1e400},
        {"expires_in": None},
        {"interval": "5"},
        {"interval": -1},
    ],
)
def test_a_code_that_could_mislead_is_not_shown(changes: dict[str, Any]) -> None:
    with pytest.raises(BadAnswer) as caught:
        account.device_code(answer(CODE, **changes))
    assert caught.value.code == "garbage"


def test_a_code_is_read_with_the_usual_pause() -> None:
    assert account.device_code(answer(CODE)).interval == 5
    local = account.device_code(answer(CODE, verification_uri="http://localhost:8080/device"))
    assert local.address.endswith("/device")


@pytest.mark.parametrize(
    "changes",
    [
        {"token_type": "mac"},
        {"token_type": None},
        {"access_token": ""},
        {"access_token": "a\nb"},
        {"access_token": "a" * 513},
        {"refresh_token": 5},
        {"expires_in": "60"},
        {"expires_in": None},
    ],
)
def test_a_token_that_could_not_be_sent_or_kept_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadAnswer):
        account.token(answer(TOKEN, **changes), 0.0)


def test_a_token_knows_its_end_and_shows_nothing() -> None:
    read = account.token(answer(TOKEN), 1_000.0)
    assert read.expires == 1_060.0 and read.refresh == ApiKey("r")
    assert account.token(answer(TOKEN, refresh_token=None), 0.0).refresh is None
    assert "'a'" not in repr(read) and "'r'" not in repr(read)


@given(st.binary(max_size=200) | st.dictionaries(st.text(), st.integers()).map(answer))
def test_nonsense_is_no_answer_and_no_crash(said: bytes) -> None:
    for read in READERS:
        with pytest.raises(BadAnswer):
            read(said)


@pytest.mark.parametrize("purpose", [one for one in AccountPurpose if not one.signed])
@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"error": {"code": "x"}}', b'{"error": "quote me"}']
)
def test_the_services_own_words_are_never_passed_on(purpose: AccountPurpose, body: bytes) -> None:
    error = account.explain(purpose, SERVICE, 400, body)
    assert error.code == "sign-in-refused"
    assert "quote" not in error.message + error.fix


def test_a_call_shows_no_secret() -> None:
    call = AccountCall(SERVICE, AccountPurpose.REFRESH, ApiKey("hush"))
    assert "hush" not in repr(call) + repr(account.encode(call))


@pytest.mark.parametrize("base", ["https://cloud.example", "https://cloud.example/v1"])
def test_paths_lie_below_the_version(base: str) -> None:
    provider = ProviderConfig("codegrex", "codegrex", base)
    path = account.encode(AccountCall(provider, AccountPurpose.ME)).path
    assert path == ("/me" if base.endswith("/v1") else "/v1/me")
