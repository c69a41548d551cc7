"""docs/managed-cloud.md as a test of a server: of the fake, or of a real one on this machine.

    CODEGREX_CONFORMANCE_URL       http://127.0.0.1:8000 and the like; without it the fake is held
    CODEGREX_CONFORMANCE_TOKEN     an IDE token of an account made for tests
    CODEGREX_CONFORMANCE_REFRESH   a refresh token of that account, which is used up; else skipped

A real server must listen on loopback: nothing in a test run reaches beyond this machine.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from codegrex_lsp.privacy.cleared import Cleared
from codegrex_lsp.providers import account, telemetry, translator
from codegrex_lsp.providers.wire import (
    AccountCall,
    AccountPurpose,
    Call,
    Finished,
    Probe,
    Purpose,
    Sampling,
    TelemetryBatch,
)
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.ask import Role
from codegrex_lsp.values.route import ProviderConfig
from codegrex_lsp.values.telemetry import Counted, Editor, Report, System
from tests.fakes.managed_cloud import ManagedCloud, secret
from tests.support.cuts import text_of
from tests.support.prompts import completion, conversation

URL = os.environ.get("CODEGREX_CONFORMANCE_URL", "")
WRONG = "-".join(("no", "token", "of", "anybody"))
WIRE = translator("codegrex")
REPORT = Report("2026-11-23", "0.1.0", "3.11", System.LINUX, Editor.VSCODE, {Counted.SHOWN: 3})


@dataclass
class Service:
    """A server, and what may be used there."""

    provider: ProviderConfig
    token: str
    refresh: str
    client: httpx.AsyncClient

    async def send(self, call: Call, token: str = "") -> httpx.Response:
        """Our client's own request, with its headers and no others."""
        headers = {"user-agent": "codegrex-lsp/0.1.0", **dict(call.headers)}
        headers |= {"accept": "*/*", "accept-encoding": "identity"}
        headers |= {"content-length": str(len(call.body))}
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        url = self.provider.base_url + call.path
        request = httpx.Request(call.method, url, headers=headers, content=call.body)
        answer = await self.client.send(request)
        assert answer.status_code not in range(300, 400), "no redirects"
        for name in ("set-cookie", "content-encoding"):
            assert name not in answer.headers, name
        return answer

    async def ask(self, purpose: AccountPurpose, text: str = "", token: str = "") -> httpx.Response:
        call = AccountCall(self.provider, purpose, ApiKey(text) if text else None)
        answer = await self.send(account.encode(call), token)
        if not purpose.signed and purpose is not AccountPurpose.DEVICE_START:
            assert "error" in answer.text or answer.is_success
        return answer


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with httpx.AsyncClient(trust_env=False) as client:
        if URL:
            provider = ProviderConfig("codegrex", "codegrex", URL.rstrip("/"))
            words = [os.environ.get(f"CODEGREX_CONFORMANCE_{n}", "") for n in ("TOKEN", "REFRESH")]
            yield Service(provider, words[0], words[1], client)
            return
        async with ManagedCloud() as cloud:
            provider = ProviderConfig("codegrex", "codegrex", cloud.base_url)
            yield Service(provider, secret("ide", 1), cloud.grant().refresh, client)


def code_of(answer: httpx.Response) -> str:
    """The code of an API error, which has this shape and no other."""
    error = answer.json()["error"]
    assert isinstance(error["message"], str)
    return str(error["code"])


def oauth_error(answer: httpx.Response) -> str:
    assert answer.status_code == 400
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["error"])


# -- tokens and who one is -------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", WRONG])
async def test_without_a_good_token_nothing_is_told(service: Service, token: str) -> None:
    calls = [
        account.encode(AccountCall(service.provider, AccountPurpose.ME)),
        account.encode(AccountCall(service.provider, AccountPurpose.POLICY)),
        WIRE.encode_probe(Probe(service.provider, Purpose.MODELS)),
        WIRE.encode(asked(service, completion), Sampling()),
        WIRE.encode(asked(service, chatted), Sampling()),
    ]
    for call in calls:
        answer = await service.send(call, token)
        assert answer.status_code == 401, call.path
        assert code_of(answer) == "unauthenticated"


async def test_a_person_is_told_who_they_are(service: Service) -> None:
    answer = await service.ask(AccountPurpose.ME, token=service.token)
    assert answer.status_code == 200
    assert account.person(answer.content).id


async def test_an_unknown_path_is_said_to_be_one(service: Service) -> None:
    answer = await service.send(Call("GET", "/v1/nowhere", b"", ()), service.token)
    assert (answer.status_code, code_of(answer)) == (404, "endpoint_not_found")


async def test_a_sign_in_by_code_begins_and_waits(service: Service) -> None:
    answer = await service.ask(AccountPurpose.DEVICE_START)
    if answer.status_code == 404:
        pytest.skip("the service offers no sign-in by code")
    code = account.device_code(answer.content)
    assert code.lifetime >= 300
    waiting = await service.ask(AccountPurpose.DEVICE_TOKEN, code.code.disclose())
    assert oauth_error(waiting) in ("authorization_pending", "slow_down")


