"""A token is renewed before it expires and once where it is refused, and is never lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from codegrex_lsp.errors import BadAnswer, CodegrexError, ConfigurationError
from codegrex_lsp.values.account import Token
from codegrex_lsp.values.apikey import ApiKey
from codegrex_lsp.values.mode import Mode
from tests.fakes.http import Reply, Request
from tests.fakes.managed_cloud import ManagedCloud
from tests.fakes.openai import reply
from tests.support.accounts import Desk, desk, entry


@pytest.fixture
async def cloud() -> AsyncIterator[ManagedCloud]:
    async with ManagedCloud() as made:
        yield made


@pytest.fixture
async def place(tmp_path: Path, cloud: ManagedCloud) -> AsyncIterator[Desk]:
    async with desk(tmp_path, cloud) as made:
        made.mode(Mode.NORMAL)
        yield made


def asked(cloud: ManagedCloud) -> list[str]:
    return [request.target.removeprefix("/v1/") for request in cloud.server.requests]


async def settled(place: Desk) -> None:
    await place.tokens.close()
    await asyncio.sleep(0)


async def test_a_fresh_token_costs_no_question(place: Desk, cloud: ManagedCloud) -> None:
    await place.signed_in()
    await place.list_models()
    assert asked(cloud) == ["models"]


async def test_a_token_that_ends_soon_is_renewed_while_it_serves(
    place: Desk, cloud: ManagedCloud
) -> None:
    first = await place.signed_in()
    cloud.now = first.ends - 200
    gate = asyncio.Event()
    answer = cloud._token

    async def slowly(request: Request) -> Reply:
        await gate.wait()
        return answer(request)

    cloud._token = slowly  # type: ignore[assignment, method-assign]
    assert await place.list_models() == ("m",)
    gate.set()
    await settled(place)
    assert place.kept() == {entry(cloud.grants[1])}
    assert first.access in str(cloud.server.requests[-1].headers) or len(cloud.grants) == 2
    await place.list_models()
    assert cloud.server.requests[-1].header("authorization") == f"Bearer {cloud.grants[1].access}"


async def test_a_token_that_has_ended_is_renewed_first(place: Desk, cloud: ManagedCloud) -> None:
    first = await place.signed_in()
    cloud.now = first.ends + 1
    assert await place.list_models() == ("m",)
    assert asked(cloud) == ["oauth/token", "models"]
    assert place.kept() == {entry(cloud.grants[1])}
    assert sorted(place.tasks()) == ["account", "probe"]


async def test_a_token_that_is_refused_is_renewed_once(place: Desk, cloud: ManagedCloud) -> None:
    first = await place.signed_in()
    first.ends = 0.0  # the service ended it sooner than it said
    assert (await place.account.who()).id
    assert asked(cloud) == ["me", "oauth/token", "me"]
    for grant in cloud.grants:
        grant.ends = 0.0
    cloud.lifetime = -1
    cloud.server.requests.clear()
    with pytest.raises(BadAnswer):
        await place.account.who()
    assert asked(cloud).count("oauth/token") == 1


async def test_many_requests_at_once_renew_once(place: Desk, cloud: ManagedCloud) -> None:
    first = await place.signed_in()
    cloud.now = first.ends + 1
    await asyncio.gather(*(place.list_models() for _ in range(8)))
    assert asked(cloud).count("oauth/token") == 1


async def test_two_processes_at_once_renew_once_and_lose_nothing(
    place: Desk, cloud: ManagedCloud, tmp_path: Path
) -> None:
    first = await place.signed_in()
    async with desk(tmp_path, cloud, place.chain) as other:
        other.mode(Mode.NORMAL)
        await asyncio.gather(place.list_models(), other.list_models())
        cloud.now = first.ends + 1
        cloud.server.requests.clear()
        await asyncio.gather(place.list_models(), other.list_models())
        assert sorted(asked(cloud)) == ["models", "models", "oauth/token"]
        assert place.kept() == {entry(cloud.grants[1])}


async def test_who_is_cancelled_does_not_lose_the_new_token(
    place: Desk, cloud: ManagedCloud
) -> None:
    first = await place.signed_in()
    cloud.now = first.ends + 1
    gate, arrived, answer = asyncio.Event(), asyncio.Event(), cloud._token

    async def slowly(request: Request) -> Reply:
        made = answer(request)
        arrived.set()
        await gate.wait()
        return made

    cloud._token = slowly  # type: ignore[assignment, method-assign]
    request = asyncio.create_task(place.list_models())
    await arrived.wait()
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)
    gate.set()
    await settled(place)
    assert place.kept() == {entry(cloud.grants[1])}


async def test_a_renewal_under_way_does_not_undo_a_sign_out(
    place: Desk, cloud: ManagedCloud
) -> None:
    first = await place.signed_in()
    cloud.now = first.ends + 1
    gate, arrived, answer = asyncio.Event(), asyncio.Event(), cloud._token

    async def slowly(request: Request) -> Reply:
        made = answer(request)
        arrived.set()
        await gate.wait()
        return made

    cloud._token = slowly  # type: ignore[assignment, method-assign]
    request = asyncio.create_task(place.list_models())
    await arrived.wait()
    await place.account.sign_out()
    gate.set()
    await asyncio.gather(request, return_exceptions=True)
    assert place.kept() == set()
    assert asked(cloud).count("oauth/revoke") == 2  # the old one, and the one on its way


async def test_the_end_of_an_old_sign_in_does_not_end_the_new_one(
    place: Desk, cloud: ManagedCloud
) -> None:
    first = await place.signed_in()
    cloud.now, cloud.ended = first.ends + 1, True
    gate, arrived, answer = asyncio.Event(), asyncio.Event(), cloud._token

    async def slowly(request: Request) -> Reply:
        made = answer(request)
        arrived.set()
        await gate.wait()
        return made

    cloud._token = slowly  # type: ignore[assignment, method-assign]
    request = asyncio.create_task(place.list_models())
    await arrived.wait()
    new = Token(ApiKey("another-" + "token"))
    await place.tokens.keep(place.service, new)
    gate.set()
    await asyncio.gather(request, return_exceptions=True)
    assert await place.tokens.kept(place.service) == new


async def test_a_sign_in_that_has_ended_signs_out_with_a_sentence(
    place: Desk, cloud: ManagedCloud
) -> None:
    first = await place.signed_in()
    cloud.now, cloud.ended = first.ends + 1, True
    with pytest.raises(BadAnswer) as caught:
        await place.list_models()
    assert caught.value.code == "sign-in-ended" and "login" in caught.value.fix
    assert place.kept() == set()
    with pytest.raises(ConfigurationError, match="codegrex-lsp login"):
        await place.account.who()


async def test_a_service_that_is_down_ends_no_sign_in(place: Desk, cloud: ManagedCloud) -> None:
    first = await place.signed_in()
    cloud.now = first.ends + 1
    cloud.fails = (503, {})
    with pytest.raises(CodegrexError):
        await place.list_models()
    assert place.kept() == {entry(first)}
    cloud.fails = None
    assert await place.list_models() == ("m",)


async def test_offline_renews_nothing(place: Desk, cloud: ManagedCloud) -> None:
    first = await place.signed_in()
    cloud.now = first.ends + 1
    place.mode(Mode.OFFLINE)
    with pytest.raises(CodegrexError):
        await place.tokens.ready(place.service)
    assert cloud.server.connections == 0
    assert place.kept() == {entry(first)}


async def test_a_token_without_expiry_or_refresh_is_used_as_it_is(
    place: Desk, cloud: ManagedCloud
) -> None:
    place.environ["CODEGREX_KEY_CODEGREX"] = "unused"
    await place.account.sign_in(next(iter(cloud.ide)))
    cloud.now += 10**9
    cloud.server.requests.clear()
    assert await place.list_models() == ("m",)
    assert asked(cloud) == ["models"]


async def test_a_lock_that_is_not_free_is_said(place: Desk, cloud: ManagedCloud) -> None:
    first = await place.signed_in()
    cloud.now = first.ends + 1
    (place.folders.state / "account.lock").mkdir()
    with pytest.raises(ConfigurationError) as caught:
        await place.list_models()
    assert caught.value.code == "account-locked"
    assert place.kept() == {entry(first)}


async def test_a_service_may_keep_the_refresh_token(place: Desk, cloud: ManagedCloud) -> None:
    first = await place.signed_in()
    cloud.now = first.ends + 1
    answer = cloud._token

    def kept(request: Request) -> Reply:
        made = answer(request)
        said = json.loads(made.chunks[0])  # type: ignore[arg-type]
        del said["refresh_token"]
        return reply(said)

    cloud._token = kept  # type: ignore[method-assign]
    await place.list_models()
    token = await place.tokens.kept(place.service)
    assert token is not None and token.refresh == ApiKey(first.refresh)
    assert token.access == ApiKey(cloud.grants[1].access)