async def test_a_refresh_token_that_is_none_is_an_invalid_grant(service: Service) -> None:
    answer = await service.ask(AccountPurpose.REFRESH, WRONG)
    assert oauth_error(answer) == "invalid_grant"


async def test_a_refresh_token_serves_until_its_successor_is_used(service: Service) -> None:
    if not service.refresh:
        pytest.skip("CODEGREX_CONFORMANCE_REFRESH is not set")
    first = account.token((await service.ask(AccountPurpose.REFRESH, service.refresh)).content, 0)
    again = account.token((await service.ask(AccountPurpose.REFRESH, service.refresh)).content, 0)
    assert first.refresh is not None and again.refresh is not None
    assert first.expires >= 600
    used = await service.ask(AccountPurpose.ME, token=again.access.disclose())
    assert used.status_code == 200
    late = await service.ask(AccountPurpose.REFRESH, service.refresh)
    assert oauth_error(late) == "invalid_grant"
    revoked = await service.ask(AccountPurpose.REVOKE, again.refresh.disclose())
    assert revoked.status_code == 200
    gone = await service.ask(AccountPurpose.ME, token=again.access.disclose())
    assert gone.status_code == 401
    ended = await service.ask(AccountPurpose.REFRESH, again.refresh.disclose())
    assert oauth_error(ended) == "invalid_grant"


async def test_revoking_what_is_no_token_is_no_failure(service: Service) -> None:
    answer = await service.ask(AccountPurpose.REVOKE, WRONG)
    assert answer.status_code == 200


async def test_a_policy_is_a_signed_one_or_none(service: Service) -> None:
    answer = await service.ask(AccountPurpose.POLICY, token=service.token)
    if answer.status_code == 204:
        assert answer.content == b""
        return
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.codegrex.policy+json"
    assert set(answer.json()) == {"payloadType", "payload", "signatures"}
    assert len(answer.content) <= 256 * 1024


# -- models ----------------------------------------------------------------------------------------


def chatted(model: str, service: Service) -> Cleared:
    return conversation((Role.USER, "Say hi."), kind="codegrex", model=model)


def asked(service: Service, make: Any, model: str = "") -> Cleared:
    if make is completion:
        text = "def add(a, b):\n    return ", "\n"
        return completion(*text, kind="codegrex", model=model, can_insert=True)
    made: Cleared = make(model, service)
    return made


async def models(service: Service) -> tuple[str, ...]:
    probe = Probe(service.provider, Purpose.MODELS)
    answer = await service.send(WIRE.encode_probe(probe), service.token)
    assert answer.status_code == 200
    return WIRE.models(answer.content)


async def test_models_are_listed(service: Service) -> None:
    assert await models(service)


@pytest.mark.parametrize("make", [completion, chatted], ids=["completion", "chat"])
@pytest.mark.parametrize("named", [False, True])
async def test_a_stream_has_text_a_reason_usage_and_an_end(
    service: Service, make: Any, named: bool
) -> None:
    model = (await models(service))[0] if named else ""
    cleared = asked(service, make, model)
    call = WIRE.encode(cleared, Sampling(max_tokens=16))
    assert ("model" in json.loads(call.body)) is named
    assert call.path == ("/v1/completions" if make is completion else "/v1/chat/completions")
    answer = await service.send(call, service.token)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == "text/event-stream"
    assert answer.content.endswith(b"data: [DONE]\n\n")
    decoder = WIRE.decoder(cleared)
    events = [*decoder.feed(answer.content), *decoder.close()]
    assert text_of(events)
    end = events[-1]
    assert isinstance(end, Finished) and end.reason in ("stop", "length")
    assert end.usage.prompt_tokens > 0


async def test_a_model_that_is_not_there_is_named_as_such(service: Service) -> None:
    call = WIRE.encode(asked(service, completion, "no-such-model"), Sampling())
    answer = await service.send(call, service.token)
    assert (answer.status_code, code_of(answer)) == (404, "model_not_found")
    assert "return" not in answer.text, "no error quotes a prompt"


async def test_a_field_that_is_unknown_is_refused(service: Service) -> None:
    call = WIRE.encode(asked(service, completion, "m"), Sampling())
    body = json.dumps({**json.loads(call.body), "user": "ada"}).encode()
    answer = await service.send(Call("POST", call.path, body), service.token)
    assert answer.status_code == 400


# -- telemetry -------------------------------------------------------------------------------------


def batch(service: Service) -> Call:
    return telemetry.encode(TelemetryBatch(service.provider, "0" * 32, (REPORT,)))


async def test_telemetry_is_taken_without_a_token(service: Service) -> None:
    assert (await service.send(batch(service))).is_success


@pytest.mark.parametrize("where", ["body", "report", "schema"])
async def test_telemetry_that_is_not_of_the_schema_is_refused(service: Service, where: str) -> None:
    call = batch(service)
    body = json.loads(call.body)
    {"body": body, "report": body["reports"][0], "schema": {}}[where]["path"] = "/home/ada"
    if where == "schema":
        body["schema"] = 99
    answer = await service.send(Call("POST", call.path, json.dumps(body).encode()))
    assert answer.status_code == 400
